/** What `status` tells of an environment that did not come up. */
import assert from "node:assert/strict";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, makeWorld, MINUTE, runningLabels, type World } from "../../worlds/world.ts";

const FAILED = new AppError(
  "out_of_memory",
  "Bringing up pr-1234-aaaaaaa-service: \x1b[31mexit code 137",
  { hint: "Give it more memory: label the pull request, or set environment.sizes" },
);

/** A world whose only environment has failed, three minutes ago. */
async function failedWorld(): Promise<World> {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });
  world.platform.hooks.before("deploy", () => {
    throw FAILED;
  });
  assert.equal((await world.sync()).exitCode, EXIT.failed);
  world.clock.advance(3 * MINUTE);
  return world;
}

/** With a console, as a cloud has one. */
function withConsole(world: World) {
  const context = world.context();
  const links = {
    ...context.links,
    console: (service: string) => ({ console: `https://cloud.example/${service}` }),
  };
  return {
    makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
      Promise.resolve({ context: { ...context, links, terminal }, loaded: {} as never }),
  };
}

Deno.test("status tells why and when an environment failed, and the next command", async () => {
  const world = await failedWorld();

  const { code, out, err } = await runIn(world, ["status", "1234"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /^❌ aaaaaaa failed$/m);
  assert.match(
    out,
    /^ {3}why +The environment ran out of memory \(out_of_memory\): Bringing up .*: exit code 137$/m,
  );
  assert.match(out, /^ {3}failed at +2024-01-15 14:30 UTC \(3m ago\)$/m);
  assert.match(out, /^ {3}hint +Give it more memory/m);
  assert.ok(!out.includes("\x1b"));
  assert.match(err, /^Next: "showtime start 1234" tries again/m);
  assert.doesNotMatch(err, /showtime logs/);
});

Deno.test("status of a failed environment links to no console and names no service of what is gone", async () => {
  const world = await failedWorld();

  const { out } = await runIn(world, ["status", "1234"], { wiring: withConsole(world) });
  const json = JSON.parse(
    (await runIn(world, ["status", "1234", "--json"], { wiring: withConsole(world) })).out,
  );

  assert.doesNotMatch(out, /cloud\.example|pr-1234-aaaaaaa-service$/m);
  assert.match(out, /^ {3}platform +docker$/m);
  assert.deepEqual(Object.keys(json.environments[0].links), ["pull_request", "commit"]);
});

Deno.test("status --json gives the failure with its stable code", async () => {
  const world = await failedWorld();

  const { failures } = JSON.parse((await runIn(world, ["status", "1234", "--json"])).out);

  assert.deepEqual(failures, [{
    short_sha: "aaaaaaa",
    code: "out_of_memory",
    message: "Bringing up pr-1234-aaaaaaa-service: exit code 137",
    hint: FAILED.hint,
    at: "2024-01-15T14:30:00Z",
  }]);
});

Deno.test("status tells when it failed where no comment tells why", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });
  world.platform.hooks.before("deploy", () => {
    throw FAILED;
  });
  await world.sync(world.context({ settings: { commentEnabled: false } }));

  const { out } = await runIn(world, ["status", "1234"]);

  assert.match(out, /^ {3}why +not on record/m);
  assert.match(out, /^ {3}failed at +2024-01-15 14:30 UTC/m);
});

Deno.test("status forgets a failure when the next try succeeds", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });
  let failing = true;
  world.platform.hooks.before("deploy", () => {
    if (failing) throw FAILED;
  });
  await world.sync();
  failing = false;
  await world.sync();

  const { failures, environments } = JSON.parse((await runIn(world, ["status", "1234", "--json"])).out);

  assert.equal(environments[0].status, "running");
  assert.deepEqual(failures, []);
});

Deno.test("status leads to no log of an environment that the platform has lost", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) } });

  const { out, err } = await runIn(world, ["status", "1234"]);

  assert.match(out, /^❌ aaaaaaa not running, although its label says so/m);
  assert.match(err, /^Next: "showtime explain 1234"/m);
  assert.doesNotMatch(err, /showtime logs/);
});
