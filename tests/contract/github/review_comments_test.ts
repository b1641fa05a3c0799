/** Comments with plans on a simulated GitHub: who is believed, and one comment despite failures on the way. */

import assert from "node:assert/strict";
import { findBelievedPlan } from "../../../src/assets/app/review/believed_plan.ts";
import { readExpectedPlan } from "../../../src/assets/app/review/expected_plan.ts";
import { planMarker } from "../../../src/assets/core/review/plan_comment.ts";
import { formatPlanRecord } from "../../../src/assets/core/review/plan_record.ts";
import { prNumber } from "../../../src/lib/ids.ts";
import type { Fault } from "../../../src/simulators/github/mod.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, PR, simulate, type SimulatedForge } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const MARKER = planMarker("qa");

function bodyOf(digit: string): string {
  return `${MARKER}\n${formatPlanRecord({ digest: digit.repeat(64), assets: [], more: 0 })}`;
}

function commentsOf(
  { simulator }: SimulatedForge,
): readonly { readonly author: string; readonly body: string }[] {
  return simulator.state().pulls.flatMap(({ comments }) => comments);
}

Deno.test("a digest is taken from the oldest comment of an author who is believed", async () => {
  const other = { author: "ana", body: bodyOf("0").replaceAll(MARKER, planMarker("qa-2")) };
  const cases: readonly (readonly [
    authors: readonly string[],
    trusted: readonly string[],
    digit: string | undefined,
  ])[] = [
    [["rando", "tri"], [], undefined],
    [["rando", "github-actions[bot]", "ana"], [], "2"],
    [["tri", "rando", "ana", "maxime"], [], "3"],
    [["my-app[bot]"], [], undefined],
    [["my-app[bot]"], ["my-app[bot]"], "1"],
    [["rando", "maxime"], [], "2"],
  ];
  for (const [authors, trustedBots, digit] of cases) {
    const comments = [
      other,
      ...authors.map((author, index) => ({ author, body: bodyOf(String(index + 1)) })),
    ];
    const review = { comments: simulate({}, { pull: { comments } }).reviewComments(), pr: PR, trustedBots };

    const read = readExpectedPlan(review, "qa", NEVER);

    if (digit === undefined) {
      await assert.rejects(read, { code: "plan_missing", exitCode: 3 }, authors.join());
    } else assert.equal((await read).digest, digit.repeat(64), authors.join());
  }
});

Deno.test("a comment is found among hundreds of others", async () => {
  const noise = Array.from({ length: 230 }, (_, index) => ({ author: "rando", body: `Comment ${index}` }));
  const comments = [...noise, { author: "ana", body: bodyOf("7") }, ...noise];
  const review = {
    comments: simulate({}, { pull: { comments } }).reviewComments(),
    pr: PR,
    trustedBots: [],
  };

  assert.equal((await readExpectedPlan(review, "qa", NEVER)).digest, "7".repeat(64));
});

Deno.test("a comment is added once and edited in place, whatever happens to a request", async () => {
  const mishaps: readonly Omit<Fault, "match">[] = [
    { status: 502, after_effect: true },
    { status: 502 },
    { reset: true },
    { reset: true, after_effect: true },
    { status: 403, retry_after: 3 },
  ];
  for (const mishap of mishaps) {
    const world = simulate();
    const comments = world.reviewComments();
    const review = { comments, pr: PR, trustedBots: [] };
    for (const [digit, operation] of [["1", "addComment"], ["2", "updateIssueComment"]] as const) {
      const { pull, comment } = await findBelievedPlan(review, "qa", NEVER);
      world.faults({ match: operation, ...mishap });
      const wanted = { pull, comment: comment?.nodeId, marker: MARKER, body: bodyOf(digit) };
      await comments.write(PR, wanted, NEVER);
      world.faults();

      assert.deepEqual(commentsOf(world).map(({ body }) => body), [bodyOf(digit)], JSON.stringify(mishap));
    }
  }
});

Deno.test("a token that may not comment, and a pull request that does not exist, are errors", async () => {
  const world = simulate({}, { pull: { comments: [{ author: "maxime", body: bodyOf("1") }] } });
  const comments = world.reviewComments({ token: "tri-token" });
  const { pull, comments: [found] } = await comments.read(PR, MARKER, NEVER);
  const wanted = { pull, comment: found?.nodeId, marker: MARKER, body: bodyOf("2") };

  await assert.rejects(comments.write(PR, wanted, NEVER), { code: "forge_refused" });
  assert.deepEqual(commentsOf(world).map(({ body }) => body), [bodyOf("1")]);
  await assert.rejects(comments.read(prNumber(404), MARKER, NEVER), { code: "pull_not_found" });
});

Deno.test("all requests about comments conform to GitHub's schema", () => {
  assertConforms(gates);
});
