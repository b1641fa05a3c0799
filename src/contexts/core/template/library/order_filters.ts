import { Fault } from "../limits.ts";
import { article, compareItems, equalItems } from "../values/compare.ts";
import { isMap, isTrue, type Item, Tuple, typeOf, Undefined } from "../values/item.ts";
import { iterate, listOf } from "../values/iterate.ts";
import { requireInteger } from "./coerce.ts";
import type { Entry, Library, TemplateTools } from "./entry.ts";
import { makeGetter, withoutCase } from "./getter.ts";

/** Filters that compare. */
export const ORDER_FILTERS: Library = {
  dictsort: {
    parameters: ["case_sensitive?", "by?", "reverse?"],
    run: ({ subject, args: [sensitive = false, by = "key", reverse = false], tools }) => {
      if (subject instanceof Undefined) throw new Fault(subject.message);
      if (!isMap(subject)) throw new Fault(`a dict is needed, not ${article(typeOf(subject))}`);
      if (by !== "key" && by !== "value") throw new Fault('a dict is sorted by "key" or "value"');
      const entries = Array.from(subject, ([key, value]) => {
        const read = by === "key" ? key : value;
        return {
          item: new Tuple([key, value]),
          key: isTrue(sensitive) ? read : withoutCase(read, tools.budget),
        };
      });
      return sorted(entries, requireInteger(reverse) !== 0, tools);
    },
  },
  groupby: {
    parameters: ["attribute", "default?", "case_sensitive?"],
    run: ({ subject, args: [attribute = null, fallback, sensitive = false], tools }) =>
      group(subject, { attribute, fallback, ignoreCase: !isTrue(sensitive) }, tools),
  },
  max: extreme(1),
  min: extreme(-1),
  sort: {
    parameters: ["reverse?", "case_sensitive?", "attribute?"],
    run: ({ subject, args: [reverse = false, sensitive = false, attribute], tools }) => {
      const read = manyGetter(attribute, { tools, ignoreCase: !isTrue(sensitive) });
      const entries = Array.from(iterate(subject, tools.budget), (item) => ({ item, key: read(item) }));
      return sorted(entries, requireInteger(reverse) !== 0, tools);
    },
  },
};

interface Keyed {
  readonly item: Item;
  readonly key: Item;
}

/** Sorts by key; equal ones keep their order, also in reverse. */
function sorted(entries: readonly Keyed[], reverse: boolean, { budget }: TemplateTools): readonly Item[] {
  const order = reverse ? -1 : 1;
  return entries.toSorted((a, b) => order * (compareItems(a.key, b.key, { budget }) || 0)).map((each) =>
    each.item
  );
}

/** Reads several attributes, separated by commas, as a list. */
function manyGetter(
  attribute: Item | undefined,
  options: { readonly tools: TemplateTools; readonly ignoreCase: boolean },
): (item: Item) => Item {
  const names = typeof attribute === "string" ? attribute.split(",") : [attribute];
  const getters = names.map((each) => makeGetter(each, options));
  return (item) => getters.map((read) => read(item));
}

function extreme(sign: 1 | -1): Entry {
  return {
    parameters: ["case_sensitive?", "attribute?"],
    run: ({ subject, args: [sensitive = false, attribute], tools }) => {
      const read = makeGetter(attribute, { tools, ignoreCase: !isTrue(sensitive) });
      let best: Keyed | undefined;
      for (const item of iterate(subject, tools.budget)) {
        const key = read(item);
        if (best === undefined || sign * compareItems(key, best.key, { budget: tools.budget }) > 0) {
          best = { item, key };
        }
      }
      return best?.item ?? (best === undefined ? new Undefined("there are no items to compare") : null);
    },
  };
}

function group(
  subject: Item,
  { attribute, fallback, ignoreCase }: {
    readonly attribute: Item;
    readonly fallback: Item | undefined;
    readonly ignoreCase: boolean;
  },
  tools: TemplateTools,
): readonly Item[] {
  const { budget } = tools;
  const read = makeGetter(attribute, { tools, fallback, ignoreCase });
  const entries = listOf(subject, budget).map((item) => ({ item, key: read(item) }));
  const groups: { readonly key: Item; readonly items: Item[] }[] = [];
  for (const item of sorted(entries, false, tools)) {
    const key = read(item);
    const last = groups.at(-1);
    if (last !== undefined && equalItems(last.key, key, { budget })) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  // The name of a group is written as in its first element.
  const name = makeGetter(attribute, { tools, fallback });
  return groups.map(({ items }) => new Tuple([name(items[0] ?? null), items], ["grouper", "list"]));
}
