import assert from "node:assert/strict";
import fc from "fast-check";
import { formatInstant, formatIso, formatIsoSeconds } from "../../../src/lib/instant.ts";

Deno.test("formatIso(), formatIsoSeconds() and formatInstant() write an instant in UTC", () => {
  const at = Date.UTC(2024, 0, 15, 14, 30, 1, 5);
  assert.deepEqual(
    [formatIso(at), formatIsoSeconds(at), formatInstant(at)],
    ["2024-01-15T14:30:01.005Z", "2024-01-15T14:30:01Z", "2024-01-15 14:30 UTC"],
  );
});

Deno.test("formatIso() and its siblings write a year of four digits for every number", () => {
  const any = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(NaN, Infinity, -Infinity, 1e300));
  fc.assert(fc.property(any, (at) => {
    assert.match(formatIso(at), /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    assert.match(formatIsoSeconds(at), /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    assert.match(formatInstant(at), /^\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC$/);
  }));
  assert.equal(formatIso(NaN), formatIso(Infinity));
});
