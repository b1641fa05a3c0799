/** What is decided about the environment that people are sent to, where the head is left alone. */

import assert from "node:assert/strict";
import { formatLabel } from "../../../../src/environments/core/labels/mod.ts";
import { type Plan, planPull, type Policy, settingsKey } from "../../../../src/environments/core/plan/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import {
  A,
  B,
  BLOCKED,
  C,
  deployed,
  FREEZE,
  heldLock,
  labelsOf,
  NOW,
  type ObservationChange,
  observe,
  POLICY,
  START,
} from "../../../worlds/observation.ts";
import { playPlan } from "../../../worlds/play_plan.ts";

const FLAG = "🎪 conf-enable-DARK";
const SHORT_A = shortSha(A);
const SHORT_B = shortSha(B);
const LABELS_B = labelsOf(B, "running");
const RUNS = { labels: LABELS_B, platform: [deployed(B)] };
const record = (change: Partial<ReturnType<typeof observe>["record"]> = {}) => ({
  attempts: new Map(),
  shas: new Map([[SHORT_B, B]]),
  size: undefined,
  notice: undefined,
  present: true,
  ...change,
});
const FROZEN = { labels: [...LABELS_B, FREEZE], headRepo: "apache/superset", record: record() };
const LOST = { ...FROZEN, platform: [] };
const GONE_NOTICE = `image_gone:${SHORT_B},${SHORT_A}`;

/** An observation and the decision about it. */
interface Line {
  readonly when: string;
  readonly seen: ObservationChange;
  readonly policy?: Partial<Policy>;
  /** Rule, reason, action. */
  readonly decided: readonly [number, Plan["reason"], Plan["action"]];
  readonly steps: readonly string[];
}

const UPDATE = ["record_intent", "deploy", "activate"];

const TABLE: readonly Line[] = [
  {
    when: "a flag is set on a frozen pull request that is ahead",
    seen: { ...FROZEN, labels: [...FROZEN.labels, FLAG], platform: [deployed(B)] },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "a flag is set while a commit waits that is not trusted",
    seen: { ...RUNS, labels: [...LABELS_B, FLAG] },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "a line of the body sets a flag while pushes never update",
    seen: { ...RUNS, headRepo: "apache/superset", body: "FEATURE_DARK=true" },
    policy: { autoSync: "never" },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "a flag is taken off while the head failed as often as it may",
    seen: {
      labels: [...labelsOf(A, "failed"), ...LABELS_B],
      platform: [
        deployed(B, { settings: { size: "standard", flags: { DARK: true }, login: "admin/admin" } }),
      ],
      record: record({ attempts: new Map([[SHORT_A, 2]]), shas: new Map([[SHORT_A, A], [SHORT_B, B]]) }),
    },
    decided: [15, "settings_changed", "rolling_update"],
    steps: UPDATE,
  },
  {
    when: "the login changes on a frozen pull request",
    seen: { ...FROZEN, platform: [deployed(B)] },
    policy: { login: "admin/other" },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "another size was asked for on a frozen pull request",
    seen: { ...FROZEN, platform: [deployed(B)], record: record({ size: "large" }) },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "another tool deployed it, without recording its size and login",
    seen: { ...FROZEN, platform: [deployed(B, { settings: { size: "", flags: {}, login: undefined } })] },
    decided: [11, "frozen", "no_action"],
    steps: ["notice"],
  },
  {
    when: "a flag is set and no label names the environment, which runs",
    seen: { labels: [FREEZE, FLAG], platform: [deployed(B)], headRepo: "apache/superset" },
    decided: [15, "settings_changed", "rolling_update"],
    steps: ["repair_labels", ...UPDATE, "notice"],
  },
  {
    when: "a flag is set and the pointer is missing",
    seen: {
      ...FROZEN,
      labels: [...FROZEN.labels.filter((name) => !name.includes("🎯")), FLAG],
      platform: [deployed(B)],
    },
    decided: [15, "settings_changed", "rolling_update"],
    steps: ["repair_labels", ...UPDATE, "notice"],
  },
  {
    when: "a flag is set and two environments run: only the active one is updated",
    seen: {
      ...FROZEN,
      labels: [...FROZEN.labels, ...labelsOf(C, "running", { active: false }), FLAG],
      platform: [deployed(B), deployed(C)],
    },
    decided: [15, "settings_changed", "rolling_update"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "a flag is set and the image is gone: it keeps running, and a trigger is asked for",
    seen: {
      ...FROZEN,
      labels: [...FROZEN.labels, FLAG],
      platform: [deployed(B)],
      activeImageExists: false,
    },
    decided: [10, "image_gone", "no_action"],
    steps: ["notice"],
  },
  {
    when: "the platform lost it and its image is there",
    seen: { ...LOST, activeImageExists: true },
    decided: [10, "drifted", "create_environment"],
    steps: ["repair_labels", ...UPDATE, "notice"],
  },
  {
    when: "the platform lost it while a commit waits that is not trusted",
    seen: { ...LOST, labels: LABELS_B, headRepo: "rando/superset", activeImageExists: true },
    decided: [10, "drifted", "create_environment"],
    steps: ["repair_labels", ...UPDATE, "notice"],
  },
  {
    when: "it is there and not healthy",
    seen: { ...FROZEN, platform: [deployed(B, { healthy: false })], activeImageExists: true },
    decided: [10, "drifted", "create_environment"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "the platform lost it and its image is gone",
    seen: { ...LOST, activeImageExists: false },
    decided: [10, "image_gone", "no_action"],
    steps: ["notice", "repair_labels"],
  },
  {
    when: "it was withdrawn before, and the comment says so",
    seen: {
      ...LOST,
      labels: [...labelsOf(B, "failed", { active: true }), FREEZE],
      activeImageExists: false,
      record: record({ notice: GONE_NOTICE }),
    },
    decided: [10, "image_gone", "no_action"],
    steps: [],
  },
  {
    when: "its container is stopped and its image is gone: the next plan says so too",
    seen: {
      ...LOST,
      labels: [...labelsOf(B, "failed", { active: true }), FREEZE],
      platform: [deployed(B, { healthy: false, address: undefined })],
      activeImageExists: false,
      record: record({ notice: GONE_NOTICE }),
    },
    decided: [10, "image_gone", "no_action"],
    steps: [],
  },
  {
    when: "it is lost with its image, and the head sleeps: the head takes its place at once",
    seen: {
      ...LOST,
      labels: labelsOf(B, "asleep", { active: true }),
      platform: [
        deployed(A, { healthy: false, address: undefined, sleep: { marked: true, cause: "schedule" } }),
      ],
      headRepo: "apache/superset",
      activeImageExists: false,
    },
    decided: [16, "housekeeping", "no_action"],
    steps: ["repair_labels", "retire"],
  },
  {
    when: "the platform lost it on a blocked pull request",
    seen: { ...LOST, labels: [...LOST.labels, BLOCKED], activeImageExists: true },
    decided: [3, "blocked", "blocked"],
    steps: [],
  },
  {
    when: "a flag is set on a blocked pull request",
    seen: { ...RUNS, labels: [...LABELS_B, FLAG, BLOCKED] },
    decided: [3, "blocked", "blocked"],
    steps: [],
  },
  {
    when: "a run died while it updated it",
    seen: {
      ...FROZEN,
      labels: [...labelsOf(B, "updating", { active: true }), FREEZE, FLAG],
      platform: [deployed(B)],
      activeImageExists: true,
    },
    decided: [6, "resumed", "create_environment"],
    steps: [...UPDATE, "notice"],
  },
  {
    when: "a run died while it updated it, and its image is gone: it goes on as it is",
    seen: {
      ...FROZEN,
      labels: [...labelsOf(B, "updating", { active: true }), FREEZE],
      platform: [deployed(B)],
      activeImageExists: false,
    },
    decided: [6, "resumed", "create_environment"],
    steps: ["record_intent", "activate", "notice"],
  },
  {
    when: "another run is updating it",
    seen: {
      ...FROZEN,
      labels: [...labelsOf(B, "updating", { active: true }), FREEZE, FLAG],
      platform: [deployed(B)],
      lock: heldLock(true),
    },
    decided: [11, "frozen", "no_action"],
    steps: [],
  },
  {
    when: "its update to these settings failed as often as it may",
    seen: {
      ...FROZEN,
      labels: [...FROZEN.labels, FLAG],
      platform: [deployed(B)],
      record: record({
        notice: `frozen:${SHORT_A}`,
        update: {
          sha: SHORT_B,
          settings: settingsKey({ size: "standard", flags: { DARK: true }, login: "admin/admin" }),
          failures: 2,
        },
      }),
    },
    decided: [11, "frozen", "no_action"],
    steps: [],
  },
  {
    when: "the platform is not asked",
    seen: { ...FROZEN, labels: [...FROZEN.labels, FLAG], platform: "as_labels" },
    decided: [11, "frozen", "no_action"],
    steps: ["notice"],
  },
];

for (const { when, seen, policy, decided, steps } of TABLE) {
  Deno.test(`planPull() judges the active environment by rule ${decided[0]}, ${decided[1]}, where ${when}`, () => {
    const plan = planPull(observe(seen), { ...POLICY, ...policy });
    assert.deepEqual([plan.rule, plan.reason, plan.action, plan.build], [...decided, false]);
    assert.deepEqual(plan.steps.map((step) => step.kind), steps);
    for (const step of plan.steps) if (step.kind === "record_intent") assert.equal(step.bringUp.sha, B);
  });
}

Deno.test("planPull() withdraws status and address of an active environment that is lost with its image", () => {
  const seen = observe({ ...LOST, activeImageExists: false });
  const step = planPull(seen, POLICY).steps.find((each) => each.kind === "repair_labels");
  assert.deepEqual(step?.add.map((label) => formatLabel(label)), ["🎪 bbbbbbb 🚦 failed"]);
  assert.deepEqual(step?.remove.map(({ name }) => name), [
    "🎪 bbbbbbb 🌐 10.0.0.1:8080",
    "🎪 bbbbbbb 🚦 running",
  ]);
  const after = playPlan(seen, planPull(seen, POLICY));
  assert.deepEqual([planPull(after, POLICY).reason, planPull(after, POLICY).steps], ["image_gone", []]);
});

Deno.test("planPull() builds the head by a start trigger after the active environment was lost", () => {
  const labels = [...labelsOf(B, "failed", { active: true }), FREEZE, START];
  const plan = planPull(observe({ ...LOST, labels, activeImageExists: false }), POLICY);
  assert.deepEqual([plan.rule, plan.build, plan.steps.some(({ kind }) => kind === "retire")], [
    7,
    true,
    true,
  ]);
});

Deno.test("planPull() withdraws the address of an environment that is lost beside the active one", () => {
  const labels = [...FROZEN.labels, ...labelsOf(C, "running", { active: false })];
  const plan = planPull(observe({ ...FROZEN, labels, platform: [deployed(B)] }), POLICY);
  const step = plan.steps.find((each) => each.kind === "repair_labels");
  assert.deepEqual(step?.remove.map(({ name }) => name), [
    "🎪 ccccccc 🌐 10.0.0.1:8080",
    "🎪 ccccccc 🚦 running",
  ]);
});

Deno.test("planPull() rebuilds a running head in place if its image is gone, and else updates it from its image", () => {
  const seen = { labels: [...labelsOf(A, "running"), FLAG], platform: [deployed(A)] };
  const steps = (imageExists: boolean) =>
    planPull(observe({ ...seen, imageExists }), POLICY).steps.map(({ kind }) => kind);
  assert.deepEqual(steps(false), ["record_intent", "build", "deploy", "activate"]);
  assert.deepEqual(steps(true), UPDATE);
});

Deno.test("planPull() updates a running head to other settings after the update to some failed", () => {
  const failed = settingsKey({ size: "standard", flags: { DARK: true }, login: "admin/admin" });
  const reason = (flag: string, failures: number) =>
    planPull(
      observe({
        labels: [...labelsOf(A, "running"), flag],
        platform: [deployed(A)],
        record: record({ update: { sha: SHORT_A, settings: failed, failures } }),
      }),
      POLICY,
    ).reason;
  assert.equal(reason(FLAG, 1), "settings_changed");
  assert.equal(reason(FLAG, 2), "attempts_exhausted");
  assert.equal(reason("🎪 conf-enable-LIGHT", 2), "settings_changed");
});

Deno.test("planPull() keeps the creation time of an environment that it restores", () => {
  const plan = planPull(observe({ ...LOST, activeImageExists: true }), POLICY);
  const step = plan.steps.find((each) => each.kind === "record_intent");
  assert.equal(step?.bringUp.createdAt, Date.UTC(2024, 0, 15, 10));
  assert.ok(NOW > Date.UTC(2024, 0, 15, 10));
});

Deno.test("planPull() sends people to another environment that runs where the active one is lost with its image", () => {
  const labels = [...FROZEN.labels, ...labelsOf(C, "running", { active: false })];
  const plan = planPull(
    observe({ ...FROZEN, labels, platform: [deployed(C)], activeImageExists: false }),
    POLICY,
  );
  const step = plan.steps.find((each) => each.kind === "repair_labels");
  assert.equal(plan.reason, "frozen");
  assert.ok(step?.add.some((label) => label.kind === "active" && label.sha === shortSha(C)));
});
