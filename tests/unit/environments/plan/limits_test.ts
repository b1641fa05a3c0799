import assert from "node:assert/strict";
import {
  type CountedPull,
  type Plan,
  planPull,
  planVariations,
  type Policy,
  startedBy,
  takeCensus,
} from "../../../../src/environments/core/plan/mod.ts";
import type { CostSettings } from "../../../../src/environments/core/cost/settings.ts";
import { readLabels } from "../../../../src/environments/core/labels/mod.ts";
import { prNumber, shortSha } from "../../../../src/lib/ids.ts";
import {
  A,
  B,
  BLOCKED,
  deployed,
  HOUR,
  labelsOf,
  NOW,
  type ObservationChange,
  observe,
  POLICY,
  REPO,
  START,
  SYNC,
} from "../../../worlds/observation.ts";

const LIMITED: Policy = { ...POLICY, limits: { environments: 2, perUser: undefined } };
const COST: CostSettings = {
  perHour: { standard: 0.03, large: 0.12 },
  shared: 0,
  source: "prices of us-west-2, 2026-09-20",
  budget: 50,
};

function counted(pr: number, change: Partial<CountedPull> = {}): CountedPull {
  return {
    pr: prNumber(pr),
    createdAt: NOW - pr * HOUR,
    requestedBy: "ana",
    size: "standard",
    awake: true,
    ...change,
  };
}

const decided = ({ rule, reason, action }: Plan) => [rule, reason, action];
const TWO = [counted(12), counted(5)];
const asked: ObservationChange = { labels: [START], census: TWO };

Deno.test("a start above limits.environments is refused by rule 20: the trigger goes, and the comment names what could go, oldest first", () => {
  const plan = planPull(observe(asked), LIMITED);
  assert.deepEqual(decided(plan), [20, "over_limit", "blocked"]);
  assert.deepEqual(plan.steps, [{ kind: "notice", key: "over_limit:aaaaaaa" }, {
    kind: "consume_triggers",
    names: [START],
  }]);
  assert.match(
    plan.because[0] ?? "",
    /^2 pull requests have an environment already, and limits\.environments is 2$/,
  );
  assert.match(plan.because[1] ?? "", /#12 \(12h old, asked for by ana\), #5 \(5h old, .*"showtime stop 12"/);
});

Deno.test("a start within the limits, one that was not counted and one without limits go ahead", () => {
  assert.equal(planPull(observe({ ...asked, census: [counted(12)] }), LIMITED).rule, 7);
  assert.equal(planPull(observe({ ...asked, census: undefined }), LIMITED).rule, 7);
  assert.equal(planPull(observe(asked), POLICY).rule, 7);
});

Deno.test("a refusal names five pull requests at most", () => {
  const many = Array.from({ length: 7 }, (_, at) => counted(at + 1));
  const [, sentence = ""] = planPull(observe({ ...asked, census: many }), LIMITED).because;
  assert.match(sentence, /#5 \(.*\) and 2 more/);
  assert.doesNotMatch(sentence, /#6/);
});

Deno.test("limits.per_user counts those that the same person asked for, letter case and cut names aside", () => {
  const policy: Policy = { ...POLICY, limits: { environments: undefined, perUser: 1 } };
  const seen = (by: string | undefined, setBy = "ana") =>
    observe({ labels: [START], setBy: { [START]: setBy }, census: [counted(12, { requestedBy: by })] });
  for (const by of ["ana", "ANA", "an…"]) {
    const plan = planPull(seen(by), policy);
    assert.deepEqual(decided(plan), [20, "over_limit", "blocked"], by);
    assert.match(
      plan.because[0] ?? "",
      /^ana asked for those of 1 pull request already, and limits\.per_user is 1$/,
    );
  }
  for (const by of ["maxime", undefined, "b…"]) assert.equal(planPull(seen(by), policy).rule, 7, by);
});

Deno.test("a start that would lift the cost of a month above the budget is refused with the sum", () => {
  const policy: Policy = { ...POLICY, cost: COST };
  const refused = planPull(observe({ labels: [START], census: TWO }), policy);
  assert.deepEqual(decided(refused), [20, "over_budget", "blocked"]);
  assert.match(
    refused.because[0] ?? "",
    /^With this environment all would cost about \$66 a month, and cost\.budget is \$50 \(prices of us-west-2/,
  );
  assert.equal(planPull(observe({ labels: [START], census: [counted(12)] }), policy).rule, 7);
  const asleep = [counted(12), counted(5, { awake: false })];
  assert.equal(planPull(observe({ labels: [START], census: asleep }), policy).rule, 7);
  const large = planPull(observe({ labels: [START], census: [] }), { ...policy, size: "large" });
  assert.deepEqual([large.reason, large.because.length], ["over_budget", 1]);
  const shared = { ...COST, shared: 0.01 };
  assert.equal(
    planPull(observe({ labels: [START], census: [counted(12)] }), { ...policy, cost: shared }).rule,
    20,
  );
  assert.equal(
    planPull(observe({ labels: [START], census: TWO }), { ...policy, cost: { ...COST, budget: undefined } })
      .rule,
    7,
  );
});

Deno.test("an update, a rebuild, a restored and a resumed environment are never refused", () => {
  const census = TWO;
  const running = { labels: labelsOf(B, "running"), platform: [deployed(B)], headRepo: REPO };
  assert.equal(planPull(observe({ ...running, census }), LIMITED).reason, "new_commit");
  const head = { labels: [...labelsOf(A, "running"), START], platform: [deployed(A)] };
  assert.equal(planPull(observe({ ...head, census }), LIMITED).reason, "rebuild_requested");
  const lost = { labels: labelsOf(A, "running"), platform: [] };
  assert.equal(planPull(observe({ ...lost, census }), LIMITED).reason, "drifted");
  assert.equal(planPull(observe({ labels: labelsOf(A, "building"), census }), LIMITED).reason, "resumed");
});

Deno.test("an automatic attempt waits for room: it is not refused, and the comment says why once", () => {
  const failed: ObservationChange = {
    labels: labelsOf(A, "failed"),
    record: { attempts: new Map([[shortSha(A), 1]]), size: undefined, notice: undefined, present: true },
    census: TWO,
  };
  const plan = planPull(observe(failed), LIMITED);
  assert.deepEqual(decided(plan), [20, "over_limit", "no_action"]);
  assert.deepEqual(plan.steps.map(({ kind }) => kind), ["notice"]);
  const told = { ...failed, record: { ...failed.record, notice: "over_limit:aaaaaaa" } } as ObservationChange;
  assert.deepEqual(planPull(observe(told), LIMITED).steps, []);
});

Deno.test("a refused command writes nothing, and a block outweighs the limits", () => {
  const command = planPull(observe({ request: { trigger: "start", force: false }, census: TWO }), LIMITED);
  assert.deepEqual([decided(command), command.steps], [[20, "over_limit", "blocked"], []]);
  assert.equal(planPull(observe({ ...asked, labels: [START, BLOCKED] }), LIMITED).reason, "blocked");
  assert.equal(planPull(observe({ ...asked, labels: [SYNC] }), LIMITED).reason, "over_limit");
});

Deno.test("only a plan that starts an environment where limits are set needs a count", () => {
  const of = (observation: ReturnType<typeof observe>, policy: Policy) =>
    startedBy(planPull(observation, policy), { observation, policy })?.sha;
  assert.equal(of(observe({ labels: [START] }), LIMITED), A);
  assert.equal(of(observe({ labels: [START] }), { ...POLICY, cost: COST }), A);
  assert.equal(
    of(observe({ labels: [START] }), { ...POLICY, cost: { ...COST, budget: undefined } }),
    undefined,
  );
  assert.equal(of(observe({ labels: [START] }), POLICY), undefined);
  assert.equal(of(observe({}), LIMITED), undefined);
});

Deno.test("explain says that fewer environments would change the decision", () => {
  const other = planVariations(observe(asked), LIMITED).find(({ what }) =>
    what === "if no other environment were there"
  );
  assert.equal(other?.plan.reason, "start_requested");
});

Deno.test("takeCensus() counts each other pull request once, by the platform or by its labels, the oldest first", () => {
  const names = (pr: number, status: string) => [prNumber(pr), readLabels(labelsOf(A, status))] as const;
  const at = (pr: number, change = {}) =>
    deployed(A, { pr: prNumber(pr), createdAt: NOW - pr * HOUR, ...change });
  const census = takeCensus({
    asking: prNumber(1),
    platform: [
      at(1),
      at(2),
      at(2, { sha: B, createdAt: NOW }),
      at(3, { managed: false }),
      at(4, { managed: false, legacy: true }),
      at(9),
    ],
    pulls: new Map([
      names(1, "building"),
      names(5, "building"),
      names(6, "failed"),
      names(7, "stopping"),
      names(8, "running"),
      names(9, "failed"),
    ]),
  });
  assert.deepEqual(census.map(({ pr }) => pr), [9, 5, 8, 4, 2]);
  assert.deepEqual(census.find(({ pr }) => pr === 5)?.requestedBy, "maxime");
});

Deno.test("takeCensus() counts an environment that sleeps, and says that it costs nothing", () => {
  const sleeping = { sleep: { marked: true }, healthy: false, address: undefined };
  const labels = (pr: number, status: string) => [prNumber(pr), readLabels(labelsOf(A, status))] as const;
  const census = takeCensus({
    asking: prNumber(1),
    platform: [deployed(A, { pr: prNumber(2), ...sleeping }), deployed(A, { pr: prNumber(3), ...sleeping })],
    pulls: new Map([labels(2, "asleep"), labels(3, "deploying"), labels(4, "asleep"), labels(5, "running")]),
  });
  assert.deepEqual(Object.fromEntries(census.map(({ pr, awake }) => [pr, awake])), {
    2: false,
    3: true,
    4: false,
    5: true,
  });
});
