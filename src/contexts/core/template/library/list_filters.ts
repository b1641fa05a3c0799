import { Fault } from "../limits.ts";
import { article, assertHashable, findKey } from "../values/compare.ts";
import { isList, isMap, isTrue, type Item, Stream, typeOf, Undefined, View } from "../values/item.ts";
import { assertIterable, iterate, listOf, sizeOf } from "../values/iterate.ts";
import { applyOperator } from "../values/operators.ts";
import { textOf } from "../values/print.ts";
import { findItem } from "../values/attributes.ts";
import { requireInteger } from "./coerce.ts";
import type { Bound, EntryCall, Library, TemplateTools } from "./entry.ts";
import { makeGetter } from "./getter.ts";

/** Filters that take lists apart or put them together. */
export const LIST_FILTERS: Library = {
  batch: {
    parameters: ["linecount", "fill_with?"],
    run: ({ subject, args: [count = null, fill = null], tools }) =>
      new Stream(batches(subject, { count, fill }, tools)),
  },
  count: { parameters: [], run: ({ subject }) => requireSize(subject) },
  first: { parameters: [], run: first },
  items: { parameters: [], run: ({ subject }) => new Stream(pairs(subject)) },
  join: {
    parameters: ["d?", "attribute?"],
    run: ({ subject, args: [separator = "", attribute], tools }) =>
      join(subject, { separator, attribute }, tools),
  },
  last: {
    parameters: [],
    run: ({ subject, tools }) => {
      const [last] = reversed(subject, tools);
      return last === undefined ? new Undefined("the last item is absent: there are no items") : last;
    },
  },
  length: { parameters: [], run: ({ subject }) => requireSize(subject) },
  list: { parameters: [], run: ({ subject, tools }) => listOf(subject, tools.budget) },
  random: { parameters: [], run: ({ subject, tools }) => random(subject, tools) },
  reverse: {
    parameters: [],
    run: ({ subject, tools }) => {
      if (typeof subject === "string") return Array.from(subject).reverse().join("");
      if (subject instanceof Stream) return listOf(subject, tools.budget).toReversed();
      return new Stream(reversed(subject, tools), "list_reverseiterator");
    },
  },
  slice: {
    parameters: ["slices", "fill_with?"],
    run: ({ subject, args: [slices = null, fill = null], tools }) =>
      new Stream(columns(subject, { slices, fill }, tools)),
  },
  sum: {
    parameters: ["attribute?", "start?"],
    run: ({ subject, args: [attribute, start = 0], tools }) => {
      if (typeof start === "string") throw new Fault('texts are joined with the filter "join"');
      const read = makeGetter(attribute, { tools });
      let total: Item = start;
      for (const each of iterate(subject, tools.budget)) {
        total = applyOperator("+", { left: total, right: read(each), tools });
      }
      return total;
    },
  },
  unique: {
    parameters: ["case_sensitive?", "attribute?"],
    run: ({ subject, args: [sensitive = false, attribute], tools }) =>
      new Stream(unique(subject, makeGetter(attribute, { tools, ignoreCase: !isTrue(sensitive) }), tools)),
  },
};

function requireSize(subject: Item): number {
  const size = sizeOf(subject);
  if (size === undefined) throw new Fault(`${article(typeOf(subject))} has no length`);
  return size;
}

function first({ subject, tools }: EntryCall<Bound>): Item {
  for (const each of assertIterable(subject, tools.budget)) return each;
  return new Undefined("the first item is absent: there are no items");
}

function* pairs(subject: Item): Generator<Item> {
  if (subject instanceof Undefined) return;
  if (!isMap(subject)) throw new Fault(`a dict is needed, not ${article(typeOf(subject))}`);
  yield* new View("items", subject);
}

/** The elements from the last to the first, where Python can read them so. */
function reversed(subject: Item, tools: TemplateTools): readonly Item[] {
  if (subject instanceof Stream) throw new Fault(`${article(typeOf(subject))} cannot be read from its end`);
  return listOf(subject, tools.budget).toReversed();
}

function join(
  subject: Item,
  { separator, attribute }: { readonly separator: Item; readonly attribute: Item | undefined },
  tools: TemplateTools,
): string {
  const between = textOf(separator, tools.budget);
  const read = makeGetter(attribute, { tools });
  const parts: string[] = [];
  let length = 0;
  for (const each of iterate(subject, tools.budget)) {
    const text = textOf(read(each), tools.budget);
    length += text.length + between.length;
    tools.budget.output(length, text.length + between.length);
    parts.push(text);
  }
  return parts.join(between);
}

function random(subject: Item, tools: TemplateTools): Item {
  const size = requireSize(subject);
  if (tools.random === undefined) throw new Fault("no random numbers are available here");
  if (size === 0) return new Undefined("a random item is absent: there are no items");
  const index = Math.floor(tools.random() * size);
  if (isMap(subject) || subject instanceof View) {
    throw new Fault(`${article(typeOf(subject))} has no positions`);
  }
  return findItem(subject, index, tools);
}

function* batches(
  subject: Item,
  { count, fill }: { readonly count: Item; readonly fill: Item },
  { budget }: TemplateTools,
): Generator<Item> {
  const size = isList(count) ? NaN : numberOf(count);
  let batch: Item[] = [];
  for (const each of iterate(subject, budget)) {
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
    batch.push(each);
  }
  if (batch.length === 0) return;
  yield fill === null ? batch : filled(batch, fill, { missing: size - batch.length, budget });
}

function filled(
  items: readonly Item[],
  fill: Item,
  { missing, budget }: { readonly missing: number; readonly budget: TemplateTools["budget"] },
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
  subject: Item,
  { slices, fill }: { readonly slices: Item; readonly fill: Item },
  { budget }: TemplateTools,
): Generator<Item> {
  const items = listOf(subject, budget);
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
