import { Fault } from "../limits.ts";
import { article, assertHashable, findKey } from "../values/compare.ts";
import { isList, isMap, isTrue, type Item, Stream, typeOf, Undefined, View } from "../values/item.ts";
import { assertIterable, iterate, listOf, sizeOf } from "../values/iterate.ts";
import { applyOperator } from "../values/operators.ts";
import { textOf } from "../values/print.ts";
import { findItem } from "../values/attributes.ts";
import { requireInteger } from "./coerce.ts";
import type { Bound, Library, TemplateTools } from "./entry.ts";
import { makeGetter } from "./getter.ts";

/** Filters that take lists apart or put them together. */
export const LIST_FILTERS: Library = {
  batch: {
    parameters: ["linecount", "fill_with?"],
    run: (self, [count = null, fill = null], tools) => new Stream(batches(self, { count, fill }, tools)),
  },
  count: { parameters: [], run: requireSize },
  first: { parameters: [], run: first },
  items: { parameters: [], run: (self) => new Stream(pairs(self)) },
  join: {
    parameters: ["d?", "attribute?"],
    run: (self, [separator = "", attribute], tools) => join(self, { separator, attribute }, tools),
  },
  last: {
    parameters: [],
    run: (self, _args, tools) => {
      const [last] = reversed(self, tools);
      return last === undefined ? new Undefined("the last item is absent: there are no items") : last;
    },
  },
  length: { parameters: [], run: requireSize },
  list: { parameters: [], run: (self, _args, tools) => listOf(self, tools.budget) },
  random: { parameters: [], run: (self, _args, tools) => random(self, tools) },
  reverse: {
    parameters: [],
    run: (self, _args, tools) => {
      if (typeof self === "string") return Array.from(self).reverse().join("");
      if (self instanceof Stream) return listOf(self, tools.budget).toReversed();
      return new Stream(reversed(self, tools), "list_reverseiterator");
    },
  },
  slice: {
    parameters: ["slices", "fill_with?"],
    run: (self, [slices = null, fill = null], tools) => new Stream(columns(self, { slices, fill }, tools)),
  },
  sum: {
    parameters: ["attribute?", "start?"],
    run: (self, [attribute, start = 0], tools) => {
      if (typeof start === "string") throw new Fault('texts are joined with the filter "join"');
      const read = makeGetter(attribute, { tools });
      let total: Item = start;
      for (const each of iterate(self, tools.budget)) {
        total = applyOperator("+", { left: total, right: read(each), tools });
      }
      return total;
    },
  },
  unique: {
    parameters: ["case_sensitive?", "attribute?"],
    run: (self, [sensitive = false, attribute], tools) =>
      new Stream(unique(self, makeGetter(attribute, { tools, ignoreCase: !isTrue(sensitive) }), tools)),
  },
};

function requireSize(self: Item): number {
  const size = sizeOf(self);
  if (size === undefined) throw new Fault(`${article(typeOf(self))} has no length`);
  return size;
}

function first(self: Item, _args: Bound, tools: TemplateTools): Item {
  for (const each of assertIterable(self, tools.budget)) return each;
  return new Undefined("the first item is absent: there are no items");
}

function* pairs(self: Item): Generator<Item> {
  if (self instanceof Undefined) return;
  if (!isMap(self)) throw new Fault(`a dict is needed, not ${article(typeOf(self))}`);
  yield* new View("items", self);
}

/** The elements from the last to the first, where Python can read them so. */
function reversed(self: Item, tools: TemplateTools): readonly Item[] {
  if (self instanceof Stream) throw new Fault(`${article(typeOf(self))} cannot be read from its end`);
  return listOf(self, tools.budget).toReversed();
}

function join(
  self: Item,
  { separator, attribute }: { readonly separator: Item; readonly attribute: Item | undefined },
  tools: TemplateTools,
): string {
  const between = textOf(separator, tools.budget);
  const read = makeGetter(attribute, { tools });
  const parts: string[] = [];
  let length = 0;
  for (const each of iterate(self, tools.budget)) {
    const text = textOf(read(each), tools.budget);
    length += text.length + between.length;
    tools.budget.output(length, text.length + between.length);
    parts.push(text);
  }
  return parts.join(between);
}

function random(self: Item, tools: TemplateTools): Item {
  const size = requireSize(self);
  if (tools.random === undefined) throw new Fault("no random numbers are available here");
  if (size === 0) return new Undefined("a random item is absent: there are no items");
  const index = Math.floor(tools.random() * size);
  if (isMap(self) || self instanceof View) throw new Fault(`${article(typeOf(self))} has no positions`);
  return findItem(self, index, tools);
}

function* batches(
  self: Item,
  { count, fill }: { readonly count: Item; readonly fill: Item },
  { budget }: TemplateTools,
): Generator<Item> {
  const size = isList(count) ? NaN : numberOf(count);
  let batch: Item[] = [];
  for (const each of iterate(self, budget)) {
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
    batch.push(each);
  }
  if (batch.length === 0) return;
  yield fill === null ? batch : filled(batch, fill, size - batch.length, budget);
}

function filled(
  items: readonly Item[],
  fill: Item,
  missing: number,
  budget: TemplateTools["budget"],
): readonly Item[] {
  if (!(missing > 0)) return items;
  budget.step(missing);
  return [...items, ...Array.from({ length: missing }, () => fill)];
}

/** A count that Python only compares. */
function numberOf(item: Item): number {
  return typeof item === "number" ? item : typeof item === "boolean" ? Number(item) : NaN;
}

function* columns(
  self: Item,
  { slices, fill }: { readonly slices: Item; readonly fill: Item },
  { budget }: TemplateTools,
): Generator<Item> {
  const items = listOf(self, budget);
  const count = requireInteger(slices);
  if (count === 0) throw new Fault("a list cannot be divided into 0 parts");
  const each = Math.floor(items.length / count);
  const larger = ((items.length % count) + count) % count;
  let offset = 0;
  for (let number = 0; number < count; number++) {
    budget.step();
    const start = offset + number * each;
    if (number < larger) offset++;
    const part = items.slice(start, offset + (number + 1) * each);
    yield fill !== null && number >= larger ? [...part, fill] : part;
  }
}

function* unique(self: Item, read: (item: Item) => Item, { budget }: TemplateTools): Generator<Item> {
  const seen = new Map<Item, Item>();
  for (const each of iterate(self, budget)) {
    const key = read(each);
    assertHashable(key, budget);
    if (findKey(seen, key, budget) !== undefined) continue;
    seen.set(key, true);
    yield each;
  }
}
