import { Fault } from "../limits.ts";
import { article, findKey } from "../values/compare.ts";
import {
  type Arguments,
  FunctionThing,
  isMap,
  type Item,
  type ItemMap,
  Namespace,
  Range,
  Thing,
  typeOf,
} from "../values/item.ts";
import { iterate, listOf } from "../values/iterate.ts";
import { textOf } from "../values/print.ts";
import { requireInteger } from "./coerce.ts";
import { bindArguments, type TemplateTools } from "./entry.ts";

/** The functions that every template sees, below the names that it is given. */
export function makeGlobals(tools: TemplateTools): ReadonlyMap<string, Item> {
  const functions: Readonly<Record<string, (args: Arguments) => Item>> = {
    cycler: ({ positional }) => new Cycler(positional),
    dict: (args) => makeDict(args, tools),
    joiner: (args) => {
      const [separator = ", "] = bindArguments(["sep?"], args);
      return new Joiner(textOf(separator, tools.budget));
    },
    lipsum: () => {
      throw new Fault("filler text is not available");
    },
    namespace: (args) => new Namespace(namesOf(makeDict(args, tools))),
    range: makeRange,
  };
  return new Map(
    Object.entries(functions).map(([name, run]) => [name, new FunctionThing(`<function ${name}>`, run)]),
  );
}

function makeRange(args: Arguments): Range {
  if (args.named.size > 0) throw new Fault("it takes no arguments with names");
  const [first, second, third = 1] = bindArguments(["/start", "/stop?", "/step?"], args).map((each) =>
    each === undefined ? undefined : requireInteger(each)
  );
  const [start, stop] = second === undefined ? [0, first ?? 0] : [first ?? 0, second];
  if (third === 0) throw new Fault("the step of a range cannot be zero");
  if (![start, stop, third].every(Number.isSafeInteger)) throw new Fault("a range is too large");
  return new Range(start, stop, third);
}

function makeDict(
  { positional: [source, ...more], named }: Arguments,
  { budget }: TemplateTools,
): Map<Item, Item> {
  if (more.length > 0) throw new Fault("it takes one dict or list of pairs");
  const map = new Map<Item, Item>();
  const set = (key: Item, value: Item) => map.set(findKey(map, key, { budget })?.key ?? key, value);
  if (source !== undefined && isMap(source)) {
    budget.step(source.size);
    for (const [key, value] of source) map.set(key, value);
  } else if (source !== undefined) {
    for (const each of iterate(source, budget)) {
      const [key, value, ...rest] = listOf(each, budget);
      if (key === undefined || value === undefined || rest.length > 0) throw new Fault("pairs are needed");
      set(key, value);
    }
  }
  for (const [key, value] of named) set(key, value);
  return map;
}

function namesOf(map: ItemMap): Map<string, Item> {
  return new Map(Array.from(map, ([key, value]) => {
    if (typeof key !== "string") throw new Fault(`${article(typeOf(key))} cannot be a name`);
    return [key, value];
  }));
}

/** The result of `cycler()`. */
class Cycler extends Thing {
  readonly #items: readonly Item[];
  #position = 0;

  constructor(items: readonly Item[]) {
    super();
    if (items.length === 0) throw new Fault("there is nothing to cycle through");
    this.#items = items;
  }

  override describe(): string {
    return "<Cycler>";
  }

  override member(name: string): Item | undefined {
    const current = this.#items[this.#position];
    if (name === "current") return current;
    if (name === "pos") return this.#position;
    if (name === "next") {
      return new FunctionThing("<bound method Cycler.next>", () => {
        const item = this.#items[this.#position] ?? null;
        this.#position = (this.#position + 1) % this.#items.length;
        return item;
      });
    }
    if (name !== "reset") return undefined;
    return new FunctionThing("<bound method Cycler.reset>", () => {
      this.#position = 0;
      return null;
    });
  }
}

/** The result of `joiner()`: nothing at first, then the separator. */
class Joiner extends Thing {
  readonly #separator: string;
  #isUsed = false;

  constructor(separator: string) {
    super();
    this.#separator = separator;
  }

  override get isCallable(): boolean {
    return true;
  }

  override describe(): string {
    return "<Joiner>";
  }

  override invoke(): Item {
    if (this.#isUsed) return this.#separator;
    this.#isUsed = true;
    return "";
  }
}
