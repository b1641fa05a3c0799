import { type Budget, Fault } from "../limits.ts";
import { findItem } from "../values/attributes.ts";
import { article, assertHashable, findKey } from "../values/compare.ts";
import { isMap, type Item, Stream, typeOf, Undefined, View } from "../values/item.ts";
import { assertIterable, iterate, listOf, sizeOf } from "../values/iterate.ts";
import { applyOperator } from "../values/operators.ts";
import { textOf } from "../values/print.ts";
import { requireInteger, requireMap } from "./coerce.ts";
import { any, flag, type Library, onAny, printed, type TemplateTools } from "./entry.ts";
import { makeGetter } from "./getter.ts";
import { joinTexts } from "./text_methods.ts";

/** Filters that take lists apart or put them together. */
export const LIST_FILTERS: Library = {
  batch: onAny(
    [any("linecount"), any("fill_with", null)],
    (subject, [count, fill], { budget }) => new Stream(batches(subject, { count, fill, budget })),
  ),
  count: onAny([], requireSize),
  first: onAny([], (subject, _, { budget }) => {
    for (const each of assertIterable(subject, budget)) return each;
    return new Undefined("the first item is absent: there are no items");
  }),
  items: onAny([], (subject) => new Stream(subject instanceof Undefined ? [] : pairs(subject))),
  join: onAny([printed("d", ""), any("attribute", undefined)], (subject, [separator, attribute], tools) => {
    const read = makeGetter(attribute, { tools });
    return joinTexts(separator, { items: subject, read: (each) => textOf(read(each), tools.budget) }, tools);
  }),
  last: onAny([], (subject, _, tools) => {
    const [last] = reversed(subject, tools);
    return last === undefined ? new Undefined("the last item is absent: there are no items") : last;
  }),
  length: onAny([], requireSize),
  list: onAny([], (subject, _, { budget }) => listOf(subject, budget)),
  random: onAny([], random),
  reverse: onAny([], (subject, _, tools) => {
    if (typeof subject === "string") return Array.from(subject).reverse().join("");
    if (subject instanceof Stream) return listOf(subject, tools.budget).toReversed();
    return new Stream(reversed(subject, tools), "list_reverseiterator");
  }),
  slice: onAny(
    [any("slices"), any("fill_with", null)],
    (subject, [count, fill], { budget }) => new Stream(columns(subject, { count, fill, budget })),
  ),
  sum: onAny([any("attribute", undefined), any("start", 0)], (subject, [attribute, start], tools) => {
    if (typeof start === "string") throw new Fault('texts are joined with the filter "join"');
    const read = makeGetter(attribute, { tools });
    let total: Item = start;
    for (const each of iterate(subject, tools.budget)) {
      total = applyOperator("+", { left: total, right: read(each), tools });
    }
    return total;
  }),
  unique: onAny(
    [flag("case_sensitive", false), any("attribute", undefined)],
    (subject, [sensitive, attribute], tools) =>
      new Stream(unique(subject, makeGetter(attribute, { tools, ignoreCase: !sensitive }), tools)),
  ),
};

function requireSize(subject: Item): number {
  const size = sizeOf(subject);
  if (size === undefined) throw new Fault(`${article(typeOf(subject))} has no length`);
  return size;
}

function* pairs(subject: Item): Generator<Item> {
  yield* new View("items", requireMap(subject));
}

/** The elements from the last to the first, where Python can read them so. */
function reversed(subject: Item, { budget }: TemplateTools): readonly Item[] {
  if (subject instanceof Stream) throw new Fault(`${article(typeOf(subject))} cannot be read from its end`);
  return listOf(subject, budget).toReversed();
}

function random(subject: Item, _: readonly [], tools: TemplateTools): Item {
  const size = requireSize(subject);
  if (tools.random === undefined) throw new Fault("no random numbers are available here");
  if (size === 0) return new Undefined("a random item is absent: there are no items");
  if (isMap(subject) || subject instanceof View) {
    throw new Fault(`${article(typeOf(subject))} has no positions`);
  }
  return findItem(subject, Math.floor(tools.random() * size), tools);
}

interface Filling {
  /** Read when the first element is, as Python does. */
  readonly count: Item;
  readonly fill: Item;
  readonly budget: Budget;
}

function* batches(
  subject: Item,
  { count, fill, budget }: Filling,
): Generator<Item> {
  // Python only compares the size.
  const size = typeof count === "boolean" ? Number(count) : count;
  let batch: Item[] = [];
  for (const each of iterate(subject, budget)) {
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
    batch.push(each);
  }
  const missing = typeof size === "number" ? size - batch.length : 0;
  if (batch.length > 0 && fill !== null && missing > 0) {
    budget.step(missing);
    batch = batch.concat(Array.from({ length: missing }, () => fill));
  }
  if (batch.length > 0) yield batch;
}

function* columns(
  subject: Item,
  { count: slices, fill, budget }: Filling,
): Generator<Item> {
  const items = listOf(subject, budget);
  const count = requireInteger(slices);
  if (count === 0) throw new Fault("a list cannot be divided into 0 parts");
  const each = Math.floor(items.length / count);
  const larger = ((items.length % count) + count) % count;
  for (let number = 0; number < count; number++) {
    budget.step();
    const start = number * each + Math.min(number, larger);
    const part = items.slice(start, start + each + (number < larger ? 1 : 0));
    yield fill !== null && number >= larger ? [...part, fill] : part;
  }
}

function* unique(subject: Item, read: (item: Item) => Item, { budget }: TemplateTools): Generator<Item> {
  const seen = new Map<Item, Item>();
  for (const each of iterate(subject, budget)) {
    const key = read(each);
    assertHashable(key, budget);
    if (findKey(seen, key, { budget }) !== undefined) continue;
    seen.set(key, true);
    yield each;
  }
}
