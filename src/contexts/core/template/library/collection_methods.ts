import { Fault } from "../limits.ts";
import { equalItems, findKey } from "../values/compare.ts";
import { isInteger, isList, isMap, isNumber, type Item, type ItemMap, Tuple, View } from "../values/item.ts";
import { iterate } from "../values/iterate.ts";
import { operandOf } from "../values/numbers.ts";
import { requireInteger } from "./coerce.ts";
import type { Entry, Library } from "./entry.ts";

/** Methods of lists that only read. */
export const LIST_METHODS: Library = {
  copy: { parameters: [], run: ({ subject }) => subject },
  count: counted(),
  index: indexed(),
};

/** Methods of tuples. */
export const TUPLE_METHODS: Library = { count: counted(), index: indexed() };

/** Methods of ranges. */
export const RANGE_METHODS: Library = { count: counted(), index: indexed() };

/** Methods of maps that only read. */
export const MAP_METHODS: Library = {
  copy: { parameters: [], run: ({ subject }) => subject },
  get: {
    parameters: ["/key", "/default?"],
    run: ({ subject, args: [key = null, fallback = null], tools }) => {
      const found = findKey(requireMap(subject), key, tools);
      return found === undefined ? fallback : found.value;
    },
  },
  items: { parameters: [], run: ({ subject }) => new View("items", requireMap(subject)) },
  keys: { parameters: [], run: ({ subject }) => new View("keys", requireMap(subject)) },
  values: { parameters: [], run: ({ subject }) => new View("values", requireMap(subject)) },
};

/** Methods of numbers. */
export const NUMBER_METHODS: Library = {
  bit_length: {
    parameters: [],
    run: ({ subject }) => {
      const operand = operandOf(subject);
      if (operand === undefined || "float" in operand) throw new Fault("a float has no bit_length");
      const size = operand.integer < 0n ? -operand.integer : operand.integer;
      return size === 0n ? 0 : size.toString(2).length;
    },
  },
  is_integer: {
    parameters: [],
    run: ({ subject }) =>
      isInteger(subject) || (isNumber(subject) && Number.isInteger(Number(operandFloat(subject)))),
  },
};

function operandFloat(item: Item): number {
  const operand = operandOf(item);
  return operand !== undefined && "float" in operand ? operand.float : NaN;
}

function requireMap(item: Item): ItemMap {
  if (isMap(item)) return item;
  throw new Fault("a dict is needed");
}

function counted(): Entry {
  return {
    parameters: ["/value"],
    run: ({ subject, args: [value = null], tools: { budget } }) => {
      let count = 0;
      for (const each of iterate(subject, budget)) if (equalItems(each, value, { budget })) count++;
      return count;
    },
  };
}

function indexed(): Entry {
  return {
    parameters: ["/value", "/start?", "/stop?"],
    run: ({ subject, args: [value = null, start = 0, stop], tools: { budget } }) => {
      const items = isList(subject)
        ? subject
        : subject instanceof Tuple
        ? subject.items
        : Array.from(iterate(subject, budget));
      const from = requireInteger(start);
      const to = stop === undefined ? items.length : requireInteger(stop);
      const position = (index: number) => index < 0 ? Math.max(0, index + items.length) : index;
      const index = items.findIndex((each, at) =>
        at >= position(from) && at < position(to) && equalItems(each, value, { budget })
      );
      if (index < 0) throw new Fault("the value is not in the list");
      return index;
    },
  };
}
