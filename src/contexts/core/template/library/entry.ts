/** Filters, tests and methods as data: how each reads its value and its arguments, and a function that runs. */

import { type Budget, Fault } from "../limits.ts";
import type { FormatYaml } from "../options.ts";
import { type Arguments, isTrue, type Item } from "../values/item.ts";
import { textOf } from "../values/print.ts";
import { requireInteger, requireMap, requireText } from "./coerce.ts";

/** The tools of an entry of the library besides its arguments. */
export interface TemplateTools {
  readonly budget: Budget;
  readonly random: (() => number) | undefined;
  readonly formatYaml: FormatYaml | undefined;
  /** Runs a filter by its name. */
  filter(name: string, call: LibraryCall): Item;
  /** Runs a test by its name. */
  test(name: string, call: LibraryCall): boolean;
}

/** The part of the tools that counts. */
export type BudgetTools = Pick<TemplateTools, "budget">;

/** A value with the arguments of a filter or test. */
export interface LibraryCall {
  readonly value: Item;
  readonly args: Arguments;
}

/** A filter, test or method. */
export type Entry = (value: Item, args: Arguments, tools: TemplateTools) => Item;

/** Entries by name. */
export type Library = Readonly<Record<string, Entry>>;

/** Finds an entry by its name. */
export function findEntry(library: Library, name: string): Entry | undefined {
  return Object.hasOwn(library, name) ? library[name] : undefined;
}

/** Runs an entry, and counts the texts that it reads and makes. */
export function runEntry(entry: Entry, { value, args }: LibraryCall, tools: TemplateTools): Item {
  tools.budget.step();
  if (typeof value === "string") tools.budget.text(value.length);
  const result = entry(value, args, tools);
  if (typeof result === "string") tools.budget.text(result.length);
  return result;
}

/** Reads an item as what a function of Python takes. Throws {@link Fault} for anything else. */
type Reader<T> = (item: Item, tools: BudgetTools) => T;

const asText: Reader<string> = (item, { budget }) => textOf(item, budget);

/** A parameter of an entry. */
export interface Parameter<T> {
  /** One that begins with `/` cannot be given by its name. */
  readonly name: string;
  readonly read: Reader<T>;
  /** The value without an argument; an empty list if the argument is needed. */
  readonly fallback: readonly T[];
  /** Whether None counts as no argument. */
  readonly isNullable: boolean;
}

/** Declares a parameter of one kind. A name with `?` at its end takes None too, which counts as no argument. */
interface Declare<T> {
  (name: string): Parameter<T>;
  <Fallback>(name: string, fallback: Fallback): Parameter<T | Fallback>;
}

function parameters<T>(read: Reader<T>): Declare<T> {
  return <Fallback>(name: string, ...fallback: readonly Fallback[]): Parameter<T | Fallback> => ({
    name: name.replace("?", ""),
    read,
    fallback,
    isNullable: name.endsWith("?"),
  });
}

/** Declares a parameter that takes anything. */
export const any = parameters((item) => item);
/** Declares a parameter that takes an integer. */
export const int = parameters(requireInteger);
/** Declares a parameter that takes a text. */
export const str = parameters(requireText);
/** Declares a parameter that takes anything as its text. */
export const printed = parameters(asText);
/** Declares a parameter that takes anything as true or false. */
export const flag = parameters(isTrue);

type Values<P extends readonly Parameter<unknown>[]> = {
  readonly [Index in keyof P]: P[Index] extends Parameter<infer T> ? T : never;
};

/** Makes the function that makes entries for values of one kind, from their parameters and what runs. */
function entries<Value>(read: Reader<Value>) {
  return <const P extends readonly Parameter<unknown>[]>(
    takes: P,
    run: (value: Value, args: Values<P>, tools: TemplateTools) => Item,
  ): Entry =>
  (value, args, tools: TemplateTools) => {
    const bound = bindArguments(takes, args, tools);
    return run(read(value, tools), bound, tools);
  };
}

/** Makes an entry for any value. */
export const onAny = entries((item) => item);
/** Makes an entry for texts. */
export const onText = entries(requireText);
/** Makes an entry for any value as its text. */
export const onPrinted = entries(asText);
/** Makes an entry for maps. */
export const onMap = entries(requireMap);

/** Reads arguments by parameters. Throws {@link Fault} where one is missing, unknown or given twice. */
export function bindArguments<const P extends readonly Parameter<unknown>[]>(
  takes: P,
  { positional, named }: Arguments,
  tools: BudgetTools,
): Values<P> {
  if (positional.length > takes.length) {
    throw new Fault(`it takes at most ${takes.length} arguments, not ${positional.length}`);
  }
  for (const name of named.keys()) {
    const index = takes.findIndex((each) => each.name === name);
    if (index < 0) throw new Fault(`it takes no argument "${name}"`);
    if (index < positional.length) throw new Fault(`the argument "${name}" is given twice`);
  }
  const values: unknown[] = [];
  for (const { name, read, fallback, isNullable } of takes) {
    const given = values.length < positional.length ? positional[values.length] : named.get(name);
    if (given !== undefined && !(isNullable && given === null)) values.push(read(given, tools));
    else if (fallback.length > 0) values.push(fallback[0]);
    else throw new Fault(`the argument "${name.replace("/", "")}" is missing`);
  }
  return values as unknown as Values<P>;
}
