import assert from "node:assert/strict";
import {
  describeStaleness,
  factOf,
  type KnownFact,
  type ShownPull,
} from "../../../src/environments/core/known_pull.ts";
import type { RunEvent } from "../../../src/environments/core/plan/mod.ts";
import { fullSha } from "../../../src/lib/ids.ts";

const OLD = fullSha("abc123f".padEnd(40, "0"));
const NEW = fullSha("def123f".padEnd(40, "0"));
const START = "🎪 ⚡ showtime-trigger-start";
const AT = Date.UTC(2024, 0, 15, 14, 30);

const shown = (change: Partial<ShownPull> = {}): ShownPull => ({
  updatedAt: AT,
  headSha: OLD,
  open: true,
  labels: [],
  timeline: [{ kind: "commit", sha: OLD }],
  ...change,
});
const event = (change: Partial<RunEvent>): RunEvent => ({
  action: undefined,
  headSha: OLD,
  sender: "ana",
  label: undefined,
  at: AT,
  open: true,
  ...change,
});

const labeled = event({ action: "labeled", label: START });
const unlabeled = event({ action: "unlabeled", label: START });
const pushed = event({ action: "synchronize", headSha: NEW });
const closed = event({ action: "closed", open: false });
const reopened = event({ action: "reopened", open: true });

const CASES: readonly [title: string, event: RunEvent, answer: ShownPull, stale: RegExp | undefined][] = [
  [
    "an older time of change",
    labeled,
    shown({ updatedAt: AT - 1000, labels: [START] }),
    /it changed at .*14:30:00Z/,
  ],
  ["a head that is not there yet", pushed, shown(), /its head is def123f/],
  ["a label that is not there yet", labeled, shown(), /the label ".*trigger-start" was set/],
  [
    "a label that is still there",
    unlabeled,
    shown({ labels: [START] }),
    /the label ".*trigger-start" was removed/,
  ],
  ["a pull request that is still open", closed, shown(), /it is closed, and GitHub shows it as open/],
  [
    "a pull request that is still closed",
    reopened,
    shown({ open: false }),
    /it is open, and GitHub shows it as/,
  ],
  ["the state of the event", pushed, shown({ headSha: NEW }), undefined],
  ["a label in another letter case", labeled, shown({ labels: [START.toUpperCase()] }), undefined],
  [
    "a later time, however different the state",
    labeled,
    shown({ updatedAt: AT + 1000, headSha: NEW }),
    undefined,
  ],
  [
    "a label that another run removed in the same second",
    labeled,
    shown({
      timeline: [{ kind: "labeled", name: START, at: AT }, { kind: "unlabeled", name: START, at: AT }],
    }),
    undefined,
  ],
  [
    "a label whose earlier setting is all that the timeline shows",
    labeled,
    shown({ timeline: [{ kind: "labeled", name: START, at: AT - 60_000 }] }),
    /was set, and GitHub does not show it/,
  ],
  [
    "a second push in the same second",
    pushed,
    shown({ timeline: [{ kind: "commit", sha: OLD }, { kind: "commit", sha: NEW }] }),
    undefined,
  ],
];

for (const [title, known, answer, stale] of CASES) {
  Deno.test(`describeStaleness() ${stale === undefined ? "believes" : "refuses"} ${title}`, () => {
    const fact = factOf(known);
    assert.ok(fact !== undefined);
    const said = describeStaleness(answer, fact);
    if (stale === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", stale);
  });
}

Deno.test("factOf() knows nothing of an event without a time", () => {
  assert.equal(factOf(undefined), undefined);
  assert.equal(factOf(event({ at: undefined })), undefined);
});

Deno.test("describeStaleness() compares only the time where nothing else is known", () => {
  const fact: KnownFact = { at: AT };
  assert.equal(describeStaleness(shown({ open: false, labels: [START] }), fact), undefined);
  assert.match(describeStaleness(shown({ updatedAt: AT - 1000 }), fact) ?? "", /GitHub shows it as of/);
});
