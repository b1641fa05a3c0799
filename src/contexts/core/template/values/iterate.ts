import { type Budget, Fault } from "../limits.ts";
import { charactersOf, lengthOf } from "../text/characters.ts";
import { article } from "./compare.ts";
import { isList, isMap, type Item, Range, sequenceOf, Stream, typeOf, Undefined, View } from "./item.ts";

/** The elements of an item, as a loop of Python reads them; undefined if it has none to read. */
export function elementsOf(item: Item): Iterable<Item> | undefined {
  if (isMap(item)) return item.keys();
  if (typeof item === "string") return charactersOf(item);
  if (item instanceof Range || item instanceof View || item instanceof Stream) return item;
  return item instanceof Undefined ? [] : sequenceOf(item);
}

/** Reads the elements one by one, a step each. Throws if the item has none. */
export function* iterate(item: Item, budget: Budget): Generator<Item> {
  for (const each of assertIterable(item, budget)) {
    budget.step();
    yield each;
  }
}

/** The elements of an item. Throws if it has none. */
export function assertIterable(item: Item, budget: Budget): Iterable<Item> {
  if (typeof item === "string") budget.text(item.length);
  const elements = elementsOf(item);
  if (elements === undefined) throw new Fault(`${article(typeOf(item))} has no elements`);
  return elements;
}

/** All elements as a list. */
export function listOf(item: Item, budget: Budget): readonly Item[] {
  if (isList(item)) {
    budget.text(item.length);
    return item;
  }
  return Array.from(iterate(item, budget));
}

/** The two elements of a pair. Throws for anything else. */
export function pairOf(item: Item, budget: Budget): readonly [Item, Item] {
  const [key, value, ...more] = listOf(item, budget);
  if (key === undefined || value === undefined || more.length > 0) throw new Fault("pairs are needed");
  return [key, value];
}

/** The number of elements; undefined where Python has no length. */
export function sizeOf(item: Item): number | undefined {
  if (typeof item === "string") return lengthOf(item);
  if (item instanceof Range) return item.length;
  if (isMap(item)) return item.size;
  if (item instanceof View) return item.map.size;
  return item instanceof Undefined ? 0 : sequenceOf(item)?.length;
}
