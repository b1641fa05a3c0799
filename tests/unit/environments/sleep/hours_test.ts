import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatSleepHours,
  lastWindow,
  parseSleepHours,
  type SleepHours,
  windowAt,
} from "../../../../src/environments/core/sleep/mod.ts";

function hours(text: string): SleepHours {
  const parsed = parseSleepHours(text);
  if (parsed === undefined) throw new Error(`"${text}" was not read`);
  return parsed;
}

function iso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
}

function windowText(text: string, now: string): string | undefined {
  const found = windowAt(hours(text), Date.parse(now));
  return found && `${iso(found.start)} ${iso(found.end)}`;
}

const BERLIN = "20:00-07:00 Europe/Berlin";

Deno.test("hours over midnight belong to the day on which they begin", () => {
  assert.deepEqual(windowText(BERLIN, "2026-01-15T18:59:00Z"), undefined);
  assert.deepEqual(windowText(BERLIN, "2026-01-15T19:00:00Z"), "2026-01-15T19:00 2026-01-16T06:00");
  assert.deepEqual(windowText(BERLIN, "2026-01-16T05:59:59Z"), "2026-01-15T19:00 2026-01-16T06:00");
  assert.deepEqual(windowText(BERLIN, "2026-01-16T06:00:00Z"), undefined);
});

Deno.test("hours within a day end on the same day", () => {
  assert.deepEqual(
    windowText("12:00-13:30 UTC", "2026-01-15T13:29:00Z"),
    "2026-01-15T12:00 2026-01-15T13:30",
  );
  assert.deepEqual(windowText("12:00-13:30 UTC", "2026-01-15T13:30:00Z"), undefined);
});

Deno.test("the night in which clocks go forward is an hour shorter", () => {
  // 2026-03-29 02:00 becomes 03:00 in Berlin.
  assert.deepEqual(windowText(BERLIN, "2026-03-29T01:30:00Z"), "2026-03-28T19:00 2026-03-29T05:00");
  assert.deepEqual(windowText(BERLIN, "2026-03-29T05:00:00Z"), undefined);
});

Deno.test("the night in which clocks go back is an hour longer", () => {
  // 2026-10-25 03:00 becomes 02:00 in Berlin.
  assert.deepEqual(windowText(BERLIN, "2026-10-25T05:30:00Z"), "2026-10-24T18:00 2026-10-25T06:00");
});

Deno.test("a time that clocks leave out, or show twice, is one instant", () => {
  // 02:30 does not exist on 2026-03-29; the hours begin when clocks show 03:30.
  assert.deepEqual(
    windowText("02:30-05:00 Europe/Berlin", "2026-03-29T01:45:00Z"),
    "2026-03-29T01:30 2026-03-29T03:00",
  );
  // 02:30 comes twice on 2026-10-25; the first one counts.
  assert.deepEqual(
    windowText("02:30-05:00 Europe/Berlin", "2026-10-25T00:30:00Z"),
    "2026-10-25T00:30 2026-10-25T04:00",
  );
});

Deno.test("zones far from UTC have their own calendar day", () => {
  assert.deepEqual(
    windowText("20:00-07:00 Pacific/Auckland", "2026-07-01T08:00:00Z"),
    "2026-07-01T08:00 2026-07-01T19:00",
  );
  assert.deepEqual(
    windowText("20:00-07:00 America/Los_Angeles", "2026-07-02T03:00:00Z"),
    "2026-07-02T03:00 2026-07-02T14:00",
  );
});

Deno.test("the last window is the one that ended most recently", () => {
  const at = (now: string) => {
    const found = lastWindow(hours(BERLIN), Date.parse(now));
    return found && `${iso(found.start)} ${iso(found.end)}`;
  };
  assert.deepEqual(at("2026-01-16T06:00:00Z"), "2026-01-15T19:00 2026-01-16T06:00");
  assert.deepEqual(at("2026-01-16T18:00:00Z"), "2026-01-15T19:00 2026-01-16T06:00");
  assert.deepEqual(at("2026-01-16T19:30:00Z"), "2026-01-15T19:00 2026-01-16T06:00");
});

Deno.test("hours without a time zone are in UTC", () => {
  assert.deepEqual(parseSleepHours("20:00-07:00"), { from: 1200, until: 420, zone: "UTC" });
});

Deno.test("a form without a time, a zone or a span is refused", () => {
  for (
    const text of [
      "",
      "20-7",
      "24:00-07:00",
      "20:00-20:00",
      "20:00-07:60",
      "20:00-07:00 Europe/Atlantis",
      "8:00-9:00",
    ]
  ) assert.deepEqual(parseSleepHours(text), undefined, text);
});

const zones = fc.constantFrom(
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
);
const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });

Deno.test("hours are read back from their written form", () => {
  fc.assert(fc.property(minute, minute, zones, (from, until, zone) => {
    fc.pre(from !== until);
    assert.deepEqual(parseSleepHours(formatSleepHours({ from, until, zone })), { from, until, zone });
  }));
});

Deno.test("a window contains its instant, and windows do not overlap", () => {
  const year = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
  fc.assert(fc.property(minute, minute, zones, year, (from, until, zone, now) => {
    fc.pre(from !== until);
    const all = { from, until, zone };
    const inside = windowAt(all, now);
    const before = lastWindow(all, now);
    if (inside !== undefined) {
      assert.deepEqual(inside.start <= now && now < inside.end, true);
      assert.deepEqual(before === undefined || before.end <= inside.start, true);
    }
    assert.deepEqual(before !== undefined && before.start <= before.end && before.end <= now, true);
    // A whole day and the change of an hour are the most that lie between two windows.
    assert.deepEqual(now - (before?.end ?? 0) < 50 * 3_600_000, true);
  }));
});
