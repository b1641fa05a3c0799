import type { TemplateTools } from "../library/entry.ts";
import { findMethod } from "../library/methods.ts";
import { Fault } from "../limits.ts";
import { lengthOf, sliceCharacters } from "../text/characters.ts";
import { article, findKey } from "./compare.ts";
import {
  assertDefined,
  isInteger,
  isList,
  isMap,
  type Item,
  Range,
  sequenceOf,
  Thing,
  Tuple,
  typeOf,
  Undefined,
} from "./item.ts";

/** Reads `item.name`: a method or member first, then the key of a map, as Jinja does. */
export function findAttribute(item: Item, name: string, tools: TemplateTools): Item {
  assertDefined(item);
  const found = memberOf(item, name, tools);
  if (found !== undefined) return found;
  const element = elementOf(item, name, tools);
  return element === undefined ? absent(item, name) : element;
}

/** Reads `item[key]`: the element first, then a method or member. */
export function findItem(item: Item, key: Item, tools: TemplateTools): Item {
  assertDefined(item);
  const found = elementOf(item, key, tools);
  if (found !== undefined) return found;
  const member = typeof key === "string" ? memberOf(item, key, tools) : undefined;
  return member === undefined ? absent(item, key) : member;
}

/** Reads a member or method only, as the filter `attr` does. */
export function findMember(item: Item, name: string, tools: TemplateTools): Item {
  assertDefined(item);
  const member = memberOf(item, name, tools);
  return member === undefined ? absent(item, name) : member;
}

function memberOf(item: Item, name: string, tools: TemplateTools): Item | undefined {
  if (item instanceof Thing) {
    const member = item.member(name);
    if (member !== undefined) return member;
  }
  if (item instanceof Tuple && item.names.includes(name)) return item.items[item.names.indexOf(name)];
  if (/^__.*__$/.test(name) && !(isMap(item) && item.has(name))) {
    throw new Fault(`"${name}" leads out of the values and cannot be read`);
  }
  return findMethod(item, name, tools);
}

/** The element of a map, list, tuple, range or text; undefined if it is absent. */
function elementOf(item: Item, key: Item, tools: TemplateTools): Item | undefined {
  if (isMap(item)) {
    // A list or a map is never a key.
    return isList(key) || isMap(key) ? undefined : findKey(item, key, tools)?.value;
  }
  const index = typeof key === "boolean" ? Number(key) : isInteger(key) ? Number(key) : undefined;
  if (index === undefined) return undefined;
  const items = sequenceOf(item);
  if (items !== undefined) return items.at(index);
  if (item instanceof Range) {
    const position = index < 0 ? index + item.length : index;
    return position >= 0 && position < item.length ? item.at(position) : undefined;
  }
  if (typeof item !== "string") return undefined;
  tools.budget.text(item.length);
  const start = index < 0 ? index + lengthOf(item) : index;
  const char = start < 0 ? "" : sliceCharacters(item, { start, end: start + 1 });
  return char === "" ? undefined : char;
}

function absent(item: Item, key: Item): Undefined {
  const name = typeof key === "string" ? `"${key}"` : isInteger(key) ? String(key) : article(typeOf(key));
  return new Undefined(`${article(typeOf(item))} has no ${name}`);
}
