import assert from "node:assert/strict";
import { commentRun, commentsOf, writeComment } from "../../worlds/comments.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import {
  A,
  B,
  environment,
  makeWorld,
  MINUTE,
  PR,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";
import type { CliResult } from "../../worlds/program/cli.ts";

const FREEZE = "🎪 🧊 showtime-freeze";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const running = (labels: readonly string[] = []) =>
  makeWorld({ pull: { labels: [...runningLabels(A), ...labels] }, platform: [environment(A)] });

/** Runs `sync` for the event of ana's comment. */
async function syncFor(
  world: World,
  { body, flags = [], settings = { commands: true } }: {
    readonly body: string;
    readonly flags?: readonly string[];
    readonly settings?: RunChange["settings"];
  },
): Promise<CliResult> {
  const event = await writeComment(world, { body, actor: "ana" });
  const run = commentRun(event, settings === undefined ? {} : { settings });
  return await runIn(world, ["sync", String(PR), ...flags], { run });
}

quick("sync obeys a command in a comment, and reports it as every sync", async () => {
  const world = makeWorld();
  const { code, out } = await syncFor(world, { body: "/showtime start" });
  assert.equal(code, 0);
  assert.match(out, /bring up the environment, because a start was asked for/);
  assert.equal(world.platform.environments.length, 1);
});

quick("sync reports an extension by a comment as extend does", async () => {
  const { code, out } = await syncFor(running(), { body: "/showtime extend 3d", flags: ["--json"] });
  const { pr, action_reason, applied, environment: { short_sha } } = JSON.parse(out);
  assert.deepEqual([code, pr, action_reason, short_sha], [0, PR, "extended", "aaaaaaa"]);
  assert.equal(applied.length, 1);
});

quick("sync refuses a mistake in a comment with exit code 3 and the reason", async () => {
  const { code, out, err } = await syncFor(running(), { body: "/showtime strat", flags: ["--json"] });
  assert.deepEqual([code, JSON.parse(out).error.code], [3, "command_malformed"], err);
  assert.match(JSON.parse(out).error.message, /did you mean "start"/);
});

quick("sync says that commands are off, and then does what the labels ask for", async () => {
  const world = running();
  const { code, err } = await syncFor(world, { body: "/showtime stop", settings: {} });
  assert.equal(code, 0);
  assert.match(err, /\/showtime in comments does nothing here: comment\.commands is off/);
  assert.equal(world.platform.environments.length, 1);
  assert.deepEqual(commentsOf(world).flatMap(({ reactions }) => reactions), []);
});

quick("sync --dry-run writes nothing for a comment, not even a reaction", async () => {
  const world = running();
  const event = await writeComment(world, { body: "/showtime stop", actor: "ana" });
  const run = commentRun(event, { settings: { commands: true } });
  const { writes } = await world.count(() => runIn(world, ["sync", String(PR), "--dry-run"], { run }));
  assert.equal(writes, 0);
});

for (
  const [body, action, build] of [
    ["/showtime start", "rolling_update", "true"],
    ["/showtime stop", "destroy_environment", "false"],
    ["/showtime sync", "no_action", "false"],
    ["/showtime extend 3d", "no_action", "false"],
    ["/showtime strat", "no_action", "false"],
    ["/showtime sleep", "sleep_environment", "false"],
  ] as const
) {
  quick(`sync --check-only for "${body}" writes nothing, and asks for the sync that answers it`, async () => {
    const world = running();
    world.clock.advance(MINUTE);
    const event = await writeComment(world, { body, actor: "ana" });
    const run = commentRun(event, { settings: { commands: true } });
    let result: CliResult | undefined;
    const { writes } = await world.count(async () => {
      result = await runIn(world, ["sync", String(PR), "--check-only"], { run });
    });
    assert.equal(writes, 0);
    const facts = new Map(
      (result?.out ?? "").trim().split("\n").map((line) => line.split("=") as [string, string]),
    );
    assert.deepEqual(
      ["sync_needed", "action_needed", "build_needed"].map((key) => facts.get(key)),
      ["true", action, build],
    );
  });
}

quick("sync --check-only for /showtime unfreeze asks for the commit that is built then", async () => {
  const world = running([FREEZE]);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  const { out } = await syncFor(world, { body: "/showtime unfreeze", flags: ["--check-only"] });
  assert.match(out, new RegExp(`^build_needed=true$[^]*^target_sha=${B}$`, "m"));
});

quick("sync --check-only for a command of a stranger builds nothing", async () => {
  const world = makeWorld();
  const event = await writeComment(world, { body: "/showtime start", actor: "rando" });
  const run = commentRun(event, { settings: { commands: true } });
  const { out } = await runIn(world, ["sync", String(PR), "--check-only"], { run });
  assert.match(out, /^build_needed=false$/m);
  assert.match(out, /^github_actor=rando$/m);
});
