import { Fault } from "../limits.ts";
import { compareItems, equalItems } from "../values/compare.ts";
import { type Item, Tuple, Undefined } from "../values/item.ts";
import { iterate } from "../values/iterate.ts";
import { any, type Entry, flag, int, type Library, onAny, onMap, type TemplateTools } from "./entry.ts";
import { makeGetter, withoutCase } from "./getter.ts";

/** Filters that compare. */
export const ORDER_FILTERS: Library = {
  dictsort: onMap(
    [flag("case_sensitive", false), any("by", "key"), int("reverse", 0)],
    (map, [sensitive, by, reverse], tools) => {
      if (by !== "key" && by !== "value") throw new Fault('a dict is sorted by "key" or "value"');
      const entries = Array.from(map, ([key, value]) => {
        const read = by === "key" ? key : value;
        return { item: new Tuple([key, value]), key: sensitive ? read : withoutCase(read, tools) };
      });
      return sorted(entries, reverse !== 0, tools).map(({ item }) => item);
    },
  ),
  groupby: onAny(
    [any("attribute"), any("default", undefined), flag("case_sensitive", false)],
    (subject, [attribute, fallback, sensitive], tools) => {
      const read = makeGetter(attribute, { tools, fallback, ignoreCase: !sensitive });
      const groups: { readonly key: Item; readonly items: Item[] }[] = [];
      for (const { item, key } of sorted(keyed(subject, read, tools), false, tools)) {
        const last = groups.at(-1);
        if (last !== undefined && equalItems(last.key, key, tools)) last.items.push(item);
        else groups.push({ key, items: [item] });
      }
      // The name of a group is written as in its first element.
      const name = makeGetter(attribute, { tools, fallback });
      return groups.map(({ items }) => new Tuple([name(items[0] ?? null), items], ["grouper", "list"]));
    },
  ),
  max: extreme(1),
  min: extreme(-1),
  sort: onAny(
    [int("reverse", 0), flag("case_sensitive", false), any("attribute", undefined)],
    (subject, [reverse, sensitive, attribute], tools) => {
      // Several attributes are separated by commas.
      const names = typeof attribute === "string" ? attribute.split(",") : [attribute];
      const getters = names.map((each) => makeGetter(each, { tools, ignoreCase: !sensitive }));
      const entries = keyed(subject, (item) => getters.map((read) => read(item)), tools);
      return sorted(entries, reverse !== 0, tools).map(({ item }) => item);
    },
  ),
};

interface Keyed {
  readonly item: Item;
  readonly key: Item;
}

function keyed(subject: Item, read: (item: Item) => Item, { budget }: TemplateTools): readonly Keyed[] {
  return Array.from(iterate(subject, budget), (item) => ({ item, key: read(item) }));
}

/** Sorts by key; equal ones keep their order, also in reverse. */
function sorted(entries: readonly Keyed[], reverse: boolean, tools: TemplateTools): readonly Keyed[] {
  const order = reverse ? -1 : 1;
  return entries.toSorted((a, b) => order * (compareItems(a.key, b.key, tools) || 0));
}

function extreme(sign: 1 | -1): Entry {
  return onAny(
    [flag("case_sensitive", false), any("attribute", undefined)],
    (subject, [sensitive, attribute], tools) => {
      const read = makeGetter(attribute, { tools, ignoreCase: !sensitive });
      let best: Keyed | undefined;
      for (const item of iterate(subject, tools.budget)) {
        const key = read(item);
        if (best === undefined || sign * compareItems(key, best.key, tools) > 0) best = { item, key };
      }
      return best === undefined ? new Undefined("there are no items to compare") : best.item;
    },
  );
}
