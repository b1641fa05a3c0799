import assert from "node:assert/strict";
import {
  judgeApproval,
  type LabelMoment,
  type RunEvent,
} from "../../../../src/environments/core/plan/mod.ts";
import { A, B, HOUR, NOW, START, SYNC } from "../../../worlds/observation.ts";

const LABEL: LabelMoment = { name: START, at: NOW, movedSince: false, forced: undefined };
const OF_LABEL: RunEvent = { action: "labeled", headSha: A, sender: "ana", label: START, at: NOW };
const NOTHING = { event: undefined, sightings: [] };

Deno.test("judgeApproval() approves nothing without evidence", () => {
  assert.equal(judgeApproval(A, LABEL, NOTHING), "unseen");
});

Deno.test("judgeApproval() approves the head in the payload of the label's own event, and no other commit", () => {
  const evidence = { event: OF_LABEL, sightings: [] };
  assert.equal(judgeApproval(A, LABEL, evidence), "approved");
  const seen = { event: OF_LABEL, sightings: [{ sha: B, at: NOW - HOUR }] };
  assert.equal(judgeApproval(B, LABEL, seen), "moved");
});

Deno.test("judgeApproval() does not believe a payload where the timeline puts the commit after the label", () => {
  const late = { ...LABEL, movedSince: true };
  assert.equal(judgeApproval(A, late, { event: OF_LABEL, sightings: [{ sha: A, at: NOW - HOUR }] }), "moved");
});

for (
  const [what, event] of [
    ["of another label", { ...OF_LABEL, label: SYNC }],
    ["of a push", { ...OF_LABEL, action: "synchronize", label: undefined }],
    ["of the label before it was set anew", { ...OF_LABEL, at: NOW - HOUR }],
    ["without a head", { ...OF_LABEL, headSha: undefined }],
  ] as const
) {
  Deno.test(`judgeApproval() takes nothing from the payload of an event ${what}`, () => {
    assert.equal(judgeApproval(A, LABEL, { event, sightings: [] }), "unseen");
    assert.equal(judgeApproval(A, LABEL, { event, sightings: [{ sha: A, at: NOW - 1 }] }), "approved");
  });
}

Deno.test("judgeApproval() approves a commit that was seen at the head before the label, or in its second", () => {
  for (
    const [at, approval] of [[NOW - HOUR, "approved"], [NOW, "approved"], [NOW + 1000, "unseen"]] as const
  ) {
    assert.equal(judgeApproval(A, LABEL, { event: undefined, sightings: [{ sha: A, at }] }), approval);
  }
  const other = { event: undefined, sightings: [{ sha: B, at: NOW - HOUR }] };
  assert.equal(judgeApproval(A, LABEL, other), "unseen");
});

Deno.test("judgeApproval() approves the commit of the newest force push before the label", () => {
  const forced = { ...LABEL, forced: { sha: A, at: NOW - HOUR } };
  assert.equal(judgeApproval(A, forced, NOTHING), "approved");
  assert.equal(judgeApproval(B, forced, NOTHING), "unseen");
});

Deno.test("judgeApproval() forgets what was seen before a force push", () => {
  const seen = (at: number) => ({ event: undefined, sightings: [{ sha: A, at }] });
  for (const sha of [B, undefined]) {
    const forced = { ...LABEL, forced: { sha, at: NOW - HOUR } };
    assert.equal(judgeApproval(A, forced, seen(NOW - 2 * HOUR)), "unseen");
    // GitHub's times are whole seconds: of the same second nothing says what came first.
    assert.equal(judgeApproval(A, forced, seen(NOW - HOUR)), "unseen");
    assert.equal(judgeApproval(A, forced, seen(NOW - HOUR + 1000)), "approved");
  }
});
