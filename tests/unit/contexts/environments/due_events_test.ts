import assert from "node:assert/strict";
import { dueEvents, markFired } from "../../../../src/contexts/core/environments/due_events.ts";
import { recordEnvironments } from "../../../../src/contexts/core/environments/record_environments.ts";
import { applyOperations } from "../../../../src/contexts/core/tree/operations.ts";
import { announce, emptyTree, environment, news, time } from "./play_news.ts";

Deno.test("an event that failed is due again, for a day after the end of its environment", () => {
  const recorded = applyOperations(
    emptyTree(),
    recordEnvironments(emptyTree(), news(1, [environment("aaaaaaa", "running")])),
  );
  assert.equal(dueEvents(recorded, news(10 ** 6, [])).length, 1);
  const ended = applyOperations(recorded, recordEnvironments(recorded, news(2, [])));
  assert.deepEqual(
    [3, 86_402, 86_403].map((at) => dueEvents(ended, news(at, [])).map(({ event }) => event)),
    [["stopped"], ["stopped"], []],
  );
});

Deno.test("a key has the commit, the status and the time of its label", () => {
  const tree = applyOperations(
    emptyTree(),
    recordEnvironments(emptyTree(), news(1, [environment("aaaaaaa", "running")])),
  );
  assert.deepEqual(dueEvents(tree, news(1, [])).map(({ key }) => key), [`aaaaaaa.running.${time(0)}`]);
});

Deno.test("markFired() leaves an environment alone that has another status by now", () => {
  const { tree } = announce(emptyTree(), news(1, [environment("aaaaaaa", "running")]));
  assert.equal(markFired(tree, { sha: "aaaaaaa", event: "failed", since: time(0), key: "k" }), undefined);
});
