/** Reads arguments as what a function of Python takes. */

import { Fault } from "../limits.ts";
import { article } from "../values/compare.ts";
import { isInteger, type Item, typeOf, Undefined } from "../values/item.ts";
import { floatOf, operandOf } from "../values/numbers.ts";

/** Requires a text. */
export function requireText(item: Item): string {
  if (typeof item === "string") return item;
  if (item instanceof Undefined) throw new Fault(item.message);
  throw new Fault(`a str is needed, not ${article(typeOf(item))}`);
}

/**
 * Requires an integer, or a boolean, which counts as 0 or 1. Integers beyond 2^53 become the nearest float.
 */
export function requireInteger(item: Item): number {
  if (typeof item === "boolean") return Number(item);
  if (isInteger(item)) return Number(item);
  if (item instanceof Undefined) throw new Fault(item.message);
  throw new Fault(`an int is needed, not ${article(typeOf(item))}`);
}

/** Requires a number and returns it as a float. */
export function requireFloat(item: Item): number {
  const operand = operandOf(item);
  if (operand !== undefined) return floatOf(operand);
  if (item instanceof Undefined) throw new Fault(item.message);
  throw new Fault(`a number is needed, not ${article(typeOf(item))}`);
}
