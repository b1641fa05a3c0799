import { pythonNumber, pythonWord, quotePython } from "../../tree/python_text.ts";
import type { Budget } from "../limits.ts";
import {
  isList,
  isMap,
  isNumber,
  type Item,
  type ItemMap,
  Namespace,
  Range,
  Stream,
  Tuple,
  Undefined,
  View,
} from "./item.ts";
import { assertPrintable } from "./numbers.ts";

/** Formats an item as Python's `str()` does. */
export function textOf(item: Item, budget: Budget): string {
  if (typeof item === "string") return item;
  return item instanceof Undefined ? "" : reprOf(item, budget);
}

/** Formats an item as Python's `repr()` does. */
export function reprOf(item: Item, budget: Budget): string {
  const text = budget.nested(() => format(item, budget));
  budget.text(text.length);
  return text;
}

function format(item: Item, budget: Budget): string {
  const list = (items: Iterable<Item>) => Array.from(items, (each) => reprOf(each, budget)).join(", ");
  if (typeof item === "string") return quotePython(item);
  if (item === null || typeof item === "boolean") return pythonWord(item);
  if (isNumber(item)) {
    // Decimal digits of a large integer take long.
    if (typeof item === "bigint") budget.bits(item.toString(16).length * 64);
    return pythonNumber(assertPrintable(item));
  }
  if (isList(item)) return `[${list(item)}]`;
  if (isMap(item)) return formatMap(item, budget);
  if (item instanceof Tuple) {
    return item.items.length === 1 ? `(${list(item.items)},)` : `(${list(item.items)})`;
  }
  if (item instanceof Range) return formatRange(item);
  if (item instanceof View) return `dict_${item.kind}([${list(item)}])`;
  if (item instanceof Stream) return `<${item.kind} object>`;
  if (item instanceof Undefined) return "Undefined";
  return item instanceof Namespace ? `<Namespace ${reprOf(item.members, budget)}>` : item.describe();
}

function formatMap(map: ItemMap, budget: Budget): string {
  const entries = Array.from(map, ([key, value]) => `${reprOf(key, budget)}: ${reprOf(value, budget)}`);
  return `{${entries.join(", ")}}`;
}

function formatRange({ start, stop, step }: Range): string {
  return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
}
