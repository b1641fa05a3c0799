import { equalNumbers, plainNumber } from "../../tree/value.ts";
import { type Budget, Fault } from "../limits.ts";
import {
  assertDefined,
  isList,
  isMap,
  isNumber,
  type Item,
  type ItemMap,
  Range,
  sequenceOf,
  Tuple,
  typeOf,
  Undefined,
  View,
} from "./item.ts";

/** Whether two items are equal in Python: `1 == 1.0 == True`, and the order of keys has no meaning. */
export function equalItems(a: Item, b: Item, { budget }: { readonly budget: Budget }): boolean {
  if (typeof a === "string" || typeof b === "string") {
    if (typeof a !== "string" || typeof b !== "string" || a.length !== b.length) return false;
    budget.text(a.length);
    return a === b;
  }
  budget.step();
  const [x, y] = [numeral(a), numeral(b)];
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && equalNumbers(x, y);
  if (a === b) return true;
  const [left, right] = [sequenceOf(a), sequenceOf(b)];
  if (left !== undefined && right !== undefined) {
    return isList(a) === isList(b) && left.length === right.length &&
      budget.nested(() => left.every((each, index) => equalItems(each, right[index] ?? null, { budget })));
  }
  if (isMap(a) && isMap(b)) return equalMaps(a, b, budget);
  if (a instanceof Range && b instanceof Range) return equalRanges(a, b);
  return a instanceof Undefined && b instanceof Undefined;
}

function equalMaps(a: ItemMap, b: ItemMap, budget: Budget): boolean {
  if (a.size !== b.size) return false;
  return budget.nested(() => {
    for (const [key, value] of a) {
      const found = findKey(b, key, { budget });
      if (found === undefined || !equalItems(value, found.value, { budget })) return false;
    }
    return true;
  });
}

function equalRanges(a: Range, b: Range): boolean {
  if (a.length !== b.length || a.length === 0) return a.length === b.length;
  return a.start === b.start && (a.length === 1 || a.step === b.step);
}

/** The number that Python compares; booleans count. */
function numeral(item: Item): number | bigint | undefined {
  if (typeof item === "boolean") return item ? 1 : 0;
  return isNumber(item) ? plainNumber(item) : undefined;
}

/** Finds a key of a map and its value; Python has one key for `1`, `1.0` and `True`. */
export function findKey(
  map: ItemMap,
  key: Item,
  { budget }: { readonly budget: Budget },
): { readonly key: Item; readonly value: Item } | undefined {
  assertHashable(key, budget);
  if (typeof key === "string") budget.text(key.length);
  const value = map.get(key);
  if (value !== undefined) return { key, value };
  if (typeof key === "string") return undefined;
  for (const [other, each] of map) {
    if (typeof other !== "string" && equalItems(other, key, { budget })) return { key: other, value: each };
  }
  return undefined;
}

/** Throws if an item cannot be a key or an element of a set. */
export function assertHashable(item: Item, budget: Budget): void {
  budget.step();
  if (isList(item) || isMap(item) || (item instanceof View && item.kind !== "values")) {
    throw new Fault(`${article(typeOf(item))} cannot be a key`);
  }
  if (item instanceof Tuple) {
    budget.nested(() => item.items.forEach((each) => assertHashable(each, budget)));
  }
}

/** Compares two items as `<` does: below, equal or above 0. Throws if Python has no order for them. */
export function compareItems(a: Item, b: Item, { budget }: { readonly budget: Budget }): number {
  budget.step();
  const [x, y] = [numeral(a), numeral(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : equalNumbers(x, y) ? 0 : NaN;
  if (typeof a === "string" && typeof b === "string") {
    budget.text(Math.min(a.length, b.length));
    return compareTexts(a, b);
  }
  [a, b].forEach(assertDefined);
  const [left, right] = [sequenceOf(a), sequenceOf(b)];
  if (left === undefined || right === undefined || isList(a) !== isList(b)) {
    throw new Fault(`${article(typeOf(a))} and ${article(typeOf(b))} have no order`);
  }
  return budget.nested(() => {
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      const [one, other] = [left[index] ?? null, right[index] ?? null];
      if (!equalItems(one, other, { budget })) return compareItems(one, other, { budget });
    }
    return left.length - right.length;
  });
}

/** Compares texts by code points, as Python does; halves of pairs would come too early. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Puts an article before the name of a type. */
export function article(type: string): string {
  return type === "NoneType" ? "None" : `${/^[aeiouU]/.test(type) ? "an" : "a"} ${type}`;
}
