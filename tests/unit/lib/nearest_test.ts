import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../../src/lib/nearest.ts";

const COMMANDS = ["sync", "start", "stop", "status", "list", "setup-labels", "cleanup", "cleanup-labels"];

Deno.test("nearest() finds the word that a small mistake was meant to be", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["snyc", "sync"],
    ["statsu", "status"],
    ["SYNC", "sync"],
    ["setuplabels", "setup-labels"],
    ["clean", "cleanup"],
    ["lst", "list"],
    ["stat", "status"],
    ["deploy", undefined],
    ["", undefined],
    ["x", undefined],
  ];
  for (const [word, expected] of cases) assert.equal(nearest(word, COMMANDS), expected, word);
});

Deno.test("nearest() ignores the difference between camelCase, dashes and underscores", () => {
  assert.equal(nearest("cacheFrom", ["cache_to", "cache_from"]), "cache_from");
  assert.equal(nearest("max-age", ["max_age"]), "max_age");
});

Deno.test("nearest() prefers a near word to a longer word that begins alike, and the first of equals", () => {
  assert.equal(nearest("star", ["status-everything", "start"]), "start");
  assert.equal(nearest("ab1", ["ab2", "ab3"]), "ab2");
});

Deno.test("nearest() returns every candidate for itself and only candidates for anything", () => {
  fc.assert(fc.property(fc.constantFrom(...COMMANDS), (word) => nearest(word, COMMANDS) === word));
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (word) => {
    const found = nearest(word, COMMANDS);
    return found === undefined || COMMANDS.includes(found);
  }));
});
