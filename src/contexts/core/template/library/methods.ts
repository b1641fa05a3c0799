import { Fault } from "../limits.ts";
import {
  FunctionThing,
  isInteger,
  isList,
  isMap,
  isNumber,
  type Item,
  Range,
  Tuple,
  typeOf,
} from "../values/item.ts";
import { type Entry, findEntry, type Library, runEntry, type TemplateTools } from "./entry.ts";
import {
  LIST_METHODS,
  MAP_METHODS,
  NUMBER_METHODS,
  RANGE_METHODS,
  TUPLE_METHODS,
} from "./collection_methods.ts";
import { TEXT_METHODS } from "./text_methods.ts";
import { TEXT_SEARCH_METHODS } from "./text_search_methods.ts";

/** Methods that change a value in Python. */
const CHANGING: Readonly<Record<string, ReadonlySet<string>>> = {
  list: new Set(["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]),
  dict: new Set(["clear", "pop", "popitem", "setdefault", "update"]),
};

/** Members that Python has and templates have not, so that they are not taken for absent. */
const REFUSED: Readonly<Record<string, ReadonlySet<string>>> = {
  str: new Set(["encode", "format_map", "maketrans", "translate"]),
  dict: new Set(["fromkeys"]),
  int: new Set([
    "as_integer_ratio",
    "conjugate",
    "denominator",
    "from_bytes",
    "imag",
    "numerator",
    "real",
    "to_bytes",
  ]),
  float: new Set(["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "real"]),
  bool: new Set([
    "as_integer_ratio",
    "conjugate",
    "denominator",
    "from_bytes",
    "imag",
    "numerator",
    "real",
    "to_bytes",
  ]),
  generator: new Set(["close", "gi_code", "gi_frame", "gi_running", "gi_yieldfrom", "send", "throw"]),
};

const TEXT: Library = { ...TEXT_METHODS, ...TEXT_SEARCH_METHODS };

/**
 * Finds a method, bound to its value; undefined if Python has none. Throws for methods that change a value.
 */
export function findMethod(item: Item, name: string, tools: TemplateTools): Item | undefined {
  const type = typeOf(item);
  if (CHANGING[type]?.has(name) === true) {
    if (isMap(item) && item.has(name)) return undefined;
    throw new Fault(`values cannot be changed: "${name}" is not available`);
  }
  if (REFUSED[type]?.has(name) === true) {
    if (isMap(item) && item.has(name)) return undefined;
    throw new Fault(`"${name}" is not available`);
  }
  const entry = entryOf(item, name);
  if (entry === undefined) return undefined;
  const value = item;
  return new FunctionThing(
    `<built-in method ${name} of ${type} object>`,
    (args) => runEntry(entry, { value, args }, tools),
  );
}

function entryOf(item: Item, name: string): Entry | undefined {
  if (typeof item === "string") return findEntry(TEXT, name);
  if (isMap(item)) return findEntry(MAP_METHODS, name);
  if (isList(item)) return findEntry(LIST_METHODS, name);
  if (item instanceof Tuple) return findEntry(TUPLE_METHODS, name);
  if (item instanceof Range) return findEntry(RANGE_METHODS, name);
  if (typeof item === "boolean" || isInteger(item) || isNumber(item)) return findEntry(NUMBER_METHODS, name);
  return undefined;
}
