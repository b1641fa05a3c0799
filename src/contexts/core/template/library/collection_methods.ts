import { Fault } from "../limits.ts";
import { equalItems, findKey } from "../values/compare.ts";
import { isInteger, type Item, View } from "../values/item.ts";
import { iterate, listOf } from "../values/iterate.ts";
import { operandOf } from "../values/numbers.ts";
import { any, int, type Library, onAny, onMap } from "./entry.ts";

/** Methods of tuples and ranges. */
export const SEQUENCE_METHODS: Library = {
  count: onAny([any("/value")], (subject, [value], { budget }) => {
    let count = 0;
    for (const each of iterate(subject, budget)) if (equalItems(each, value, { budget })) count++;
    return count;
  }),
  index: onAny([any("/value"), int("/start", 0), int("/stop", Infinity)], (subject, args, { budget }) => {
    const [value, start, stop] = args;
    const items = listOf(subject, budget);
    const position = (index: number) => index < 0 ? Math.max(0, index + items.length) : index;
    const index = items.findIndex((each, at) =>
      at >= position(start) && at < position(stop) && equalItems(each, value, { budget })
    );
    if (index < 0) throw new Fault("the value is not in the list");
    return index;
  }),
};

/** Methods of lists that only read. */
export const LIST_METHODS: Library = { ...SEQUENCE_METHODS, copy: onAny([], (subject) => subject) };

/** Methods of maps that only read. */
export const MAP_METHODS: Library = {
  copy: onMap([], (map) => map),
  get: onMap([any("/key"), any("/default", null)], (map, [key, fallback], tools) => {
    const found = findKey(map, key, tools);
    return found === undefined ? fallback : found.value;
  }),
  items: onMap([], (map) => new View("items", map)),
  keys: onMap([], (map) => new View("keys", map)),
  values: onMap([], (map) => new View("values", map)),
};

/** Methods of numbers. */
export const NUMBER_METHODS: Library = {
  bit_length: onAny([], (subject) => {
    const operand = operandOf(subject);
    if (operand === undefined || "float" in operand) throw new Fault("a float has no bit_length");
    const bits = operand.integer.toString(2).replace("-", "");
    return bits === "0" ? 0 : bits.length;
  }),
  is_integer: onAny([], (subject: Item) => {
    const operand = operandOf(subject);
    return isInteger(subject) ||
      (operand !== undefined && "float" in operand && Number.isInteger(operand.float));
  }),
};
