import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import type { PullComments } from "../../../src/contexts/ports/comments.ts";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";

function makeWorld() {
  return makeEventWorld({
    id: "pr-12",
    tree: toValue({ state: { by: "@octocat" } }) as ValueMap,
    handlers: { "github-comment": { tests: { message: "passed for {{ state.by }}" } } },
  });
}

Deno.test("a comment is written once under a key, with mentions defused", async () => {
  const written: unknown[] = [];
  const comments: PullComments = {
    upsert: (pr, comment) => Promise.resolve((written.push([pr, comment]), "created" as const)),
  };
  await using world = await makeWorld();

  const states = [];
  for (let call = 0; call < 2; call++) {
    const result = await world.fire({ key: "k" }, { comments });
    states.push(result.handlers.map(({ state }) => state).join());
  }

  assert.deepEqual(states, ["sent", "skipped"]);
  const marker = "<!-- showtime-context:tests -->";
  assert.deepEqual(written, [[12, { marker, body: `${marker}\npassed for @\u200boctocat\n` }]]);
  const steps = (await world.history()).flatMap(({ event }) => event === undefined ? [] : event.step);
  assert.deepEqual(steps, ["intent", "done"]);
});

Deno.test("a comment that GitHub refuses is a failure, and is tried again under the key", async () => {
  let calls = 0;
  const comments: PullComments = {
    upsert: () => {
      if (calls++ > 0) return Promise.resolve("created");
      throw new AppError("forge_refused", "Writing a comment: GitHub refuses", {
        hint: "Give the token more rights",
      });
    },
  };
  await using world = await makeWorld();

  const first = await world.fire({ key: "k" }, { comments });

  assert.equal(first.exitCode, 1);
  assert.equal(first.handlers[0]?.hint, "Give the token more rights");
  assert.equal((await world.fire({ key: "k" }, { comments })).handlers[0]?.state, "sent");
});

Deno.test("without a token a comment fails before its intent, and a dry run shows it", async () => {
  await using world = await makeWorld();

  assert.match((await world.fire()).handlers[0]?.why ?? "", /there is no token for GitHub/);

  const { planned } = (await world.fire({ dryRun: true })).handlers[0] ?? {};
  assert.equal(planned?.comment?.pr, 12);
  assert.match(planned.comment.body, /passed for @\u200boctocat/);
  assert.equal((await world.history()).length, 1);
});
