import { Fault } from "../limits.ts";
import { findMember } from "../values/attributes.ts";
import { type Arguments, isTrue, type Item, Stream } from "../values/item.ts";
import { iterate } from "../values/iterate.ts";
import { requireText } from "./coerce.ts";
import { type Entry, type Library, onAny, str, type TemplateTools } from "./entry.ts";
import { makeGetter } from "./getter.ts";

/** Filters that apply other filters and tests to elements. Their elements are made when they are read. */
export const SELECT_FILTERS: Library = {
  attr: onAny([str("name")], (subject, [name], tools) => findMember(subject, name, tools)),
  map: (subject, args, tools: TemplateTools) => new Stream(mapped(subject, args, tools)),
  reject: selecting({ byAttribute: false, wanted: false }),
  rejectattr: selecting({ byAttribute: true, wanted: false }),
  select: selecting({ byAttribute: false, wanted: true }),
  selectattr: selecting({ byAttribute: true, wanted: true }),
};

function* mapped(subject: Item, args: Arguments, tools: TemplateTools): Generator<Item> {
  if (!isTrue(subject)) return;
  const change = mapping(args, tools);
  for (const each of iterate(subject, tools.budget)) yield change(each);
}

function mapping({ positional, named }: Arguments, tools: TemplateTools): (item: Item) => Item {
  const [name, ...rest] = positional;
  if (name !== undefined) {
    const args = { positional: rest, named };
    return (value) => tools.filter(requireText(name), { value, args });
  }
  if (!named.has("attribute")) throw new Fault("the name of a filter is missing");
  const odd = [...named.keys()].find((each) => each !== "attribute" && each !== "default");
  if (odd !== undefined) throw new Fault(`it takes no argument "${odd}"`);
  return makeGetter(named.get("attribute"), { tools, fallback: named.get("default") });
}

interface Selection {
  readonly byAttribute: boolean;
  readonly wanted: boolean;
}

function selecting(how: Selection): Entry {
  return (subject, args, tools: TemplateTools) => new Stream(selected(subject, { ...how, args }, tools));
}

function* selected(
  subject: Item,
  { byAttribute, wanted, args: { positional: all, named } }: Selection & { readonly args: Arguments },
  tools: TemplateTools,
): Generator<Item> {
  if (!isTrue(subject)) return;
  const [attribute, rest] = byAttribute ? [all[0], all.slice(1)] : [undefined, all];
  if (byAttribute && attribute === undefined) throw new Fault("the name of an attribute is missing");
  const read = makeGetter(attribute, { tools });
  const [name, ...positional] = rest;
  const holds = name === undefined
    ? isTrue
    : (value: Item) => tools.test(requireText(name), { value, args: { positional, named } });
  for (const each of iterate(subject, tools.budget)) if (holds(read(each)) === wanted) yield each;
}
