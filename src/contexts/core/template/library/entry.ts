/** The common shape of filters, tests and methods: parameters, and a function that runs. */

import { type Budget, Fault } from "../limits.ts";
import type { FormatYaml } from "../options.ts";
import type { Arguments, Item } from "../values/item.ts";

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

/** A value with the arguments of a filter or test. */
export interface LibraryCall {
  readonly value: Item;
  readonly args: Arguments;
}

/** Arguments in the order of the parameters; undefined where one is left out. */
export type Bound = readonly (Item | undefined)[];

/** The call of an entry: the value before the filter, test or method, and the arguments. */
export interface EntryCall<Args> {
  readonly subject: Item;
  readonly args: Args;
  readonly tools: TemplateTools;
}

/**
 * A filter, test or method. A parameter with `?` can be left out, one with `/` has no name that a call may
 * use. Without `parameters` it reads its arguments itself.
 */
export type Entry =
  | { readonly parameters: readonly string[]; readonly run: (call: EntryCall<Bound>) => Item }
  | { readonly parameters?: undefined; readonly raw: (call: EntryCall<Arguments>) => Item };

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
  const result = entry.parameters === undefined
    ? entry.raw({ subject: value, args, tools })
    : entry.run({ subject: value, args: bindArguments(entry.parameters, args), tools });
  if (typeof result === "string") tools.budget.text(result.length);
  return result;
}

/** Orders arguments by parameters. Throws where one is missing, unknown or given twice. */
export function bindArguments(parameters: readonly string[], { positional, named }: Arguments): Bound {
  if (positional.length > parameters.length) {
    throw new Fault(`it takes at most ${parameters.length} arguments, not ${positional.length}`);
  }
  const bound: (Item | undefined)[] = parameters.map((_, index) => positional[index]);
  const names = parameters.map((each) => each.replace("?", ""));
  for (const [name, value] of named) {
    const index = names.indexOf(name);
    if (index < 0) throw new Fault(`it takes no argument "${name}"`);
    if (bound[index] !== undefined) throw new Fault(`the argument "${name}" is given twice`);
    bound[index] = value;
  }
  const missing = parameters.findIndex((each, index) => !each.endsWith("?") && bound[index] === undefined);
  if (missing >= 0) throw new Fault(`the argument "${names[missing]?.replace("/", "")}" is missing`);
  return bound;
}

/** The arguments of a call without any. */
export const NO_ARGUMENTS: Arguments = { positional: [], named: new Map<string, Item>(Object.entries({})) };
