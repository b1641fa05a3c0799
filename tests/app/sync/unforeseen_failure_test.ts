/** Errors that nobody foresaw: each is recorded once, with a sentence, and leaves no environment in between. */

import assert from "node:assert/strict";
import type { Forge } from "../../../src/environments/ports/forge.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  makeWorld,
  PR,
  runningLabels,
  type World,
  type WorldContext,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const MISTAKE = /this is a mistake in Showtime \(Cannot read properties of null \(reading 'options'\)\)/;
/** The comment without what keeps text from being read as Markdown. */
const plain = (world: World) => world.comment().replace(/\\|\u200b/g, "");

const mistake = () => new TypeError("Cannot read properties of null (reading 'options')");
const deployments = (world: World) =>
  world.simulator.state().deployments.map(({ statuses }) => statuses.at(-1)?.state ?? "none");

/** Makes a mistake the first time that `write` is called with labels of that status. */
function mistakenWrites(context: WorldContext, status: string, { times = 1 } = {}): WorldContext {
  let left = times;
  const forge: Forge = {
    ...context.forge,
    write(pr, batch, signal) {
      const hit = batch.some((each) =>
        each.kind === "attach" && each.names.some((name) => name.includes(status))
      );
      if (hit && left-- > 0) throw mistake();
      return context.forge.write(pr, batch, signal);
    },
  };
  return { ...context, forge };
}

const CASES: readonly [title: string, play: (world: World) => WorldContext][] = [
  ["the build", (world) => {
    world.images.hooks.before("build", () => {
      world.images.hooks.before("build", undefined);
      throw mistake();
    });
    return world.context();
  }],
  ["the deployment", (world) => {
    world.platform.hooks.before("deploy", () => {
      world.platform.hooks.before("deploy", undefined);
      throw mistake();
    });
    return world.context();
  }],
  ["the writing of the first label", (world) => mistakenWrites(world.context(), "🚦 building")],
  ["the writing of the deploying label", (world) => mistakenWrites(world.context(), "🚦 deploying")],
  ["the writing of the running label", (world) => mistakenWrites(world.context(), "🚦 running")],
];

for (const [title, play] of CASES) {
  Deno.test(`syncPull() records a mistake in ${title} once, and the environment before it keeps serving`, async () => {
    const world = makeWorld({
      pull: { labels: [...runningLabels(A), START], head: { sha: B, ref: "b", repo: "apache/superset" } },
      platform: [environment(A)],
    });

    const { failure, exitCode } = await world.sync(play(world));

    assert.equal(exitCode, 1);
    assert.match(failure?.message ?? "", MISTAKE);
    assert.match(
      failure?.hint ?? "",
      /^Please report it at https:\/\/github\.com\/\S+\/issues with the output of --verbose/,
    );
    assert.deepEqual(world.labels().filter((name) => name.includes("🚦")), [
      "🎪 aaaaaaa 🚦 running",
      "🎪 bbbbbbb 🚦 failed",
    ]);
    assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"));
    assert.match(plain(world), MISTAKE);
    assert.match(plain(world), /Please report it at/);
    assert.equal(world.comment().split("did not come up").length, 2, "said once");
    assert.deepEqual(world.platform.environments.map(({ short }) => String(short)), ["aaaaaaa"]);
    assert.deepEqual(deployments(world), title.includes("first label") ? [] : ["failure"]);
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);

    // The next event tries once more, as after every failure, and then nothing repeats it.
    world.platform.hooks.before("deploy", () => {
      throw mistake();
    });
    assert.equal((await world.sync()).plan.reason, "retry_failed");
    assert.equal((await world.sync()).plan.reason, "attempts_exhausted");
  });
}

Deno.test("syncPull() records a mistake in an update in place, and the instance before it serves on", async () => {
  const world = makeWorld({ pull: { labels: [...runningLabels(A), START] }, platform: [environment(A)] });
  world.platform.hooks.before("deploy", () => {
    throw mistake();
  });

  const { failure, exitCode } = await world.sync();

  assert.equal(exitCode, 1);
  assert.match(failure?.message ?? "", MISTAKE);
  assert.deepEqual(world.platform.changes, [], "what serves is not removed");
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  assert.match(plain(world), /running; the last update failed/);
});

Deno.test("syncPull() records a failure without its comment where the comment is the mistake", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  let broken = false;
  world.platform.hooks.before("deploy", () => {
    broken = true;
    throw mistake();
  });
  const context = world.context();
  const settings = {
    ...context.settings,
    get login(): string {
      if (broken && new Error().stack?.includes("renderComment") === true) throw mistake();
      return "admin/admin";
    },
  };

  const { failure } = await world.sync({ ...context, settings });

  assert.match(failure?.message ?? "", MISTAKE);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 failed"));
  assert.deepEqual(deployments(world), ["failure"]);
});

Deno.test("start that meets a mistake exits 1 and says where to report it, for people and as JSON", async () => {
  for (const flags of [[], ["--json"]]) {
    const world = makeWorld();
    world.images.hooks.before("build", () => {
      throw mistake();
    });

    const { code, out, err } = await runIn(world, ["start", String(PR), ...flags]);

    assert.equal(code, 1);
    if (flags.length > 0) {
      const { error, environment: shown } = JSON.parse(out);
      assert.equal(error.code, "unforeseen");
      assert.match(error.message, MISTAKE);
      assert.match(error.hint, /report it at https/);
      assert.equal(shown.status, "failed");
    } else {
      assert.match(err, MISTAKE);
      assert.match(err, /report it at https/);
      assert.doesNotMatch(err, /^\s+at /m);
    }
  }
});
