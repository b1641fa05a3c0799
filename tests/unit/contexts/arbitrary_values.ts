/** Random values with what writers and readers of YAML and JSON get wrong. */

import fc from "fast-check";
import type { Path } from "../../../src/contexts/core/tree/path.ts";
import type { Value, ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import cases from "../../fixtures/pyyaml/cases.json" with { type: "json" };

const STRANGE = cases.values.flatMap((value) => Array.isArray(value) ? value : []).filter((each) =>
  typeof each === "string"
);

/** Texts that are hard to write as YAML. */
export function hardText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...STRANGE),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.array(fc.constantFrom(..."ab \n\t:#-?,[]{}'\"\\0.e+\u0085\u2028é😀\r"), { maxLength: 12 })
      .map((chars) => chars.join("")),
    fc.array(fc.constantFrom(" ", "  ", "\n", "word", "it's", '"', ": ", "é", "a_long_long_long_word"), {
      maxLength: 60,
    }).map((words) => words.join("")),
  );
}

function anyNumber(): fc.Arbitrary<Value> {
  const floats = fc.double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => Number.isInteger(value) && !Object.is(value, -0) ? new WholeFloat(value) : value);
  return fc.oneof<fc.Arbitrary<Value>[]>(
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    floats,
  );
}

/** Values of any kind, at most five levels deep. */
export function anyValue(): fc.Arbitrary<Value> {
  const leaf = fc.oneof<fc.Arbitrary<Value>[]>(fc.constant(null), fc.boolean(), anyNumber(), hardText());
  const key = fc.oneof(hardText(), fc.constantFrom("10", "9", "__proto__", "on", "k".repeat(123)));
  return fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof<fc.Arbitrary<Value>[]>(
      { maxDepth: 5 },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  })).value;
}

/** Keys that trouble objects and paths, among ordinary ones. */
const key = fc.oneof(
  hardText(),
  fc.constantFrom("10", "9", "__proto__", "constructor", "on", "a.b", "null", "1.0", "a b", '"', "[0]"),
);

/** Any map at the top of a context. */
export function anyTree(): fc.Arbitrary<ValueMap> {
  return fc.array(fc.tuple(key, anyValue()), { maxLength: 5 }).map((entries) => new Map(entries));
}

/** Any path that is not empty. */
export function anyPath(): fc.Arbitrary<Path> {
  return fc.tuple(key, fc.array(fc.oneof(key, fc.nat(3)), { maxLength: 3 }))
    .map(([first, rest]) => [first, ...rest]);
}
