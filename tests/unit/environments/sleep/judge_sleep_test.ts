import assert from "node:assert/strict";
import type { NewestRequest } from "../../../../src/environments/core/environment/environment.ts";
import { readLabels } from "../../../../src/environments/core/labels/mod.ts";
import { judgeSleep, parseSleepHours, type SleepFacts } from "../../../../src/environments/core/sleep/mod.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { A, BLOCKED, deployed, labelsOf, PR, START } from "../../../worlds/observation.ts";

const HOUR = 3_600_000;
const HOURS = parseSleepHours("20:00-07:00 UTC");
const NIGHT = Date.UTC(2026, 0, 15, 22);
const MORNING = Date.UTC(2026, 0, 16, 8);
const EVENING = Date.UTC(2026, 0, 15, 20);

function facts(change: Partial<SleepFacts> & { readonly labels?: readonly string[] } = {}): SleepFacts {
  const { labels = labelsOf(A, "running"), ...rest } = change;
  return {
    now: NIGHT,
    pr: PR,
    pull: { open: true, labels: readLabels(labels) },
    platform: [deployed(A, { startedAt: NIGHT - 24 * HOUR })],
    settings: { afterMs: undefined, hours: HOURS },
    record: undefined,
    requests: new Map(),
    ...rest,
  };
}

function stopped(sleep: { readonly cause?: "person" | "schedule" | "idle"; readonly since?: number } = {}) {
  const marked = sleep.cause !== undefined;
  return [deployed(A, { healthy: false, address: undefined, sleep: { marked, ...sleep } })];
}

function decided(given: SleepFacts): readonly string[] {
  return judgeSleep(given).map(({ change, cause }) => `${change} ${cause}`);
}

const ASLEEP = labelsOf(A, "asleep");
const SERVICE = deployed(A).service;
const idle = { settings: { afterMs: 2 * HOUR, hours: undefined } };

Deno.test("the hours put an environment to sleep that was started before them", () => {
  assert.deepEqual(decided(facts()), ["sleep schedule"]);
  assert.deepEqual(decided(facts({ now: MORNING })), []);
});

Deno.test("an environment that was started or woken within its hours stays awake until the next ones", () => {
  assert.deepEqual(decided(facts({ platform: [deployed(A, { startedAt: EVENING })] })), []);
  assert.deepEqual(decided(facts({ platform: [deployed(A, { startedAt: EVENING - 1 })] })), [
    "sleep schedule",
  ]);
  assert.deepEqual(
    decided(facts({ platform: [deployed(A, { startedAt: EVENING })], now: NIGHT + 24 * HOUR })),
    [
      "sleep schedule",
    ],
  );
});

Deno.test("an environment sleeps after a time without requests, if they can be counted", () => {
  const counted = (newest: NewestRequest) => facts({ ...idle, requests: new Map([[SERVICE, newest]]) });
  assert.deepEqual(decided(counted("none")), ["sleep idle"]);
  assert.deepEqual(decided(counted(NIGHT - 1)), []);
  assert.deepEqual(decided(counted(undefined)), []);
  assert.deepEqual(decided(facts(idle)), []);
  const young = [deployed(A, { startedAt: NIGHT - HOUR })];
  assert.deepEqual(decided(facts({ ...idle, platform: young, requests: new Map([[SERVICE, "none"]]) })), []);
});

Deno.test("nothing sleeps by time that is blocked, asked for, closed, not Showtime's, or not the active one", () => {
  for (
    const change of [
      { labels: [...labelsOf(A, "running"), BLOCKED] },
      { labels: [...labelsOf(A, "running"), START] },
      { pull: undefined },
      { pull: { open: false, labels: readLabels(labelsOf(A, "running")) } },
      { platform: [deployed(A, { managed: false })] },
      { platform: [] },
      { labels: labelsOf(A, "running", { active: false }) },
      { labels: labelsOf(A, "updating") },
      { platform: [deployed(A, { startedAt: undefined, createdAt: undefined })] },
    ]
  ) assert.deepEqual(decided(facts(change)), [], JSON.stringify(change));
});

Deno.test("the end of the hours wakes only an environment that they put to sleep", () => {
  const at = { now: MORNING, labels: ASLEEP };
  assert.deepEqual(decided(facts({ ...at, platform: stopped({ cause: "schedule" }) })), ["wake schedule"]);
  assert.deepEqual(decided(facts({ ...at, platform: stopped({ cause: "person" }) })), []);
  assert.deepEqual(decided(facts({ ...at, platform: stopped({ cause: "idle" }) })), []);
  assert.deepEqual(decided(facts({ ...at, now: NIGHT, platform: stopped({ cause: "schedule" }) })), []);
});

Deno.test("without a mark on the platform the record decides, and the listings only guess by the hour", () => {
  const at = { now: MORNING, labels: ASLEEP };
  const recorded = (cause: "person" | "schedule") => ({
    record: { sleep: { sha: shortSha(A), cause, since: NIGHT } },
  });
  assert.deepEqual(decided(facts({ ...at, platform: stopped({ since: NIGHT }) })), ["wake schedule"]);
  assert.deepEqual(decided(facts({ ...at, platform: stopped({ since: MORNING - HOUR / 2 }) })), []);
  assert.deepEqual(decided(facts({ ...at, ...recorded("schedule"), platform: stopped() })), [
    "wake schedule",
  ]);
  assert.deepEqual(decided(facts({ ...at, ...recorded("person"), platform: stopped({ since: NIGHT }) })), []);
  assert.deepEqual(
    decided(facts({ ...at, record: { sleep: undefined }, platform: stopped({ since: NIGHT }) })),
    [],
  );
});
