/** Random trees with the values that writers and readers of YAML get wrong. */

import fc from "fast-check";
import { type Tree, type TreeMap } from "../../../src/assets/core/tree.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { PYYAML_VALUES } from "./pyyaml_values.ts";

const STRANGE = [
  ..."\n\t-?:!&{}[],'\"\\|>%@` ",
  ...[
    "",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\n\n",
    " \n a",
    "a\r\nb",
    "a\ry",
    "\u0085",
    "a\u0085b\nc",
    "\u2028\nx",
    "\ufeffa",
  ],
  ...[
    "---",
    "--- a",
    "...",
    "... a",
    "# x",
    "x # y",
    "a: b\nc: d\n",
    "{{ x }}\n{% if %}",
    "😀\nx",
    "\u007f",
    "\u0000",
  ],
  ...["  a\nb", "a\n  b\n c", "__proto__", "constructor", `${"x".repeat(300)}\n\ty`],
];

/** Texts that are hard to write as YAML. */
export function hardText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...PYYAML_VALUES.map(([source]) => source)),
    fc.constantFrom(...STRANGE),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.array(fc.constantFrom(..."a \n\t:#-'\"\u0085é\r"), { maxLength: 8 }).map((parts) => parts.join("")),
  );
}

function numbers(finite: boolean): fc.Arbitrary<Tree> {
  const floats = fc.double({ noNaN: finite, noDefaultInfinity: finite })
    .map((value) => Number.isInteger(value) && !Object.is(value, -0) ? new WholeFloat(value) : value);
  return fc.oneof<fc.Arbitrary<Tree>[]>(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    floats,
  );
}

/** Maps of any depth. `finite` leaves out what JSON cannot say. */
export function anyTree({ finite = false }: { readonly finite?: boolean } = {}): fc.Arbitrary<TreeMap> {
  const leaf = fc.oneof<fc.Arbitrary<Tree>[]>(fc.constant(null), fc.boolean(), numbers(finite), hardText());
  const { map } = fc.letrec<{ tree: Tree; map: TreeMap }>((tie) => ({
    tree: fc.oneof<fc.Arbitrary<Tree>[]>(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      tie("map"),
    ),
    map: fc.dictionary(hardText(), tie("tree"), { maxKeys: 4 }),
  }));
  return map;
}
