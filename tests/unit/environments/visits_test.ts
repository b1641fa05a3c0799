import assert from "node:assert/strict";
import {
  type CleanupFacts,
  judgeVisits,
  visitsSince,
  WHOLE_CLEANUP,
} from "../../../src/environments/core/cleanup/mod.ts";
import type { NewestRequest } from "../../../src/environments/core/environment/environment.ts";
import { formatTtl, readLabels } from "../../../src/environments/core/labels/mod.ts";
import { A, deployed, labelsOf, PR } from "../../worlds/observation.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BORN = Date.UTC(2026, 0, 15, 12);
const SERVICE = deployed(A).service;

/** The decision about an environment that was created at {@link BORN}, in words. */
function decided(
  { ageMs, ttl = "48h", visitedMs, madeForMs = 48 * HOUR, extra = [], maxAgeMs }: {
    readonly ageMs: number;
    readonly ttl?: string;
    /** When the newest request came after the creation. */
    readonly visitedMs: number | "none" | undefined;
    readonly madeForMs?: number | undefined;
    readonly extra?: readonly string[];
    readonly maxAgeMs?: number;
  },
): string | undefined {
  const labels = [
    ...labelsOf(A, "running").filter((name) => !/⌛|📅/u.test(name)),
    "🎪 aaaaaaa 📅 2026-01-15T12-00",
    `🎪 aaaaaaa ⌛ ${ttl}`,
    ...extra,
  ];
  const expiresAt = madeForMs === undefined ? undefined : BORN + madeForMs;
  const facts: CleanupFacts = {
    repo: "o/r",
    now: BORN + ageMs,
    pr: PR,
    pull: { open: true, headSha: A, labels: readLabels(labels) },
    platform: [deployed(A, { createdAt: BORN, expiresAt })],
    settings: { defaultTtl: { kind: "duration", amount: 48, unit: "h" }, maxAgeMs },
  };
  const newest = new Map<string, NewestRequest>([
    [SERVICE, typeof visitedMs === "number" ? BORN + visitedMs : visitedMs],
  ]);
  const [visit] = judgeVisits(facts, { newest, withinMs: 4 * HOUR, options: WHOLE_CLEANUP });
  return visit && `${formatTtl(visit.ttl)}, ends after ${(visit.endsAt - BORN) / HOUR}h`;
}

Deno.test("judgeVisits() counts the time-to-live from the newest request, near the end and past it", () => {
  assert.equal(decided({ ageMs: 45 * HOUR, visitedMs: 40 * HOUR }), "88h, ends after 88h");
  assert.equal(decided({ ageMs: 49 * HOUR, visitedMs: 40 * HOUR }), "88h, ends after 88h");
  assert.equal(decided({ ageMs: 20 * HOUR, visitedMs: 19 * HOUR }), undefined, "its end is far");
  assert.equal(decided({ ageMs: 49 * HOUR, visitedMs: 0.5 * HOUR }), undefined, "over by then, too");
  assert.equal(decided({ ageMs: 49 * HOUR, visitedMs: "none" }), undefined);
  assert.equal(decided({ ageMs: 49 * HOUR, visitedMs: undefined }), undefined);
});

Deno.test("judgeVisits() counts each further visit with the time that the environment was made for", () => {
  assert.equal(decided({ ageMs: 90 * HOUR, ttl: "93h", visitedMs: 89 * HOUR }), "137h, ends after 137h");
  const short = { ttl: "12h", madeForMs: 12 * HOUR } as const;
  assert.equal(decided({ ...short, ageMs: 11 * HOUR, visitedMs: 10 * HOUR }), "22h, ends after 22h");
  assert.equal(
    decided({ ...short, ttl: "22h", ageMs: 21 * HOUR, visitedMs: 20 * HOUR }),
    "32h, ends after 32h",
  );
  const long = { ttl: "7d", madeForMs: 7 * DAY } as const;
  assert.equal(decided({ ...long, ageMs: 7 * DAY, visitedMs: 6 * DAY }), "13d, ends after 312h");
});

Deno.test("judgeVisits() without a tag uses the shorter one of label and configuration", () => {
  const untagged = { madeForMs: undefined } as const;
  assert.equal(
    decided({ ...untagged, ttl: "12h", ageMs: 11 * HOUR, visitedMs: 10 * HOUR }),
    "22h, ends after 22h",
  );
  assert.equal(
    decided({ ...untagged, ttl: "7d", ageMs: 7 * DAY, visitedMs: 166 * HOUR }),
    "214h, ends after 214h",
  );
});

Deno.test("judgeVisits() does not go against max_age, a label on the pull request, or close", () => {
  const visited = { ageMs: 45 * HOUR, visitedMs: 44 * HOUR } as const;
  assert.equal(decided({ ...visited, maxAgeMs: 60 * HOUR }), "92h, ends after 60h");
  assert.equal(decided({ ...visited, maxAgeMs: 48 * HOUR }), undefined);
  assert.equal(decided({ ...visited, extra: ["🎪 ⌛ 48h"] }), undefined);
  assert.equal(decided({ ...visited, ttl: "close" }), undefined);
});

Deno.test("visitsSince() goes back no further than the environment lives after a visit, whatever its label says", () => {
  const settings = { defaultTtl: { kind: "duration", amount: 48, unit: "h" } } as const;
  const now = BORN + 300 * HOUR;
  const labels = readLabels([
    ...labelsOf(A, "running").filter((name) => !/⌛/u.test(name)),
    "🎪 aaaaaaa ⌛ 99999d",
  ]);
  const labeled = [...labels.environments.values()][0];
  assert.ok(labeled !== undefined);
  const since = (madeForMs: number | undefined, createdAt: number) => {
    const expiresAt = madeForMs === undefined ? undefined : BORN + madeForMs;
    const near = { labeled, deployed: deployed(A, { createdAt: BORN, expiresAt }), createdAt, endsAt: now };
    return (now - visitsSince(near, { settings, now })) / HOUR;
  };
  assert.equal(since(12 * HOUR, 0), 12);
  assert.equal(since(undefined, 0), 48);
  assert.equal(since(48 * HOUR, now - 5 * HOUR), 5);
});

Deno.test("judgeVisits() lets an environment live on that sleeps by now, and not one that failed", () => {
  const settings = { defaultTtl: { kind: "duration", amount: 48, unit: "h" } } as const;
  const platform = [deployed(A, { createdAt: BORN, expiresAt: BORN + 48 * HOUR })];
  const now = BORN + 49 * HOUR;
  const newest = new Map([[SERVICE, BORN + 40 * HOUR]]);
  const lives = (status: string) => {
    const labels = readLabels([
      `🎪 aaaaaaa 🚦 ${status}`,
      "🎪 aaaaaaa 📅 2026-01-15T12-00",
      "🎪 aaaaaaa ⌛ 48h",
    ]);
    const facts = { repo: "o/r", now, pr: PR, pull: { open: true, headSha: A, labels }, platform, settings };
    return judgeVisits(facts, { newest, withinMs: 0, options: WHOLE_CLEANUP }).length;
  };
  assert.deepEqual(["running", "updating", "asleep", "failed", "stopping"].map(lives), [1, 1, 1, 0, 0]);
});
