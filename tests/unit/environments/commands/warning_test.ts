import assert from "node:assert/strict";
import fc from "fast-check";
import { findTick, parseWarning, renderWarning } from "../../../../src/environments/core/warning/mod.ts";
import { parseShortSha, prNumber } from "../../../../src/lib/ids.ts";

const SHORT = parseShortSha("abc1234") ?? assert.fail();
const MODEL = {
  short: SHORT,
  warnedOf: Date.UTC(2026, 0, 2, 3, 4),
  ttl: { kind: "duration", amount: 48, unit: "h" },
  pr: prNumber(7),
  asker: "ana",
  endsAt: Date.UTC(2026, 0, 2, 3, 4),
  fixed: undefined,
} as const;

Deno.test("parseWarning() reads the marker that renderWarning() writes", () => {
  const { short, warnedOf, ttl } = MODEL;
  assert.deepEqual(parseWarning(renderWarning(MODEL)), { short, warnedOf, ttl });
  assert.deepEqual(parseWarning(renderWarning({ ...MODEL, ttl: undefined })), {
    short,
    warnedOf,
    ttl: undefined,
  });
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseWarning(text), undefined)));
});

Deno.test("renderWarning() mentions nobody but the account that asked", () => {
  for (const asker of [undefined, "a b", "ana @everyone", "x\n@maxime"]) {
    assert.doesNotMatch(renderWarning({ ...MODEL, asker }), /@/);
  }
  assert.match(renderWarning(MODEL), /@ana, the environment/);
});

Deno.test("findTick() finds a tick, and none in any other edit", () => {
  const before = renderWarning(MODEL);
  const ticked = before.replace("- [ ]", "- [x]");
  assert.ok(findTick({ before, after: ticked }) !== undefined);
  assert.equal(findTick({ before: ticked, after: before }), undefined, "a tick that is taken off");
  assert.equal(findTick({ before, after: before }), undefined);
  assert.equal(findTick({ before: before.slice(5), after: ticked.slice(5) }), undefined, "without a marker");
  fc.assert(
    fc.property(fc.nat(ticked.length - 2), fc.string({ minLength: 1, maxLength: 3 }), (at, text) => {
      fc.pre(/\S/.test(text));
      assert.equal(findTick({ before, after: ticked.slice(0, at) + text + ticked.slice(at) }), undefined);
    }),
  );
});
