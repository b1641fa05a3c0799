import assert from "node:assert/strict";
import fc from "fast-check";
import { dueEvents } from "../../../../src/contexts/core/environments/due_events.ts";
import {
  knownEnvironments,
  objectPath,
  readMark,
} from "../../../../src/contexts/core/environments/environment_marks.ts";
import {
  assertFollows,
  recordEnvironments,
} from "../../../../src/contexts/core/environments/record_environments.ts";
import { valueAt } from "../../../../src/contexts/core/tree/operations.ts";
import { toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import { announce, emptyTree, environment, news, play, time } from "./play_news.ts";

Deno.test("an environment is announced when work begins, when it runs, and when it is gone", () => {
  const a = (status: string, since: number) => environment("aaaaaaa", status, { since: time(since) });
  assert.deepEqual(
    play(
      news(1, [a("building", 1)], { atWork: true }),
      news(2, [a("built", 2)], { atWork: true }),
      news(3, [a("deploying", 3)], { atWork: true }),
      news(4, [a("running", 4)]),
      news(5, [a("running", 4)]),
      news(6, [a("stopping", 6)], { atWork: true }),
      news(7, []),
      news(8, []),
    ),
    [["building aaaaaaa"], [], [], ["running aaaaaaa"], [], [], ["stopped aaaaaaa"], []],
  );
});

Deno.test("a status that begins anew is announced again, and one whose time becomes known is not", () => {
  const a = (since: string | undefined) => environment("aaaaaaa", "running", { since });
  assert.deepEqual(
    play(news(1, [a(undefined)]), news(2, [a(time(1))]), news(3, [a(undefined)]), news(4, [a(time(4))])),
    [["running aaaaaaa"], [], [], ["running aaaaaaa"]],
  );
});

Deno.test("while a run works, only the beginning of work is announced", () => {
  const running = environment("aaaaaaa", "running");
  assert.deepEqual(
    play(news(1, [running], { atWork: true }), news(2, [], { atWork: true }), news(3, [])),
    [[], [], ["stopped aaaaaaa"]],
  );
});

Deno.test("an environment that is gone expired if its time was over, unless the run says how it ended", () => {
  const a = environment("aaaaaaa", "running");
  const stopped = new Map([["aaaaaaa", "stopped"]] as const);
  const expired = new Map([["aaaaaaa", "expired"]] as const);
  assert.deepEqual(play(news(1, [a]), news(999, [])).at(-1), ["stopped aaaaaaa"]);
  assert.deepEqual(play(news(1, [a]), news(1_000, [])).at(-1), ["expired aaaaaaa"]);
  assert.deepEqual(play(news(1, [a]), news(2_000, [], { ended: stopped })).at(-1), ["stopped aaaaaaa"]);
  assert.deepEqual(play(news(1, [a]), news(2, [], { ended: expired })).at(-1), ["expired aaaaaaa"]);
});

Deno.test("the object of an environment that is gone keeps its facts, with its end and without an address", () => {
  const { tree } = announce(
    announce(emptyTree(), news(1, [environment("aaaaaaa", "running")])).tree,
    news(2, []),
  );
  assert.deepEqual(
    valueAt(tree, objectPath("aaaaaaa")),
    toValue({
      short_sha: "aaaaaaa",
      status: "stopped",
      url: null,
      expires_at: time(1_000),
      active: false,
      address: null,
    }),
  );
});

Deno.test("an environment that did not come up ends without a further event", () => {
  assert.deepEqual(
    play(news(1, [environment("aaaaaaa", "failed")]), news(2, []), news(3, [])),
    [["failed aaaaaaa"], [], []],
  );
});

Deno.test("an older sight than the recorded one changes nothing", () => {
  const { tree } = announce(
    announce(emptyTree(), news(1, [environment("aaaaaaa", "running")])).tree,
    news(9, []),
  );
  assert.deepEqual(recordEnvironments(tree, news(5, [environment("aaaaaaa", "running")])), []);
  assert.notDeepEqual(recordEnvironments(tree, news(10, [environment("aaaaaaa", "running")])), []);
});

Deno.test("of environments that ended the newest 20 are kept", () => {
  let tree = emptyTree();
  for (let index = 0; index < 60; index++) {
    const sha = (index + 0x1000000).toString(16);
    tree = announce(tree, news(index, [environment(sha, "running", { since: time(index) })])).tree;
  }
  const known = knownEnvironments(tree);
  assert.equal(known.length, 21);
  assert.deepEqual([known.at(0), known.at(-1)], ["1000027", "100003b"]);
  assert.equal(readMark(tree, "1000000"), undefined);
});

Deno.test("values that others wrote in the places of marks are no marks", () => {
  for (const value of [3, "text", [], {}, { aaaaaaa: 3 }, { aaaaaaa: { status: 1, seen: null } }]) {
    assert.equal(
      readMark(toValue({ state: { environmentEvents: value } }) as ValueMap, "aaaaaaa"),
      undefined,
    );
  }
});

Deno.test("whatever comes, recording the same sight twice makes no second version, and nothing is due twice", () => {
  const status = fc.constantFrom(
    "building",
    "built",
    "deploying",
    "running",
    "updating",
    "failed",
    "stopping",
  );
  const sight = fc.array(
    fc.record({ sha: fc.constantFrom("aaaaaaa", "bbbbbbb"), status, since: fc.integer({ min: 0, max: 3 }) }),
    { maxLength: 2 },
  );
  fc.assert(fc.property(fc.array(fc.tuple(sight, fc.boolean()), { maxLength: 8 }), (sights) => {
    let tree = emptyTree();
    sights.forEach(([environments, atWork], index) => {
      const unique = new Map(environments.map((each) => [each.sha, each]));
      const given = news(
        index,
        [...unique.values()].map((each) => environment(each.sha, each.status, { since: time(each.since) })),
        { atWork },
      );
      tree = announce(tree, given).tree;
      assert.deepEqual(recordEnvironments(tree, given), []);
      assert.deepEqual(dueEvents(tree, given), []);
    });
  }));
});

Deno.test("a context follows the pull request of one repository", () => {
  const { tree } = announce(emptyTree(), news(1, [environment("aaaaaaa", "running")]));
  assertFollows(emptyTree(), { repository: "acme/other" });
  assertFollows(tree, { repository: "Acme/Shop" });
  assert.throws(() => assertFollows(tree, { repository: "acme/other" }), {
    code: "context_elsewhere",
    message: "Following the environments of acme/other in its context: " +
      "the store has one of acme/shop with this ID",
  });
});
