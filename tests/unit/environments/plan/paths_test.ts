import assert from "node:assert/strict";
import {
  type Comparison,
  neededComparison,
  type Plan,
  planPull,
  planVariations,
  type Policy,
} from "../../../../src/environments/core/plan/mod.ts";
import { formatLabel } from "../../../../src/environments/core/labels/mod.ts";
import {
  A,
  B,
  BLOCKED,
  C,
  deployed,
  FREEZE,
  labelsOf,
  type ObservationChange,
  observe,
  POLICY,
  REPO,
  START,
  SYNC,
} from "../../../worlds/observation.ts";

const PATHS: Policy = { ...POLICY, buildPaths: ["src/**", "Dockerfile"] };
const SERVES_A = "🎪 bbbbbbb ⏩ aaaaaaa";
/** B runs, and A is its head by now: trusted, on a branch of this repository. */
const PUSHED: ObservationChange = { labels: labelsOf(B, "running"), platform: [deployed(B)], headRepo: REPO };
const changed = (...paths: readonly string[]): Comparison => ({ base: B, head: A, paths });
const decided = ({ rule, reason, action, build }: Plan) => [rule, reason, action, build];
const BUILT = [12, "new_commit", "rolling_update", true];

Deno.test("a push that touches no file of build.paths leaves the environment, and a label says that it serves the head too", () => {
  const plan = planPull(observe({ ...PUSHED, comparison: changed("README.md", "docs/a.md") }), PATHS);
  assert.deepEqual(decided(plan), [19, "paths_unchanged", "no_action", false]);
  assert.deepEqual(
    plan.steps.map((step) =>
      step.kind === "repair_labels" ? step.add.map((each) => formatLabel(each)) : step.kind
    ),
    [[SERVES_A]],
  );
  assert.match(plan.because[0] ?? "", /^bbbbbbb serves aaaaaaa too: 2 files changed since/);
});

for (
  const [what, comparison] of [
    ["touches a file of build.paths", changed("README.md", "src/a.ts")],
    ["renames a file out of build.paths", changed("lib/a.ts", "src/a.ts")],
    ["has a list of files that is cut", { base: B, head: A, paths: undefined }],
    ["is compared with another commit than the deployed one", { base: C, head: A, paths: ["README.md"] }],
    ["is compared with another head", { base: B, head: C, paths: ["README.md"] }],
    ["is not compared", undefined],
  ] as const
) {
  Deno.test(`a push that ${what} is built`, () => {
    assert.deepEqual(decided(planPull(observe({ ...PUSHED, comparison }), PATHS)), BUILT);
  });
}

Deno.test("a comparison decides nothing where build.paths is not set, where an image is named or where nothing runs", () => {
  const comparison = changed("README.md");
  assert.deepEqual(decided(planPull(observe({ ...PUSHED, comparison }), POLICY)), BUILT);
  const named = planPull(observe({ ...PUSHED, comparison }), { ...PATHS, givenImage: "x:1" });
  assert.equal(named.rule, 12);
  const failed = observe({ ...PUSHED, labels: labelsOf(B, "failed"), platform: [], comparison });
  assert.deepEqual([planPull(failed, PATHS).rule, planPull(failed, PATHS).build], [12, true]);
});

Deno.test("an explicit start or sync builds a commit that touches no file of build.paths", () => {
  for (const [trigger, rule] of [[START, 7], [SYNC, 9]] as const) {
    for (const labels of [[], [SERVES_A]]) {
      const seen = observe({
        ...PUSHED,
        labels: [...labelsOf(B, "running"), trigger, ...labels],
        comparison: changed("README.md"),
      });
      assert.deepEqual([planPull(seen, PATHS).rule, planPull(seen, PATHS).build], [rule, true]);
    }
  }
});

Deno.test("a commit that is not trusted, a freeze and a block outweigh build.paths", () => {
  const comparison = changed("README.md");
  assert.equal(planPull(observe({ ...PUSHED, headRepo: "rando/superset", comparison }), PATHS).rule, 13);
  const frozen = observe({ ...PUSHED, labels: [...labelsOf(B, "running"), FREEZE], comparison });
  assert.equal(planPull(frozen, PATHS).rule, 11);
  const blocked = observe({ ...PUSHED, labels: [...labelsOf(B, "running"), BLOCKED], comparison });
  assert.equal(planPull(blocked, PATHS).reason, "blocked");
});

Deno.test("a head that a label records as served counts as running: nothing is compared or written", () => {
  const seen = observe({ ...PUSHED, labels: [...labelsOf(B, "running"), SERVES_A] });
  const plan = planPull(seen, PATHS);
  assert.deepEqual([decided(plan), plan.steps], [[17, "up_to_date", "no_action", false], []]);
  assert.equal(neededComparison(seen, PATHS), undefined);
});

Deno.test("the record of a served head is believed only from accounts that may cause builds", () => {
  const forged = observe({
    ...PUSHED,
    labels: [...labelsOf(B, "running"), SERVES_A],
    setBy: { [SERVES_A]: "tri" },
  });
  const plan = planPull(forged, PATHS);
  assert.deepEqual([plan.rule, plan.build], [12, true]);
  assert.ok(
    plan.steps.some((step) =>
      step.kind === "repair_labels" && step.remove.some(({ name }) => name === SERVES_A)
    ),
  );
});

Deno.test("the record goes when the head moves on, and when build.paths is not set any more", () => {
  const stale = "🎪 bbbbbbb ⏩ ccccccc";
  const seen = observe({
    ...PUSHED,
    labels: [...labelsOf(B, "running"), stale],
    comparison: changed("README.md"),
  });
  const repair = planPull(seen, PATHS).steps.find((step) => step.kind === "repair_labels");
  assert.deepEqual([repair?.add.map((each) => formatLabel(each)), repair?.remove.map(({ name }) => name)], [
    [SERVES_A],
    [stale],
  ]);
  const off = planPull(observe({ ...PUSHED, labels: [...labelsOf(B, "running"), SERVES_A] }), POLICY);
  assert.deepEqual(decided(off), BUILT);
  const retired = off.steps.flatMap((step) => step.kind === "retire" ? step.retirement.labels : []);
  assert.ok(retired.some(({ name }) => name === SERVES_A));
});

Deno.test("an environment that serves the head too is restored when the platform lost it, and replaced when its image is gone", () => {
  const lost = { ...PUSHED, labels: [...labelsOf(B, "running"), SERVES_A], platform: [] };
  const back = planPull(observe({ ...lost, activeImageExists: true }), PATHS);
  assert.deepEqual([back.reason, back.build], ["drifted", false]);
  assert.deepEqual(back.steps.flatMap((step) => step.kind === "deploy" ? [step.bringUp.sha] : []), [B]);
  const gone = planPull(observe({ ...lost, activeImageExists: false }), PATHS);
  assert.deepEqual([gone.rule, gone.build], [12, true]);
});

Deno.test("changed settings reach an environment that serves the head too", () => {
  const seen = observe({ ...PUSHED, labels: [...labelsOf(B, "running"), SERVES_A, "🎪 conf-enable-X"] });
  const plan = planPull(seen, PATHS);
  assert.deepEqual([plan.reason, plan.build], ["settings_changed", false]);
  assert.deepEqual(plan.steps.flatMap((step) => step.kind === "deploy" ? [step.bringUp.sha] : []), [B]);
});

Deno.test("the deployed commit and the head are compared where a new commit would be built, and nowhere else", () => {
  assert.deepEqual(neededComparison(observe(PUSHED), PATHS), { base: B, head: A });
  assert.equal(neededComparison(observe(PUSHED), POLICY), undefined);
  assert.equal(neededComparison(observe({ ...PUSHED, headRepo: "rando/superset" }), PATHS), undefined);
  assert.equal(neededComparison(observe({ labels: [START] }), PATHS), undefined);
  assert.equal(neededComparison(observe({ ...PUSHED, open: false }), PATHS), undefined);
  // The full hash of what is deployed is not known: any file may differ.
  const unknown = observe({
    ...PUSHED,
    platform: [deployed(B, { sha: undefined })],
    commits: [A],
    record: { attempts: new Map(), size: undefined, notice: undefined, present: true, shas: new Map() },
  });
  assert.equal(neededComparison(unknown, PATHS), undefined);
  assert.equal(planPull(unknown, PATHS).rule, 12);
});

Deno.test("explain says that a file of build.paths would change the decision", () => {
  const variations = planVariations(observe({ ...PUSHED, comparison: changed("README.md") }), PATHS);
  const other = variations.find(({ what }) => what === "if a file of build.paths had changed");
  assert.deepEqual(other === undefined ? undefined : decided(other.plan), BUILT);
});
