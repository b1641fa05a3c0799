import assert from "node:assert/strict";
import { type DoctorParts, runDoctor } from "../../src/app/doctor.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { makeGithubForge } from "../../src/drivers/github/mod.ts";
import { makeWorld, never } from "../support/world.ts";

function parts(change: Partial<DoctorParts> = {}): DoctorParts {
  const context = makeWorld().context();
  return {
    config: () => Promise.resolve({ platform: "docker", sources: ["file"] }),
    forge: () => Promise.resolve({ forge: context.forge, repo: context.repo }),
    platform: () => Promise.resolve(context.platform),
    shell: () => Promise.reject(new Error("no shell here")),
    now: () => context.clock.now(),
    ...change,
  };
}

Deno.test("runDoctor() tells each problem of the configuration once, and does not blame the platform", async () => {
  const load = () => loadConfig({ env: {}, flags: { ttl: "soon", retries: "many" } });
  const wrong = () => Promise.resolve().then(load).then(() => ({ platform: "docker", sources: [] }));

  const checks = await runDoctor(parts({ config: wrong, platform: wrong as () => never }), never());

  const told = checks.filter(({ name }) => name === "configuration");
  assert.deepEqual(told.map(({ status, detail }) => [status, detail.includes("\n")]), [
    ["failure", false],
    ["failure", false],
  ]);
  assert.match(told[0]?.detail ?? "", /^--ttl: /);
  assert.match(told[1]?.detail ?? "", /^--retries: /);
  assert.deepEqual(told.map(({ fix }) => fix !== undefined), [false, true]);
  const platform = checks.find(({ name }) => name === "platform");
  assert.deepEqual([platform?.status, platform?.detail], [
    "warning",
    "not checked: the configuration is wrong",
  ]);
});

Deno.test("runDoctor() says that the repository does not exist, and not that rights in it are missing", async () => {
  const world = makeWorld();
  const forge = makeGithubForge({
    token: "token",
    repo: "acme/nope",
    restUrl: "https://github.example/api/v3",
    graphqlUrl: "https://github.example/api/graphql",
    userAgent: "showtime/0.0.0 doctor",
    clock: { now: () => world.clock.now(), sleep: () => Promise.resolve() },
    fetch: (input, init) => world.simulator.handle(new Request(input, init)),
  });

  const checks = await runDoctor(
    parts({ forge: () => Promise.resolve({ forge, repo: "acme/nope" }) }),
    never(),
  );

  const found = checks.find(({ name }) => name === "repository");
  assert.deepEqual([found?.status, found?.detail], [
    "failure",
    "acme/nope does not exist, or this token may not see it",
  ]);
  assert.match(found?.fix ?? "", /--repo/);
  assert.equal(checks.some(({ name }) => name === "permission" || name === "labels"), false);
});
