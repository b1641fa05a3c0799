import assert from "node:assert/strict";
import {
  buildsAfterWake,
  type Observation,
  type Plan,
  planPull,
  type Policy,
} from "../../../../src/environments/core/plan/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import {
  A,
  B,
  BLOCKED,
  deployed,
  FREEZE,
  heldLock,
  labelsOf,
  NOW,
  type ObservationChange,
  observe,
  POLICY,
  SLEEP,
  START,
  STOP,
  SYNC,
} from "../../../worlds/observation.ts";

const STOPPED = {
  healthy: false,
  address: undefined,
  condition: "exited (0)",
  sleep: { marked: false },
} as const;
const ASLEEP_A = { labels: labelsOf(A, "asleep"), platform: [deployed(A, STOPPED)] };
const ASLEEP_B = { labels: labelsOf(B, "asleep"), platform: [deployed(B, STOPPED)] };
const RUNNING_A = { labels: labelsOf(A, "running"), platform: [deployed(A)] };
const WAKE = { request: { trigger: "wake", force: false } } as const;
const WAKING = ["record_intent", "wake", "activate"];
const TRUSTED = { headRepo: "apache/superset" };

function withLabels(seen: ObservationChange, ...names: readonly string[]): ObservationChange {
  return { ...seen, labels: [...seen.labels ?? [], ...names] };
}

/** A line of the table of rule 18, and what surrounds it: rule, reason, action, build, kinds of steps. */
interface Line {
  readonly when: string;
  readonly seen: ObservationChange;
  readonly policy?: Partial<Policy>;
  readonly decided: readonly [number, Plan["reason"], Plan["action"], boolean];
  readonly steps: readonly string[];
}

const TABLE: readonly Line[] = [
  {
    when: "a sleep trigger is on a pull request whose environment runs",
    seen: withLabels(RUNNING_A, SLEEP),
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["sleep"],
  },
  {
    when: "a command asks for sleep",
    seen: { ...RUNNING_A, request: { trigger: "sleep", force: false } },
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["sleep"],
  },
  {
    when: "an update in place was not finished before the sleep",
    seen: { ...withLabels(RUNNING_A, SLEEP), platform: [deployed(A, { unsettled: true })] },
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["settle", "sleep"],
  },
  {
    when: "a commit was pushed since the environment of an older one was asked to sleep",
    seen: { ...TRUSTED, labels: [...labelsOf(B, "running"), SLEEP], platform: [deployed(B)] },
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["sleep"],
  },
  {
    when: "somebody without permission sets the sleep trigger",
    seen: { ...withLabels(RUNNING_A, SLEEP), setBy: { [SLEEP]: "rando" } },
    decided: [4, "not_authorized", "blocked", false],
    steps: ["notice", "consume_triggers"],
  },
  {
    when: "a sleep trigger is on a pull request that is blocked",
    seen: withLabels(RUNNING_A, SLEEP, BLOCKED),
    decided: [3, "blocked", "blocked", false],
    steps: [],
  },
  {
    when: "a sleep trigger is on a pull request that is frozen",
    seen: withLabels(RUNNING_A, SLEEP, FREEZE),
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["sleep"],
  },
  {
    when: "a sleep trigger is on a pull request without an environment",
    seen: { labels: [SLEEP] },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["consume_triggers"],
  },
  {
    when: "a sleep trigger is on an environment that sleeps",
    seen: withLabels(ASLEEP_A, SLEEP),
    decided: [18, "asleep", "no_action", false],
    steps: ["consume_triggers"],
  },
  {
    when: "a start and a sleep trigger are on a commit that runs",
    seen: withLabels(RUNNING_A, SLEEP, START),
    decided: [8, "rebuild_requested", "rolling_update", true],
    steps: ["record_intent", "consume_triggers", "build", "deploy", "activate"],
  },
  {
    when: "a stop trigger is on an environment that sleeps",
    seen: withLabels(ASLEEP_A, STOP),
    decided: [2, "stop_requested", "destroy_environment", false],
    steps: ["retire", "remove_labels"],
  },
  {
    when: "the environment sleeps and nothing was asked for",
    seen: ASLEEP_A,
    decided: [18, "asleep", "no_action", false],
    steps: [],
  },
  {
    when: "the environment sleeps and its flags have changed",
    seen: withLabels(ASLEEP_A, "🎪 conf-enable-X"),
    decided: [18, "asleep", "no_action", false],
    steps: [],
  },
  {
    when: "the environment sleeps and a trusted commit was pushed",
    seen: { ...ASLEEP_B, ...TRUSTED },
    decided: [18, "asleep", "no_action", false],
    steps: [],
  },
  {
    when: "the environment sleeps, a commit was pushed, and it failed before",
    seen: {
      ...TRUSTED,
      labels: [...labelsOf(B, "asleep"), ...labelsOf(A, "failed")],
      platform: [deployed(B, STOPPED)],
    },
    decided: [18, "asleep", "no_action", false],
    steps: [],
  },
  {
    when: "a start trigger is on a commit that sleeps",
    seen: withLabels(ASLEEP_A, START),
    decided: [18, "wake_requested", "wake_environment", false],
    steps: ["record_intent", "consume_triggers", "wake", "activate"],
  },
  {
    when: "a sync and a sleep trigger are on a commit that sleeps",
    seen: withLabels(ASLEEP_A, SYNC, SLEEP),
    decided: [18, "wake_requested", "wake_environment", false],
    steps: ["record_intent", "consume_triggers", "wake", "activate"],
  },
  {
    when: "a start trigger is on a newer commit than the one that sleeps",
    seen: withLabels(ASLEEP_B, START),
    decided: [18, "wake_requested", "wake_environment", false],
    // The trigger stays: it asks for the newer commit too.
    steps: WAKING,
  },
  {
    when: "a command wakes an environment that sleeps",
    seen: { ...ASLEEP_A, ...WAKE },
    decided: [18, "wake_requested", "wake_environment", false],
    steps: WAKING,
  },
  {
    when: "a command wakes an environment that is frozen",
    seen: { ...withLabels(ASLEEP_A, FREEZE), ...WAKE },
    decided: [18, "wake_requested", "wake_environment", false],
    steps: WAKING,
  },
  {
    when: "a command wakes an environment that is blocked",
    seen: { ...withLabels(ASLEEP_A, BLOCKED), ...WAKE },
    decided: [3, "blocked", "blocked", false],
    steps: [],
  },
  {
    when: "a command wakes an environment that runs",
    seen: { ...RUNNING_A, ...WAKE },
    decided: [17, "up_to_date", "no_action", false],
    steps: [],
  },
  {
    when: "a command wakes, by an account without permission",
    seen: { ...ASLEEP_A, ...WAKE, actor: "rando" },
    decided: [4, "not_authorized", "blocked", false],
    steps: [],
  },
  {
    when: "a start is forced on a commit that sleeps",
    seen: { ...ASLEEP_A, request: { trigger: "start", force: true } },
    decided: [8, "rebuild_requested", "rolling_update", true],
    steps: ["record_intent", "build", "deploy", "activate"],
  },
  {
    when: "the label says asleep, and the platform still runs it",
    seen: { labels: labelsOf(A, "asleep"), platform: [deployed(A)] },
    decided: [18, "sleep_requested", "sleep_environment", false],
    steps: ["sleep"],
  },
  {
    when: "the label says asleep, the platform still runs it, and another run is at work",
    seen: { labels: labelsOf(A, "asleep"), platform: [deployed(A)], lock: heldLock(true) },
    decided: [5, "in_progress", "no_action", false],
    steps: [],
  },
  {
    when: "the label says asleep, and the platform does not have it",
    seen: { labels: labelsOf(A, "asleep"), platform: [] },
    decided: [10, "drifted", "create_environment", false],
    steps: ["record_intent", "deploy", "activate"],
  },
  {
    when: "no label is left, and the platform has marked it as asleep",
    seen: { labels: [], platform: [deployed(A, { ...STOPPED, sleep: { marked: true, cause: "person" } })] },
    decided: [18, "asleep", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "no label is left, and the platform has it stopped without a mark",
    seen: { labels: [], platform: [deployed(A, STOPPED)] },
    decided: [6, "resumed", "create_environment", false],
    steps: ["record_intent", "deploy", "activate"],
  },
  {
    when: "a run that woke it died before the platform started it",
    seen: { labels: labelsOf(A, "deploying"), platform: [deployed(A, STOPPED)], imageExists: true },
    decided: [6, "resumed", "create_environment", false],
    steps: ["record_intent", "deploy", "activate"],
  },
  {
    when: "a run that woke it died after the platform started it",
    seen: { labels: labelsOf(A, "deploying"), platform: [deployed(A)], imageExists: true },
    decided: [6, "resumed", "create_environment", false],
    steps: ["record_intent", "activate"],
  },
  {
    when: "the platform was not asked, and a command wakes",
    seen: { labels: labelsOf(A, "asleep"), platform: "as_labels", ...WAKE },
    decided: [18, "wake_requested", "wake_environment", false],
    steps: WAKING,
  },
];

for (const { when, seen, policy, decided, steps } of TABLE) {
  Deno.test(`planPull() decides by rule ${decided[0]}, ${decided[1]}, where ${when}`, () => {
    const plan = planPull(observe(seen), { ...POLICY, ...policy });
    assert.deepEqual([plan.rule, plan.reason, plan.action, plan.build], decided);
    assert.deepEqual(plan.steps.map(({ kind }) => kind), steps);
  });
}

/** Returns the only step of a kind. */
function stepOf<Kind extends Plan["steps"][number]["kind"]>(plan: Plan, kind: Kind) {
  const found = plan.steps.filter((step): step is Extract<Plan["steps"][number], { kind: Kind }> =>
    step.kind === kind
  );
  assert.equal(found.length, 1, kind);
  return found[0] as Extract<Plan["steps"][number], { kind: Kind }>;
}

Deno.test("a sleep that a dead run began keeps its cause and its time", () => {
  const sleep = { sha: shortSha(A), cause: "schedule", since: NOW - 60_000 } as const;
  const record = { attempts: new Map(), size: undefined, notice: undefined, present: true, sleep };
  const plan = planPull(observe({ labels: labelsOf(A, "asleep"), platform: [deployed(A)], record }), POLICY);
  assert.equal(plan.reason, "sleep_scheduled");
  assert.deepEqual(stepOf(plan, "sleep").sleep, {
    short: shortSha(A),
    environment: stepOf(plan, "sleep").sleep.environment,
    cause: "schedule",
    since: NOW - 60_000,
  });
});

Deno.test("a wake keeps settings, creation and requester of the environment", () => {
  const settings = { size: "large", flags: { OLD: true }, login: "admin/admin" };
  const plan = planPull(
    observe({ ...ASLEEP_A, ...WAKE, platform: [deployed(A, { ...STOPPED, settings })] }),
    POLICY,
  );
  const { bringUp } = stepOf(plan, "wake");
  assert.deepEqual(bringUp.settings, settings);
  assert.equal(bringUp.createdAt, Date.UTC(2024, 0, 15, 10));
  assert.deepEqual([bringUp.requestedBy, bringUp.inPlace], ["maxime", true]);
});

Deno.test("labels of an environment that sleeps are repaired to no address", () => {
  const plan = planPull(observe(withLabels(ASLEEP_A, "🎪 aaaaaaa 🌐 10.0.0.1:8080")), POLICY);
  assert.deepEqual(stepOf(plan, "repair_labels").remove.map(({ name }) => name), [
    "🎪 aaaaaaa 🌐 10.0.0.1:8080",
  ]);
});

const planned = (seen: ObservationChange): [Observation, Plan] => {
  const observation = observe(seen);
  return [observation, planPull(observation, POLICY)];
};

Deno.test("buildsAfterWake() says whether a commit that waited is built next", () => {
  const cases: readonly (readonly [ObservationChange, boolean])[] = [
    [withLabels(ASLEEP_B, START), true],
    [{ ...ASLEEP_B, ...TRUSTED, ...WAKE }, true],
    [{ ...ASLEEP_B, ...WAKE }, false],
    [{ ...withLabels(ASLEEP_B, FREEZE), ...TRUSTED, ...WAKE }, false],
    [withLabels(ASLEEP_A, START), false],
    [RUNNING_A, false],
  ];
  for (const [seen, builds] of cases) {
    const [observation, plan] = planned(seen);
    assert.equal(buildsAfterWake(observation, { policy: POLICY, plan }), builds, JSON.stringify(seen.labels));
  }
});
