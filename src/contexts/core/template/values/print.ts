import { escapeCode, pythonNumber, pythonWord, quotePython } from "../../tree/python_text.ts";
import { type Budget, Fault } from "../limits.ts";
import {
  isList,
  isMap,
  isNumber,
  type Item,
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
  if (isMap(item)) {
    const entries = Array.from(item, ([key, value]) => `${reprOf(key, budget)}: ${reprOf(value, budget)}`);
    return `{${entries.join(", ")}}`;
  }
  if (item instanceof Tuple) {
    return item.items.length === 1 ? `(${list(item.items)},)` : `(${list(item.items)})`;
  }
  if (item instanceof Range) {
    return `range(${item.start}, ${item.stop}${item.step === 1 ? "" : `, ${item.step}`})`;
  }
  if (item instanceof View) return `dict_${item.kind}([${list(item)}])`;
  if (item instanceof Stream) return `<${item.kind} object>`;
  if (item instanceof Undefined) return "Undefined";
  if (item instanceof Namespace) return `<Namespace ${reprOf(item.values, budget)}>`;
  return typeof item.describe === "string" ? item.describe : item.describe();
}

/** Formats an item by a conversion: `s` as `str()` does, `r` as `repr()`, `a` as `ascii()`. */
export function convertItem(item: Item, conversion: string, { budget }: { readonly budget: Budget }): string {
  if (conversion === "s") return textOf(item, budget);
  const text = reprOf(item, budget);
  if (conversion === "r") return text;
  if (conversion === "a") {
    return text.replace(/\P{ASCII}/gu, (char) => escapeCode(char.codePointAt(0) ?? 0));
  }
  throw new Fault(`the conversion ${JSON.stringify(conversion)} is not known`);
}
