/** The values that a template works with: those of a context, and those that only exist while it runs. */

import { WholeFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { pythonType } from "../../tree/python_text.ts";
import { isIntegerValue, isValueNumber, type ValueNumber } from "../../tree/value.ts";
import { Fault } from "../limits.ts";

/** A value in a template. */
export type Item =
  | null
  | boolean
  | string
  | ValueNumber
  | readonly Item[]
  | ItemMap
  | Tuple
  | Range
  | View
  | Stream
  | Undefined
  | Thing;

/**
 * A map in a template; its keys are texts, or numbers, booleans, null and tuples where a template makes
 * them.
 */
export type ItemMap = ReadonlyMap<Item, Item>;

/** A list that is written with parentheses. */
export class Tuple {
  readonly items: readonly Item[];
  /** The names of the elements, where the filter `groupby` made it. */
  readonly names: readonly string[];

  /** Makes a tuple. */
  constructor(items: readonly Item[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** The integers from start to before stop. */
export class Range {
  readonly start: number;
  readonly step: number;
  readonly length: number;
  /** As it was written. */
  readonly stop: number;

  /** Makes a range; the step is not 0. */
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  /** The element at a position from 0. */
  at(index: number): number {
    return this.start + index * this.step;
  }

  /** Reads the elements in their order. */
  *[Symbol.iterator](): Generator<Item> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

/** The result of `keys()`, `values()` and `items()`. */
export class View {
  readonly kind: "keys" | "values" | "items";
  readonly map: ItemMap;

  /** Makes a view of a map. */
  constructor(kind: View["kind"], map: ItemMap) {
    this.kind = kind;
    this.map = map;
  }

  /** Reads the elements in their order. */
  *[Symbol.iterator](): Generator<Item> {
    if (this.kind === "keys") yield* this.map.keys();
    else if (this.kind === "values") yield* this.map.values();
    else for (const [key, value] of this.map) yield new Tuple([key, value]);
  }
}

/**
 * Elements that are made when they are read, and can be read once, such as the result of the filter `map`.
 */
export class Stream {
  /** The name of Python for it. */
  readonly kind: string;
  readonly #iterator: Iterator<Item>;

  /** Makes a stream; nothing is read yet. */
  constructor(items: Iterable<Item>, kind = "generator") {
    this.kind = kind;
    this.#iterator = items[Symbol.iterator]();
  }

  /** Reads the elements that were not read yet. */
  [Symbol.iterator](): Iterator<Item> {
    return { next: () => this.#iterator.next() };
  }
}

/** An absent value. It prints as nothing, and most operations on it are faults. */
export class Undefined {
  readonly message: string;

  /** Makes an absent value; the message says what is absent. */
  constructor(message: string) {
    this.message = message;
  }
}

/** The arguments of a call. */
export interface Arguments {
  readonly positional: readonly Item[];
  readonly named: ReadonlyMap<string, Item>;
}

/** The parts of a {@link Thing} besides its text. */
export interface ThingParts {
  /** The members by name. Each is made when it is read. */
  readonly members?: Readonly<Record<string, () => Item>>;
  readonly call?: (args: Arguments) => Item;
}

/** Something with members or a call, such as a macro, a method or `loop`. */
export class Thing {
  /** Says how it prints. */
  readonly describe: string | (() => string);
  /** Calls it; undefined if it cannot be called. */
  readonly call: ((args: Arguments) => Item) | undefined;
  readonly #members: Readonly<Record<string, () => Item>>;

  /** Makes a thing. */
  constructor(describe: string | (() => string), { members = {}, call }: ThingParts) {
    this.describe = describe;
    this.call = call;
    this.#members = members;
  }

  /** Reads a member; undefined if it is absent. */
  member(name: string): Item | undefined {
    return Object.hasOwn(this.#members, name) ? this.#members[name]?.() : undefined;
  }
}

/** The result of `namespace()`: the only thing whose members a template may set. */
export class Namespace extends Thing {
  readonly values: Map<Item, Item>;

  /** Makes a namespace. */
  constructor(values: Map<Item, Item>) {
    super("<Namespace>", {});
    this.values = values;
  }

  /** Reads a member; undefined if it is absent. */
  override member(name: string): Item | undefined {
    return this.values.get(name);
  }
}

/** Whether an item is a map. */
export function isMap(item: Item): item is ItemMap {
  return item instanceof Map;
}

/** Recognizes a list by its kind. */
export function isList(item: Item): item is readonly Item[] {
  return Array.isArray(item);
}

/** The elements of a list or tuple; undefined for anything else. */
export function sequenceOf(item: Item): readonly Item[] | undefined {
  return isList(item) ? item : item instanceof Tuple ? item.items : undefined;
}

/** Throws {@link Fault} for an absent value. */
export function assertDefined(item: Item): void {
  if (item instanceof Undefined) throw new Fault(item.message);
}

/** Whether an item is a number; booleans are not. */
export const isNumber: (item: Item) => item is ValueNumber = isValueNumber;

/** Recognizes an integer; a boolean is not one. */
export const isInteger: (item: Item) => item is number | bigint = isIntegerValue;

/** The name of the item's type in Python. */
export function typeOf(item: Item): string {
  if (item instanceof Tuple) return "tuple";
  if (item instanceof Range) return "range";
  if (item instanceof View) return `dict_${item.kind}`;
  if (item instanceof Stream) return item.kind;
  if (item instanceof Undefined) return "Undefined";
  return item instanceof Thing ? "function" : isList(item) ? "list" : isMap(item) ? "dict" : pythonType(item);
}

/** Whether Python takes an item for true. */
export function isTrue(item: Item): boolean {
  if (typeof item === "string") return item !== "";
  if (isNumber(item)) return item instanceof WholeFloat ? item.value !== 0 : item !== 0 && item !== 0n;
  if (item instanceof Range) return item.length > 0;
  if (item instanceof View) return item.map.size > 0;
  if (isMap(item)) return item.size > 0;
  const items = sequenceOf(item);
  return items === undefined
    ? item !== null && item !== false && !(item instanceof Undefined)
    : items.length > 0;
}
