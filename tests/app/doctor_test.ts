import assert from "node:assert/strict";
import { type DoctorParts, runDoctor } from "../../src/environments/app/doctor/doctor.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { AppError, usageError } from "../../src/lib/errors.ts";
import { type Finding, foundOk, foundWrong } from "../../src/lib/finding.ts";
import type { ServiceName } from "../../src/lib/ids.ts";
import { makeGithubForge } from "../../src/drivers/github/mod.ts";
import type { Forge } from "../../src/environments/ports/forge.ts";
import { A, B, environment, HOUR, makeWorld, never, REPO, type World } from "../worlds/world.ts";

function parts(change: Partial<DoctorParts> = {}, world = makeWorld()): DoctorParts {
  const context = world.context();
  return {
    config: () => Promise.resolve({ platform: "docker", sources: ["file"] }),
    forge: () => Promise.resolve({ forge: context.forge, repo: context.repo }),
    platform: () => Promise.resolve(context.platform),
    diagnoses: () => Promise.resolve([]),
    now: () => context.clock.now(),
    ...change,
  };
}

/** A run on that world's GitHub, whose answers carry one header more. */
function forgeOf(
  world: World,
  { repo = REPO, scopes }: { readonly repo?: string; readonly scopes?: string },
): Forge {
  return makeGithubForge({
    token: "token",
    repo,
    restUrl: "https://github.example/api/v3",
    graphqlUrl: "https://github.example/api/graphql",
    userAgent: "showtime/0.0.0 doctor",
    clock: { now: () => world.clock.now(), sleep: () => Promise.resolve() },
    fetch: async (input, init) => {
      const response = await world.simulator.handle(new Request(input, init));
      if (scopes !== undefined) response.headers.set("x-oauth-scopes", scopes);
      return response;
    },
  });
}

function named(findings: readonly Finding[], name: string): Finding | undefined {
  return findings.find((each) => each.name === name);
}

Deno.test("runDoctor() says under repository, not under token, that the repository cannot be told", async () => {
  const unknown = () =>
    Promise.reject(
      usageError("repository_unknown", "Cannot tell the repository: no clone", "Run it in a clone"),
    );

  const findings = await runDoctor(parts({ forge: unknown }), never());

  const { status, detail, fix } = named(findings, "repository") ?? {};
  assert.deepEqual([status, detail, fix], [
    "failure",
    "Cannot tell the repository: no clone",
    "Run it in a clone",
  ]);
  assert.equal(named(findings, "token"), undefined);
});

Deno.test("runDoctor() tells each problem of the configuration once, and does not blame the platform", async () => {
  const load = () => loadConfig({ env: {}, flags: { ttl: "soon", retries: "many" } });
  const wrong = () => Promise.resolve().then(load).then(() => ({ platform: "docker", sources: [] }));

  const findings = await runDoctor(
    parts({ config: wrong, platform: wrong as () => never, diagnoses: wrong as () => never }),
    never(),
  );

  const told = findings.filter(({ name }) => name === "configuration");
  assert.deepEqual(told.map(({ status, detail }) => [status, detail.includes("\n")]), [
    ["failure", false],
    ["failure", false],
  ]);
  assert.match(told[0]?.detail ?? "", /^--ttl: /);
  assert.match(told[1]?.detail ?? "", /^--retries: /);
  assert.deepEqual(told.map(({ fix }) => fix !== undefined), [true, true]);
  assert.equal(findings.some(({ name }) => name === "platform"), false);
  assert.equal(named(findings, "token")?.status, "ok");
});

Deno.test("runDoctor() says that the repository does not exist, and not that rights in it are missing", async () => {
  const forge = forgeOf(makeWorld(), { repo: "acme/nope" });

  const findings = await runDoctor(
    parts({ forge: () => Promise.resolve({ forge, repo: "acme/nope" }) }),
    never(),
  );

  const found = named(findings, "repository");
  assert.deepEqual([found?.status, found?.detail], [
    "failure",
    "acme/nope does not exist, or this token may not see it",
  ]);
  assert.match(found?.fix ?? "", /--repo/);
  assert.equal(findings.some(({ name }) => name === "permission" || name === "labels"), false);
});

for (
  const [scopes, status, detail] of [
    ["repo, workflow", "ok", /^repo, workflow$/],
    ["public_repo", "ok", /enough for a public repository/],
    ["gist, read:org", "failure", /^gist, read:org: without repo it writes no label$/],
    ["", "failure", /^none: without repo/],
    [undefined, "ok", /^it has none, as a fine-grained token/],
  ] as const
) {
  Deno.test(`runDoctor() calls a token with the scopes ${JSON.stringify(scopes)} ${status}`, async () => {
    const forge = forgeOf(makeWorld(), scopes === undefined ? {} : { scopes });

    const findings = await runDoctor(
      parts({ forge: () => Promise.resolve({ forge, repo: REPO }) }),
      never(),
    );

    const found = named(findings, "token scopes");
    assert.equal(found?.status, status);
    assert.match(found?.detail ?? "", detail);
    assert.equal(found?.fix?.includes("gh auth refresh --scopes repo") ?? false, status === "failure");
  });
}

Deno.test("runDoctor() tells a person without write permission so", async () => {
  const world = makeWorld({ seed: { collaborators: { maxime: "triage" } } });

  const findings = await runDoctor(parts({}, world), never());

  const found = named(findings, "permission");
  assert.equal(found?.status, "failure");
  assert.match(
    found?.detail ?? "",
    /^maxime may not cause builds in apache\/superset \(GitHub does not tell/,
  );
});

Deno.test("runDoctor() gives everything that is not ok a way to mend it, and writes nothing", async () => {
  const world = makeWorld();
  const off = { now: () => world.clock.now() + 90_000 };

  let findings: readonly Finding[] = [];
  const { writes } = await world.count(async () => {
    findings = await runDoctor(parts(off, world), never());
  });

  assert.equal(writes, 0);
  const wrong = findings.filter(({ status }) => status !== "ok");
  assert.deepEqual(wrong.map(({ name }) => name), ["labels", "clock"]);
  assert.deepEqual(wrong.filter(({ fix }) => fix === undefined), []);
  assert.match(named(findings, "platform")?.detail ?? "", /^docker answers; 0 environments of /);
});

Deno.test("runDoctor() has every part looked at, whatever another one finds or throws", async () => {
  const wrong = foundWrong("engine", "no engine answers", { fix: "Start it" });
  const findings = await runDoctor(
    parts({
      diagnoses: () =>
        Promise.resolve([
          { name: "engine", diagnose: () => Promise.resolve([wrong]) },
          {
            name: "registry",
            diagnose: () => Promise.reject(new AppError("x", "Asking: it is silent", { hint: "Ask again" })),
          },
          { name: "cloud", diagnose: () => Promise.resolve([foundOk("cloud", "there")]) },
        ]),
      platform: () => Promise.reject(new AppError("engine_unavailable", "Listing: no engine answers")),
    }),
    never(),
  );

  const around = findings.slice(findings.indexOf(wrong));
  // That the platform cannot be listed goes without saying.
  assert.deepEqual(around.map(({ name, status, fix }) => [name, status, fix]), [
    ["engine", "failure", "Start it"],
    ["registry", "failure", "Ask again"],
    ["cloud", "ok", undefined],
  ]);
});

Deno.test("runDoctor() says that the platform cannot be listed where nothing else explains it", async () => {
  const findings = await runDoctor(
    parts({ platform: () => Promise.reject(new AppError("x", "Listing: refused", { hint: "Ask" })) }),
    never(),
  );

  assert.deepEqual(named(findings, "platform"), foundWrong("platform", "Listing: refused", { fix: "Ask" }));
});

Deno.test("runDoctor() ends with what it was told to end with", async () => {
  const ending = new AbortController();
  const reason = new Error("enough");
  const diagnose = () => {
    ending.abort(reason);
    return Promise.reject(reason);
  };

  await assert.rejects(
    runDoctor(parts({ diagnoses: () => Promise.resolve([{ name: "engine", diagnose }]) }), ending.signal),
    reason,
  );
});

Deno.test("runDoctor() names what superset-showtime left, and says what changes", async () => {
  const label = (name: string) => ({ name, color: "ededed", description: "" });
  const world = makeWorld({
    seed: {
      labels: [label("🎪 trigger-start"), label("🎪 ⚡ showtime-trigger-start"), label("🎪 unknown thing")],
    },
    platform: [
      environment(A, { repo: undefined }),
      environment(B, {
        repo: undefined,
        managed: false,
        legacy: true,
        service: "pr-7-service" as ServiceName,
      }),
    ],
  });

  const found = named(await runDoctor(parts({}, world), never()), "migration");

  assert.equal(found?.status, "ok");
  assert.match(
    found?.detail ?? "",
    /left 1 label in an older spelling \(🎪 trigger-start\) and 2 services /,
  );
  assert.match(found?.detail ?? "", /pr-7-service/);
  assert.match(found?.detail ?? "", /docs\/migration\.md/);
  const unburdened = makeWorld({ platform: [environment(A)] });
  assert.equal(named(await runDoctor(parts({}, unburdened), never()), "migration"), undefined);
});

Deno.test("docs/migration.md, which migration points to, is about superset-showtime", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/migration.md", import.meta.url));

  assert.ok(page.startsWith("# Coming from superset-showtime\n"));
});

for (
  const [files, expected] of [
    [
      ["ephemeral-env.yml", "ephemeral-env-pr-close.yml"],
      /ephemeral-env\.yml, .*ephemeral-env-pr-close\.yml still work /,
    ],
    [["showtime-trigger.yml"], /showtime-trigger\.yml still works /],
  ] as const
) {
  Deno.test(`runDoctor() names the old workflows ${files.join(" and ")} that are still there`, async () => {
    const workflows = Object.fromEntries(files.map((name) => [`.github/workflows/${name}`, "on: push\n"]));
    const world = makeWorld({ seed: { files: workflows } });

    const finding = named(await runDoctor(parts({}, world), never()), "old workflows");

    assert.equal(finding?.status, "warning");
    assert.match(finding.detail, expected);
    assert.match(finding.fix ?? "", /^Delete (?:it|them) from the default branch/);
  });
}

for (
  const [text, found] of [["- run: pip install superset-showtime\n", true], [
    "uses: showtime\n",
    false,
  ]] as const
) {
  Deno.test(`runDoctor() takes showtime-cleanup.yml for ${found ? "an old" : "its own"} workflow by what it installs`, async () => {
    const world = makeWorld({ seed: { files: { ".github/workflows/showtime-cleanup.yml": text } } });

    const finding = named(await runDoctor(parts({}, world), never()), "old workflows");

    assert.equal(finding?.detail.includes("showtime-cleanup.yml") ?? false, found);
  });
}

for (
  const [cron, status, detail] of [
    ["17 * * * *", "ok", /^4h before the end; the cleanup runs every 1h$/],
    ["0 */2 * * *", "ok", /the cleanup runs every 2h/],
    ["0 */3 * * *", "warning", /^environment\.warn is 4h, and up to 3h lie between two cleanups$/],
    ["soon", "warning", /cannot be read/],
    [undefined, "warning", /showtime-cleanup\.yml is not on the default branch/],
  ] as const
) {
  Deno.test(`runDoctor() compares a warning of 4h with a cleanup at ${cron ?? "no time"}`, async () => {
    const text = `on:\n  schedule:\n    - cron: ${cron}\n`;
    const files = cron === undefined ? {} : { ".github/workflows/showtime-cleanup.yml": text };
    const world = makeWorld({ seed: { files } });
    const comments = { warnMs: 4 * HOUR };
    const config = () => Promise.resolve({ platform: "docker", sources: ["file"], comments });

    const finding = named(await runDoctor(parts({ config }, world), never()), "warning");

    assert.equal(finding?.status, status);
    assert.match(finding.detail, detail);
    assert.equal(finding.fix === undefined, status === "ok");
  });
}

for (
  const [text, status] of [
    ["on:\n  issue_comment:\n    types: [created]\n", "ok"],
    ["on:\n  pull_request:\n", "warning"],
    [undefined, "warning"],
  ] as const
) {
  Deno.test(`runDoctor() finds out whether runs are started for comments: ${status} for ${text?.trim() ?? "no workflow"}`, async () => {
    const files = text === undefined ? {} : { ".github/workflows/showtime.yml": text };
    const world = makeWorld({ seed: { files } });
    const config = () =>
      Promise.resolve({ platform: "docker", sources: ["file"], comments: { commands: true } });

    const finding = named(await runDoctor(parts({ config }, world), never()), "commands");

    assert.equal(finding?.status, status);
  });
}

Deno.test("runDoctor() asks for no workflow if nothing depends on it", async () => {
  const world = makeWorld();
  const findings = await runDoctor(parts({}, world), never());
  assert.deepEqual([named(findings, "warning"), named(findings, "commands")], [undefined, undefined]);
});
