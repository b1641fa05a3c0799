import assert from "node:assert/strict";
import { type Plan, planPull, type Policy } from "../../../../src/environments/core/plan/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import {
  A,
  B,
  BLOCKED,
  deployed,
  FREEZE,
  heldLock,
  labelsOf,
  MARKER,
  NOW,
  type ObservationChange,
  observe,
  POLICY,
  START,
  STOP,
  SYNC,
} from "../../../worlds/observation.ts";

/** A line of the rule table: an observation and the decision. */
interface Line {
  readonly when: string;
  readonly seen: ObservationChange;
  readonly policy?: Partial<Policy>;
  /** Rule, reason, action, build. */
  readonly decided: readonly [number, Plan["reason"], Plan["action"], boolean];
  /** The kinds of the steps, if the line fixes them. */
  readonly steps?: readonly string[];
}

const RUNNING_B = { labels: labelsOf(B, "running"), platform: [deployed(B)] };
const RUNNING_A = { labels: labelsOf(A, "running"), platform: [deployed(A)] };
const CREATE = ["record_intent", "consume_triggers", "build", "deploy", "activate"];
const failedTimes = (times: number): ObservationChange => ({
  labels: labelsOf(A, "failed"),
  record: { attempts: new Map([[shortSha(A), times]]), size: undefined, notice: undefined, present: true },
});

const TABLE: readonly Line[] = [
  {
    when: "the pull request is closed and an environment runs",
    seen: { ...RUNNING_A, open: false },
    decided: [1, "pr_closed", "destroy_environment", false],
    steps: ["retire", "remove_labels"],
  },
  {
    when: "the pull request is closed and only a trigger is left",
    seen: { open: false, labels: [START] },
    decided: [1, "pr_closed", "destroy_environment", false],
    steps: ["remove_labels"],
  },
  {
    when: "the pull request is closed and blocked",
    seen: { ...RUNNING_A, open: false, labels: [...labelsOf(A, "running"), BLOCKED] },
    decided: [1, "pr_closed", "destroy_environment", false],
  },
  {
    when: "the pull request is closed by an account without any permission",
    seen: { ...RUNNING_A, open: false, actor: "rando" },
    decided: [1, "pr_closed", "destroy_environment", false],
  },
  {
    when: "the pull request is closed with no label of Showtime but the block",
    seen: { open: false, labels: [BLOCKED] },
    decided: [17, "no_environment", "no_action", false],
    steps: [],
  },
  {
    when: "a person with permission asks to stop",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), STOP] },
    decided: [2, "stop_requested", "destroy_environment", false],
    steps: ["retire", "remove_labels"],
  },
  {
    when: "stop and start are both there",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), START, STOP] },
    decided: [2, "stop_requested", "destroy_environment", false],
  },
  {
    when: "a person asks to stop a blocked pull request",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), BLOCKED, STOP] },
    decided: [2, "stop_requested", "destroy_environment", false],
  },
  {
    when: "the stop is a command",
    seen: { ...RUNNING_A, request: { trigger: "stop", force: false } },
    decided: [2, "stop_requested", "destroy_environment", false],
  },
  {
    when: "a start trigger meets a block",
    seen: { labels: [START, BLOCKED] },
    decided: [3, "blocked", "blocked", false],
    steps: [],
  },
  {
    when: "a refused trigger meets a block",
    seen: { labels: [START, BLOCKED], setBy: { [START]: "tri" } },
    decided: [3, "blocked", "blocked", false],
    steps: [],
  },
  {
    when: "a new commit meets a block",
    seen: { ...RUNNING_B, labels: [...labelsOf(B, "running"), BLOCKED], headRepo: "apache/superset" },
    decided: [3, "blocked", "blocked", false],
    steps: [],
  },
  {
    when: "a block is on a pull request where nothing would happen",
    seen: { labels: [BLOCKED] },
    decided: [17, "no_environment", "no_action", false],
    steps: [],
  },
  ...["tri", "rando", "ghost", "stranger", "renovate[bot]"].map((who): Line => ({
    when: `${who} adds a start trigger`,
    seen: { labels: [START], setBy: { [START]: who } },
    decided: [4, "not_authorized", "blocked", false],
    steps: ["notice", "consume_triggers"],
  })),
  {
    when:
      "the permission of the person who added a start trigger cannot be read: refused, and the trigger stays",
    seen: { labels: [START], setBy: { [START]: "flaky" } },
    decided: [4, "not_authorized", "blocked", false],
    steps: ["notice"],
  },
  {
    when: "a triage user says that a running environment is stopping",
    seen: {
      ...RUNNING_A,
      labels: [...labelsOf(A, "running"), "🎪 aaaaaaa 🚦 stopping"],
      setBy: { "🎪 aaaaaaa 🚦 stopping": "tri" },
    },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "a triage user adds a stop trigger",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), STOP], setBy: { [STOP]: "tri" } },
    decided: [4, "not_authorized", "blocked", false],
    steps: ["notice", "consume_triggers"],
  },
  {
    when: "the timeline does not say who set a trigger, and the run has no actor",
    seen: { labels: [START], origins: new Map(), actor: undefined },
    decided: [4, "not_authorized", "blocked", false],
  },
  {
    when: "a command is given by an account without permission",
    seen: { request: { trigger: "start", force: false }, actor: "rando" },
    decided: [4, "not_authorized", "blocked", false],
    steps: [],
  },
  {
    when: "another live run is building",
    seen: { labels: labelsOf(A, "building"), lock: heldLock(true) },
    decided: [5, "in_progress", "no_action", false],
    steps: [],
  },
  {
    when: "another live run is removing",
    seen: { labels: labelsOf(A, "stopping"), platform: [deployed(A)], lock: heldLock(true) },
    decided: [5, "in_progress", "no_action", false],
    steps: [],
  },
  {
    when: "a run died before it had built",
    seen: { labels: labelsOf(A, "building"), lock: heldLock(false), imageExists: false },
    decided: [6, "resumed", "create_environment", true],
  },
  {
    when: "a run died after it had built",
    seen: { labels: labelsOf(A, "building"), imageExists: true },
    decided: [6, "resumed", "create_environment", false],
  },
  {
    when: "a run died while it deployed",
    seen: {
      labels: labelsOf(A, "deploying"),
      platform: [deployed(A, { healthy: false })],
      imageExists: true,
    },
    decided: [6, "resumed", "create_environment", false],
  },
  {
    when: "a run died between the platform's answer and the first label",
    seen: { platform: [deployed(A, { healthy: false })], imageExists: true },
    decided: [6, "resumed", "create_environment", false],
  },
  {
    when: "a start trigger is set and nothing is there",
    seen: { labels: [START] },
    decided: [7, "start_requested", "create_environment", true],
    steps: CREATE,
  },
  {
    when: "a start trigger is set after a failure that exhausted its attempts",
    seen: { ...failedTimes(5), labels: [...labelsOf(A, "failed"), START] },
    decided: [7, "start_requested", "create_environment", true],
  },
  {
    when: "a start trigger is set on a new commit while another environment is active",
    seen: { ...RUNNING_B, labels: [...labelsOf(B, "running"), START] },
    decided: [7, "start_requested", "rolling_update", true],
    steps: [...CREATE, "retire"],
  },
  {
    when: "a start trigger is set on a frozen pull request",
    seen: { ...RUNNING_B, labels: [...labelsOf(B, "running"), START, FREEZE] },
    decided: [7, "start_requested", "rolling_update", true],
  },
  {
    when: "a start trigger is set on a commit that runs",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), START] },
    decided: [8, "rebuild_requested", "rolling_update", true],
    steps: CREATE,
  },
  {
    when: "a start trigger is set on a commit that drifted",
    seen: { labels: [...labelsOf(A, "running"), START], imageExists: true },
    decided: [8, "rebuild_requested", "rolling_update", true],
  },
  {
    when: "a start command with force meets a commit that runs",
    seen: { ...RUNNING_A, request: { trigger: "start", force: true } },
    decided: [8, "rebuild_requested", "rolling_update", true],
  },
  {
    when: "a start command without force meets a commit that runs",
    seen: { ...RUNNING_A, request: { trigger: "start", force: false } },
    decided: [17, "up_to_date", "no_action", false],
    steps: [],
  },
  {
    when: "a sync trigger is set and nothing is there",
    seen: { labels: [SYNC] },
    decided: [9, "sync_requested", "create_environment", true],
    steps: CREATE,
  },
  {
    when: "a sync trigger is set after a failure",
    seen: { ...failedTimes(2), labels: [...labelsOf(A, "failed"), SYNC] },
    decided: [9, "sync_requested", "create_environment", true],
  },
  {
    when: "a sync trigger is set on a new commit of a frozen pull request",
    seen: { ...RUNNING_B, labels: [...labelsOf(B, "running"), SYNC, FREEZE] },
    decided: [9, "sync_requested", "rolling_update", true],
  },
  {
    when: "the service is gone and its image is there",
    seen: { labels: labelsOf(A, "running"), imageExists: true },
    decided: [10, "drifted", "create_environment", false],
  },
  {
    when: "the service is gone and its image too",
    seen: { labels: labelsOf(A, "running"), imageExists: false },
    decided: [10, "drifted", "create_environment", true],
  },
  {
    when: "the service drifted on a frozen pull request",
    seen: { labels: [...labelsOf(A, "running"), FREEZE], imageExists: true },
    decided: [10, "drifted", "create_environment", false],
  },
  {
    when: "a commit is pushed to a frozen pull request",
    seen: { ...RUNNING_B, labels: [...labelsOf(B, "running"), FREEZE], headRepo: "apache/superset" },
    decided: [11, "frozen", "no_action", false],
    steps: ["notice"],
  },
  {
    when: "a commit is on a branch of this repository",
    seen: { ...RUNNING_B, headRepo: "apache/superset" },
    decided: [12, "new_commit", "rolling_update", true],
    steps: ["record_intent", "build", "deploy", "activate", "retire"],
  },
  {
    when: "a commit of a fork is pushed by an account with permission",
    seen: { ...RUNNING_B, event: { action: "synchronize", headSha: A, sender: "ana", label: undefined } },
    decided: [12, "new_commit", "rolling_update", true],
  },
  {
    when: "every push updates",
    seen: { ...RUNNING_B },
    policy: { autoSync: "always" },
    decided: [12, "new_commit", "rolling_update", true],
  },
  {
    when: "a commit of a fork is pushed by a stranger",
    seen: { ...RUNNING_B, event: { action: "synchronize", headSha: A, sender: "rando", label: undefined } },
    decided: [13, "untrusted_commit", "no_action", false],
    steps: ["notice"],
  },
  {
    when: "the payload is about another commit than the head",
    seen: { ...RUNNING_B, event: { action: "synchronize", headSha: B, sender: "ana", label: undefined } },
    decided: [13, "untrusted_commit", "no_action", false],
  },
  {
    when: "pushes never update",
    seen: { ...RUNNING_B, headRepo: "apache/superset" },
    policy: { autoSync: "never" },
    decided: [13, "auto_sync_off", "no_action", false],
    steps: ["notice"],
  },
  {
    when: "the comment says already that the commit is not trusted",
    seen: {
      ...RUNNING_B,
      record: {
        attempts: new Map(),
        size: undefined,
        notice: `untrusted_commit:${shortSha(A)}`,
        present: true,
      },
    },
    decided: [13, "untrusted_commit", "no_action", false],
    steps: [],
  },
  {
    when: "it failed once",
    seen: failedTimes(1),
    decided: [14, "retry_failed", "create_environment", true],
  },
  {
    when: "it failed once beside an active environment",
    seen: {
      ...failedTimes(1),
      labels: [...labelsOf(A, "failed"), ...labelsOf(B, "running")],
      platform: [deployed(B)],
    },
    decided: [14, "retry_failed", "rolling_update", true],
  },
  {
    when: "it failed once on a frozen pull request",
    seen: { ...failedTimes(1), labels: [...labelsOf(A, "failed"), FREEZE] },
    decided: [17, "frozen", "no_action", false],
    steps: [],
  },
  {
    when: "a flag is changed",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), "🎪 conf-enable-DARK"] },
    decided: [15, "settings_changed", "rolling_update", false],
    steps: ["record_intent", "deploy", "activate"],
  },
  {
    when: "a flag is changed on a frozen pull request",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), "🎪 conf-enable-DARK", FREEZE] },
    decided: [15, "settings_changed", "rolling_update", false],
  },
  {
    when: "the login is changed",
    seen: RUNNING_A,
    policy: { login: "admin/other" },
    decided: [15, "settings_changed", "rolling_update", false],
  },
  {
    when: "another tool deployed it, without recording its size and login",
    seen: {
      labels: labelsOf(A, "running"),
      platform: [{ ...deployed(A), settings: { size: "", flags: {}, login: undefined } }],
    },
    policy: { login: "admin/admin" },
    decided: [17, "up_to_date", "no_action", false],
  },
  {
    when: "another size is asked for",
    seen: RUNNING_A,
    policy: { size: "large" },
    decided: [15, "settings_changed", "rolling_update", false],
  },
  {
    when: "the older environment still stands beside a healthy head",
    seen: {
      labels: [...labelsOf(A, "running"), ...labelsOf(B, "running", { active: false })],
      platform: [deployed(A), deployed(B)],
    },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["retire"],
  },
  {
    when: "a removal was interrupted",
    seen: { labels: labelsOf(A, "stopping"), platform: [deployed(A)] },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["retire"],
  },
  {
    when: "a label of the environment is missing",
    seen: { ...RUNNING_A, labels: labelsOf(A, "running").filter((name) => !name.includes("🌐")) },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "a healthy environment has no labels",
    seen: { platform: [deployed(A)] },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "a sync trigger is on a commit that runs",
    seen: { ...RUNNING_A, labels: [...labelsOf(A, "running"), SYNC] },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["consume_triggers"],
  },
  {
    when: "everything is in order",
    seen: RUNNING_A,
    decided: [17, "up_to_date", "no_action", false],
    steps: [],
  },
  {
    when: "nothing was ever asked for",
    seen: {},
    decided: [17, "no_environment", "no_action", false],
    steps: [],
  },
  {
    when: "freeze is on a pull request without an environment",
    seen: { labels: [FREEZE] },
    decided: [17, "no_environment", "no_action", false],
    steps: [],
  },
  {
    when: "it failed as often as it may",
    seen: failedTimes(2),
    decided: [17, "attempts_exhausted", "no_action", false],
    steps: [],
  },
  {
    when: "it failed as often as it may and is frozen",
    seen: { ...failedTimes(2), labels: [...labelsOf(A, "failed"), FREEZE] },
    decided: [17, "attempts_exhausted", "no_action", false],
    steps: [],
  },
  {
    when: "a status that is not known was added to the head by an account without permission",
    seen: { labels: ["🎪 aaaaaaa 🚦 dancing"], setBy: { "🎪 aaaaaaa 🚦 dancing": "tri" } },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "a label that names another environment was added by an account without permission",
    seen: {
      labels: ["🎪 bbbbbbb 🚦 running"],
      setBy: { "🎪 bbbbbbb 🚦 running": "tri" },
      headRepo: "apache/superset",
    },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
  {
    when: "a label of the head was added by an account without permission",
    seen: {
      labels: ["🎪 aaaaaaa 🚦 building"],
      setBy: { "🎪 aaaaaaa 🚦 building": "tri" },
      imageExists: false,
    },
    decided: [16, "housekeeping", "no_action", false],
    steps: ["repair_labels"],
  },
];

for (const { when, seen, policy, decided, steps } of TABLE) {
  Deno.test(`planPull() decides by rule ${decided[0]}, ${decided[1]}, where ${when}`, () => {
    const plan = planPull(observe(seen), { ...POLICY, ...policy });
    assert.deepEqual([plan.rule, plan.reason, plan.action, plan.build], decided);
    if (steps !== undefined) assert.deepEqual(plan.steps.map((step) => step.kind), steps);
  });
}

Deno.test("planPull() does not act on a trigger that was set on an earlier commit", () => {
  const at = { login: "maxime", bot: false, own: false, at: NOW, approves: B };
  const plan = planPull(observe({ labels: [START], origins: new Map([[START, at]]) }), POLICY);
  assert.deepEqual([plan.reason, plan.build, plan.steps.map((step) => step.kind)], [
    "untrusted_commit",
    false,
    ["notice", "consume_triggers"],
  ]);
});

Deno.test("planPull() counts a trigger that was set before its SHA became running as done", () => {
  const names = [...labelsOf(A, "running"), START];
  const origin = (at: number) => ({ login: "maxime", bot: false, own: false, at, approves: A });
  const origins = new Map(names.map((name) => [name, origin(name === START ? NOW - 2 : NOW - 1)]));
  const plan = planPull(observe({ labels: names, origins, platform: [deployed(A)] }), POLICY);
  assert.deepEqual([plan.reason, plan.steps], ["housekeeping", [{
    kind: "consume_triggers",
    names: [START],
  }]]);
});

Deno.test("planPull() keeps a start trigger until the environment that is being removed is gone", () => {
  const removing = observe({ labels: [...labelsOf(A, "stopping"), START], platform: [deployed(A)] });
  const plan = planPull(removing, POLICY);
  assert.deepEqual([plan.rule, plan.steps.map((step) => step.kind)], [16, ["retire"]]);
  assert.equal(planPull(observe({ labels: [MARKER, START] }), POLICY).rule, 7);
});

Deno.test("planPull() does not bring a pushed commit up beside one that is being removed", () => {
  const seen = observe({
    labels: labelsOf(B, "stopping"),
    platform: [deployed(B)],
    headRepo: "apache/superset",
  });
  const plan = planPull(seen, POLICY);
  assert.deepEqual([plan.rule, plan.build, plan.steps.map((step) => step.kind)], [16, false, ["retire"]]);
});

Deno.test("planPull() sends people to an environment only after it was deployed, and retires the other last", () => {
  const plan = planPull(observe({ ...RUNNING_B, headRepo: "apache/superset" }), POLICY);
  const kinds = plan.steps.map((step) => step.kind);
  assert.ok(kinds.indexOf("deploy") < kinds.indexOf("activate"));
  assert.ok(kinds.indexOf("activate") < kinds.indexOf("retire"));
  assert.ok(kinds.indexOf("record_intent") === 0);
});

Deno.test("planPull() repairs all but the blocked label when it stops", () => {
  const names = [
    ...labelsOf(A, "running"),
    STOP,
    BLOCKED,
    FREEZE,
    "🎪 conf-enable-X",
    "🎪 ⌛ 24h",
    "bug",
    "🎪 party",
  ];
  const plan = planPull(observe({ labels: names, platform: [deployed(A)] }), POLICY);
  const removed = plan.steps.flatMap((step) =>
    step.kind === "retire"
      ? step.retirement.labels.map(({ name }) => name)
      : step.kind === "remove_labels"
      ? step.names
      : []
  );
  assert.deepEqual(names.filter((name) => !removed.includes(name)), [BLOCKED, "bug", "🎪 party"]);
});

Deno.test("planPull() lets a sync trigger settle a commit that failed, for any author of the push", () => {
  const seen = observe({ labels: [...labelsOf(A, "failed"), SYNC], setBy: { [SYNC]: "ana" } });
  const step = planPull(seen, POLICY).steps.find((each) => each.kind === "record_intent");
  assert.equal(step?.bringUp.requestedBy, "ana");
});
