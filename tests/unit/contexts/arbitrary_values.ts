import fc from "fast-check";
import { WholeFloat } from "../../../src/lib/exact_numbers.ts";
import type { Value, ValueMap } from "../../../src/contexts/core/tree/value.ts";

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt().filter((each) => each > 2n ** 53n || each < -(2n ** 53n)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) =>
    Number.isInteger(each) && !Object.is(each, -0) ? new WholeFloat(each) : each
  ),
);

/** Keys that trouble objects and readers of YAML among ordinary ones. */
const key = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("10", "9", "__proto__", "constructor", "on", "a.b", "", "null", "1.0", "a b", '"', "[0]"),
);

const { value } = fc.letrec<{ value: Value; list: Value; map: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    number,
    fc.string({ unit: "grapheme" }),
    tie("list"),
    tie("map"),
  ),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((entries) => new Map(entries)),
}));

/** Any value. */
export const arbitraryValue: fc.Arbitrary<Value> = value;

/** Any map at the top of a context. */
export const arbitraryTree: fc.Arbitrary<ValueMap> = fc.array(fc.tuple(key, value), { maxLength: 5 })
  .map((entries) => new Map(entries));

/** Any path that is not empty. */
export const arbitraryPath: fc.Arbitrary<readonly (string | number)[]> = fc.tuple(
  key.filter((each) => each !== ""),
  fc.array(fc.oneof(key.filter((each) => each !== ""), fc.nat(3)), { maxLength: 3 }),
).map(([first, rest]) => [first, ...rest]);
