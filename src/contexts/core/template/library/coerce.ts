/** Reads items as what functions of Python take. Each function throws {@link Fault} for anything else. */

import { Fault } from "../limits.ts";
import { article } from "../values/compare.ts";
import { assertDefined, isInteger, isMap, type Item, type ItemMap, typeOf } from "../values/item.ts";
import { floatOf, operandOf } from "../values/numbers.ts";

/** Requires a text. */
export function requireText(item: Item): string {
  return typeof item === "string" ? item : refuse(item, "a str");
}

/** Requires an integer or a boolean, which counts as 0 or 1. Beyond 2^53 it becomes the nearest float. */
export function requireInteger(item: Item): number {
  return typeof item === "boolean" || isInteger(item) ? Number(item) : refuse(item, "an int");
}

/** Requires a number and returns it as a float. */
export function requireFloat(item: Item): number {
  const operand = operandOf(item);
  return operand === undefined ? refuse(item, "a number") : floatOf(operand);
}

/** Requires a map. */
export function requireMap(item: Item): ItemMap {
  return isMap(item) ? item : refuse(item, "a dict");
}

function refuse(item: Item, wanted: string): never {
  assertDefined(item);
  throw new Fault(`${wanted} is needed, not ${article(typeOf(item))}`);
}
