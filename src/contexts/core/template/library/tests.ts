import { Fault } from "../limits.ts";
import type { Comparison } from "../parse/nodes.ts";
import { isInCase } from "../text/letters.ts";
import { assertHashable, equalItems } from "../values/compare.ts";
import {
  isInteger,
  isList,
  isMap,
  isNumber,
  type Item,
  Range,
  Thing,
  Tuple,
  Undefined,
} from "../values/item.ts";
import { elementsOf } from "../values/iterate.ts";
import { applyOperator, compareBy } from "../values/operators.ts";
import { textOf } from "../values/print.ts";
import { type Entry, findEntry, type Library, type TemplateTools } from "./entry.ts";
import { FILTERS } from "./filters.ts";

/** All tests. */
export const TESTS: Library = {
  ...Object.fromEntries(
    (["==", "!=", "<", "<=", ">", ">="] as const).map((operator) => [operator, compared(operator)]),
  ),
  boolean: asked((item) => typeof item === "boolean"),
  callable: asked((item) => item instanceof Undefined || (item instanceof Thing && item.isCallable)),
  defined: asked((item) => !(item instanceof Undefined)),
  divisibleby: {
    parameters: ["num"],
    run: ({ subject: item, args: [number = null], tools }) =>
      equalItems(remainder(item, number, tools), 0, tools),
  },
  eq: compared("=="),
  equalto: compared("=="),
  escaped: asked(() => false),
  even: {
    parameters: [],
    run: ({ subject: item, tools }) => equalItems(remainder(item, 2, tools), 0, tools),
  },
  false: asked((item) => item === false),
  filter: named((name) => findEntry(FILTERS, name) !== undefined),
  float: asked((item) => isNumber(item) && !isInteger(item)),
  ge: compared(">="),
  greaterthan: compared(">"),
  gt: compared(">"),
  in: compared("in"),
  integer: asked((item) => isInteger(item)),
  iterable: asked((item) => elementsOf(item) !== undefined),
  le: compared("<="),
  lessthan: compared("<"),
  lower: {
    parameters: [],
    run: ({ subject: item, tools: { budget } }) => isInCase(textOf(item, budget), { upper: false }),
  },
  lt: compared("<"),
  mapping: asked((item) => isMap(item)),
  ne: compared("!="),
  none: asked((item) => item === null),
  number: asked((item) => isNumber(item) || typeof item === "boolean"),
  odd: { parameters: [], run: ({ subject: item, tools }) => equalItems(remainder(item, 2, tools), 1, tools) },
  sameas: { parameters: ["other"], run: ({ subject: item, args: [other = null] }) => isSame(item, other) },
  sequence: asked((item) =>
    typeof item === "string" || isList(item) || isMap(item) || item instanceof Tuple ||
    item instanceof Range ||
    item instanceof Undefined
  ),
  string: asked((item) => typeof item === "string"),
  test: named((name) => TEST_NAMES.has(name)),
  true: asked((item) => item === true),
  undefined: asked((item) => item instanceof Undefined),
  upper: {
    parameters: [],
    run: ({ subject: item, tools: { budget } }) => isInCase(textOf(item, budget), { upper: true }),
  },
};

const TEST_NAMES: ReadonlySet<string> = new Set(Object.keys(TESTS));

function asked(holds: (item: Item) => boolean): Entry {
  return { parameters: [], run: ({ subject }) => holds(subject) };
}

/** Whether a name is known; what cannot be a key cannot be asked for. */
function named(isKnown: (name: string) => boolean): Entry {
  return {
    parameters: [],
    run: ({ subject: item, tools: { budget } }) => {
      assertHashable(item, budget);
      return typeof item === "string" && isKnown(item);
    },
  };
}

function compared(operator: Comparison): Entry {
  return {
    parameters: ["/other"],
    run: ({ subject: left, args: [right = null], tools: { budget } }) =>
      compareBy(operator, { left, right, budget }),
  };
}

function remainder(left: Item, right: Item, tools: TemplateTools): Item {
  if (left instanceof Undefined) throw new Fault(left.message);
  return applyOperator("%", { left, right, tools });
}

/** Python's `is`: small values are one thing, others are the same only if they are one value. */
function isSame(a: Item, b: Item): boolean {
  return a === b;
}
