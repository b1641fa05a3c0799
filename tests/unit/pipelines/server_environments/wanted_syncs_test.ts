import assert from "node:assert/strict";
import fc from "fast-check";
import type { PullEvent } from "../../../../src/pipelines/core/server_environments/pull_event.ts";
import {
  endSync,
  formatWanted,
  parseWanted,
  type PlacedSync,
  pullName,
  syncsToBegin,
  type WantedSyncs,
  wantLooks,
  wantSync,
} from "../../../../src/pipelines/core/server_environments/wanted_syncs.ts";

const NOW = 1_000_000;

function event(number: number): PullEvent {
  return {
    number,
    action: "synchronize",
    sender: "ann",
    headSha: "a".repeat(40),
    label: undefined,
    open: true,
    updatedAt: NOW,
    baseBranch: "main",
  };
}

function wanting(...numbers: readonly number[]): WantedSyncs {
  return numbers.reduce<WantedSyncs>(
    (wanted, number, index) => wantSync(wanted, { event: event(number), id: `id${index}` }),
    [],
  );
}

const numbers = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });

Deno.test("wantSync() keeps one sync for each pull request, in the order in which they asked first", () => {
  fc.assert(fc.property(numbers, (asked) => {
    assert.deepEqual(wanting(...asked).map(({ pr }) => pr), [...new Set(asked)]);
  }));
});

Deno.test("syncsToBegin() never has two syncs of one pull request, nor more than the limit", () => {
  const some = fc.record({ asked: numbers, running: numbers, limit: fc.integer({ min: 1, max: 5 }) });
  fc.assert(fc.property(some, ({ asked, running, limit }) => {
    const placed: readonly PlacedSync[] = wanting(...asked).map((each) => ({ ...each, repository: "a/b" }));
    const names = new Set(running.slice(0, limit).map((pr) => pullName({ repository: "a/b", pr })));
    const begun = syncsToBegin(placed, { running: names, limit, now: NOW }).map(pullName);
    assert.equal(new Set([...begun, ...names]).size, begun.length + names.size);
    assert.ok(begun.length + names.size <= limit);
    // No slot stays empty while a pull request waits.
    const waiting = placed.filter((each) => !names.has(pullName(each))).length;
    assert.equal(begun.length, Math.min(waiting, limit - names.size));
  }));
});

Deno.test("syncsToBegin() tells pull requests of two repositories apart", () => {
  const placed = ["a/b", "a/c"].flatMap((repository) => wanting(1).map((each) => ({ ...each, repository })));
  const begun = syncsToBegin(placed, { running: new Set(["a/b#1"]), limit: 5, now: NOW });
  assert.deepEqual(begun.map(pullName), ["a/c#1"]);
});

Deno.test("endSync() removes the sync that ended, and keeps one that a newer event asks for", () => {
  const [begun] = wanting(7);
  assert.ok(begun);
  assert.deepEqual(endSync([begun], { begun, end: { kind: "done" }, now: NOW }), []);
  const newer = wantSync([begun], { event: event(7), id: "newer" });
  for (const kind of ["done", "unanswered"] as const) {
    assert.deepEqual(endSync(newer, { begun, end: { kind }, now: NOW }), newer);
  }
});

Deno.test("endSync() puts a sync off until the expiry of the lock that was in its way, however often", () => {
  let [begun] = wanting(7);
  for (const minutes of [10, 20, 30, 40, 50]) {
    assert.ok(begun);
    const until = NOW + minutes * 60_000;
    const [later] = endSync([begun], { begun, end: { kind: "held", until }, now: NOW });
    assert.equal(later?.notBefore, until);
    begun = later;
  }
  assert.ok(begun);
  const [past] = endSync([begun], { begun, end: { kind: "held", until: NOW - 1 }, now: NOW });
  assert.equal(past?.notBefore, NOW + 5_000, "never at once");
  const [unknown] = endSync([begun], { begun, end: { kind: "held", until: undefined }, now: NOW });
  assert.equal(unknown?.notBefore, NOW + 60_000);
});

Deno.test("endSync() takes a sync without an answer again three times, each time later", () => {
  let wanted = wanting(7);
  const pauses: number[] = [];
  while (wanted[0] !== undefined) {
    wanted = endSync(wanted, { begun: wanted[0], end: { kind: "unanswered" }, now: NOW });
    if (wanted[0] !== undefined) pauses.push(wanted[0].notBefore - NOW);
  }
  assert.deepEqual(pauses, [60_000, 120_000, 240_000]);
});

Deno.test("wantLooks() adds the pull requests that want no sync yet", () => {
  const wanted = wantLooks(wanting(1, 2), [2, 3]);
  assert.deepEqual(wanted.map(({ pr, event }) => [pr, event === undefined]), [[1, false], [2, false], [
    3,
    true,
  ]]);
});

Deno.test("parseWanted() reads what formatWanted() wrote", () => {
  fc.assert(fc.property(numbers, (asked) => {
    const wanted = wantLooks(wanting(...asked), [30]);
    assert.deepEqual(formatWanted(parseWanted(formatWanted(wanted))), formatWanted(wanted));
  }));
  assert.equal(formatWanted([]), undefined);
  assert.deepEqual(parseWanted(undefined), []);
});
