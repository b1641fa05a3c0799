/** The values that a template works with: those of a context, and those that only exist while it runs. */

import { WholeFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { Fault } from "../limits.ts";

/** A number; an integer unless it is a WholeFloat or has a fraction. */
export type NumberItem = number | bigint | WholeFloat;

/** A value in a template. */
export type Item =
  | null
  | boolean
  | string
  | NumberItem
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

  /** Reads the next element; undefined at the end. */
  next(): { readonly value: Item } | undefined {
    const result = this.#iterator.next();
    return result.done === true ? undefined : { value: result.value };
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

/** Something with members or a call, such as a macro, a method or `loop`. */
export abstract class Thing {
  /** Says how it prints. */
  abstract describe(): string;

  /** A member; undefined if it is absent. */
  member(_name: string): Item | undefined {
    return undefined;
  }

  /** Whether {@link invoke} works. */
  get isCallable(): boolean {
    return false;
  }

  /** Calls it. */
  invoke(_args: Arguments): Item {
    throw new Fault(`${this.describe()} cannot be called`);
  }
}

/** A function or a method. */
export class FunctionThing extends Thing {
  readonly #description: string;
  readonly #run: (args: Arguments) => Item;

  /** Makes a function. */
  constructor(description: string, run: (args: Arguments) => Item) {
    super();
    this.#description = description;
    this.#run = run;
  }

  /** Whether {@link invoke} works. */
  override get isCallable(): boolean {
    return true;
  }

  /** Says how it prints. */
  override describe(): string {
    return this.#description;
  }

  /** Calls it. */
  override invoke(args: Arguments): Item {
    return this.#run(args);
  }
}

/** The result of `namespace()`: the only thing whose members a template may set. */
export class Namespace extends Thing {
  readonly members: Map<string, Item>;

  /** Makes a namespace. */
  constructor(members: Map<string, Item>) {
    super();
    this.members = members;
  }

  /** Says how it prints. */
  override describe(): string {
    return "<Namespace>";
  }

  /** Finds a member. */
  override member(name: string): Item | undefined {
    return this.members.get(name);
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

/** Whether an item is a number; booleans are not. */
export function isNumber(item: Item): item is NumberItem {
  return typeof item === "number" || typeof item === "bigint" || item instanceof WholeFloat;
}

/** Recognizes an integer; a boolean is not one. */
export function isInteger(item: Item): item is number | bigint {
  return typeof item === "bigint" ||
    (typeof item === "number" && Number.isInteger(item) && !Object.is(item, -0));
}

/** The name of the item's type in Python. */
export function typeOf(item: Item): string {
  if (item === null) return "NoneType";
  if (typeof item === "boolean") return "bool";
  if (typeof item === "string") return "str";
  if (isInteger(item)) return "int";
  if (isNumber(item)) return "float";
  if (isList(item)) return "list";
  if (isMap(item)) return "dict";
  if (item instanceof Tuple) return "tuple";
  if (item instanceof Range) return "range";
  if (item instanceof View) return `dict_${item.kind}`;
  if (item instanceof Stream) return item.kind;
  return item instanceof Undefined ? "Undefined" : "function";
}

/** Whether Python takes an item for true. */
export function isTrue(item: Item): boolean {
  if (typeof item === "string") return item !== "";
  if (isNumber(item)) return item instanceof WholeFloat ? item.value !== 0 : item !== 0 && item !== 0n;
  if (isList(item)) return item.length > 0;
  if (isMap(item)) return item.size > 0;
  if (item instanceof Tuple) return item.items.length > 0;
  if (item instanceof Range) return item.length > 0;
  if (item instanceof View) return item.map.size > 0;
  return item !== null && item !== false && !(item instanceof Undefined);
}
