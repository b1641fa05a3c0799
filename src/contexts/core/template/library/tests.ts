import type { Comparison } from "../parse/nodes.ts";
import { isInCase } from "../text/letters.ts";
import { assertHashable, equalItems } from "../values/compare.ts";
import {
  assertDefined,
  isInteger,
  isMap,
  isNumber,
  type Item,
  Range,
  sequenceOf,
  Thing,
  Undefined,
} from "../values/item.ts";
import { elementsOf } from "../values/iterate.ts";
import { applyOperator, compareBy } from "../values/operators.ts";
import { any, type Entry, findEntry, type Library, onAny, onPrinted } from "./entry.ts";
import { FILTERS } from "./filters.ts";

/** The names of comparisons as tests, besides their operators. */
const COMPARISONS: Readonly<Partial<Record<Comparison, readonly string[]>>> = {
  "==": ["==", "eq", "equalto"],
  "!=": ["!=", "ne"],
  "<": ["<", "lt", "lessthan"],
  "<=": ["<=", "le"],
  ">": [">", "gt", "greaterthan"],
  ">=": [">=", "ge"],
  "in": ["in"],
};

/** All tests. */
export const TESTS: Library = {
  ...comparisons(),
  boolean: asked((item) => typeof item === "boolean"),
  callable: asked((item) => item instanceof Undefined || (item instanceof Thing && item.call !== undefined)),
  defined: asked((item) => !(item instanceof Undefined)),
  divisibleby: onAny([any("num")], (left, [right], tools) => {
    assertDefined(left);
    return equalItems(applyOperator("%", { left, right, tools }), 0, tools);
  }),
  escaped: asked(() => false),
  even: remainsOfTwo(0),
  false: asked((item) => item === false),
  filter: named((name) => findEntry(FILTERS, name) !== undefined),
  float: asked((item) => isNumber(item) && !isInteger(item)),
  integer: asked(isInteger),
  iterable: asked((item) => elementsOf(item) !== undefined),
  lower: onPrinted([], (text) => isInCase(text, { upper: false })),
  mapping: asked(isMap),
  none: asked((item) => item === null),
  number: asked((item) => isNumber(item) || typeof item === "boolean"),
  odd: remainsOfTwo(1),
  // Python's `is`: small values are one thing, others are the same only if they are one value.
  sameas: onAny([any("other")], (item, [other]) => item === other),
  sequence: asked((item) =>
    typeof item === "string" || sequenceOf(item) !== undefined || isMap(item) || item instanceof Range ||
    item instanceof Undefined
  ),
  string: asked((item) => typeof item === "string"),
  test: named((name) => findEntry(TESTS, name) !== undefined),
  true: asked((item) => item === true),
  undefined: asked((item) => item instanceof Undefined),
  upper: onPrinted([], (text) => isInCase(text, { upper: true })),
};

function comparisons(): Library {
  return Object.fromEntries(
    Object.entries(COMPARISONS).flatMap(([operator, names]) =>
      names.map((name) => [name, compared(operator as Comparison)])
    ),
  );
}

function compared(operator: Comparison): Entry {
  return onAny([any("/other")], (left, [right], { budget }) => compareBy(operator, { left, right, budget }));
}

function asked(holds: (item: Item) => boolean): Entry {
  return onAny([], (item) => holds(item));
}

function remainsOfTwo(wanted: 0 | 1): Entry {
  return onAny([], (left, _, tools) => {
    assertDefined(left);
    return equalItems(applyOperator("%", { left, right: 2, tools }), wanted, tools);
  });
}

/** Whether a name is known; what cannot be a key cannot be asked for. */
function named(isKnown: (name: string) => boolean): Entry {
  return onAny([], (item, _, { budget }) => {
    assertHashable(item, budget);
    return typeof item === "string" && isKnown(item);
  });
}
