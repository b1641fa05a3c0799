import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeVersion, encodeVersion } from "../../../../src/contexts/core/stored_version.ts";
import type { Operation } from "../../../../src/contexts/core/tree/operations.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";
import { WholeFloat } from "../../../../src/lib/scalars/exact_numbers.ts";

const key = fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed());
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "binary" }),
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    fc.bigInt().filter((number) => !Number.isSafeInteger(Number(number))),
    fc.maxSafeInteger().map((number) => new WholeFloat(number)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
})).value;
const path = fc.tuple(key, fc.array(fc.oneof(key, fc.nat(999_999_999)), { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest]);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constantFrom("set", "append", "append_unique"), path, value }, {
    noNullPrototype: true,
  }),
  fc.record({ op: fc.constant("unset" as const), path }, { noNullPrototype: true }),
  fc.constant({ op: "replace" }),
);

Deno.test("a version is read as it was written", () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 4 }),
      fc.nat(),
      fc.string(),
      (operations, version, actor) => {
        const made = { version, time: "2026-01-15T00:00:00.000Z", actor, operations };
        assert.deepEqual(decodeVersion(encodeVersion(made)), made);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a text that is no version is refused", () => {
  for (
    const text of [
      "",
      "{}",
      '{"version": 1, "time": "", "actor": "", "operations": [{"op": "set", "path": "a..b", "value": 1}]}',
      '{"version": 1, "time": "", "actor": "", "operations": [{"op": "drop", "path": "a"}]}',
      '{"version": 1, "time": "", "actor": "", "operations": [{"op": "set", "path": "a"}]}',
      '{"version": "1", "time": "", "actor": "", "operations": []}',
    ]
  ) {
    assert.equal(decodeVersion(text), undefined, text);
  }
});
