import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DURATION_PATTERN,
  formatAge,
  formatAgo,
  formatDuration,
  formatSpan,
  parseDuration,
} from "../../../src/lib/duration.ts";

Deno.test("parseDuration() reads what formatDuration() writes", () => {
  fc.assert(fc.property(fc.stringMatching(DURATION_PATTERN), (text) => {
    const ms = parseDuration(text);
    assert.ok(ms !== undefined);
    const written = formatDuration(ms);
    // Only weeks of many digits become days that need a seventh.
    if (DURATION_PATTERN.test(written)) assert.equal(parseDuration(written), ms);
    else assert.match(`${text} ${written}`, /^\d{6}w \d{7}d$/);
  }));
});

Deno.test("formatDuration() takes the largest unit up to a day that divides the length", () => {
  const lengths = ["500ms", "90s", "60s", "90m", "36h", "48h", "2w"].map((text) => parseDuration(text) ?? 0);
  assert.deepEqual(lengths.map(formatDuration), ["500ms", "90s", "1m", "90m", "36h", "2d", "14d"]);
});

Deno.test("formatSpan() counts seconds below two minutes and minutes above, rounded as its caller asks", () => {
  assert.deepEqual([400, 1_000, 119_000, 120_000, 150_000, 3_600_000].map((ms) => formatSpan(ms)), [
    "0 s",
    "1 s",
    "119 s",
    "2 min",
    "3 min",
    "60 min",
  ]);
  assert.deepEqual([400, 121_000].map((ms) => formatSpan(ms, Math.ceil)), ["1 s", "3 min"]);
});

Deno.test("formatAge() writes the two largest units, and never seconds", () => {
  const ages = [-5, 0, 59_999, 60_000, 3_599_999, 3_600_000, 12_000_000, 86_400_000, 190_000_000];

  assert.deepEqual(ages.map(formatAge), ["<1m", "<1m", "<1m", "1m", "59m", "1h", "3h 20m", "1d", "2d 4h"]);
  assert.deepEqual([-5, 59_999, 60_000, 12_000_000].map(formatAgo), [
    "just now",
    "just now",
    "1m ago",
    "3h 20m ago",
  ]);
});
