import { Fault } from "../limits.ts";
import { article, findKey } from "../values/compare.ts";
import { type Arguments, isMap, type Item, Namespace, Range, Thing, typeOf } from "../values/item.ts";
import { iterate, pairOf } from "../values/iterate.ts";
import { bindArguments, int, printed, type TemplateTools } from "./entry.ts";

/** The functions that every template sees, below the names that it is given. */
export function makeGlobals(tools: TemplateTools): ReadonlyMap<string, Item> {
  const functions: Readonly<Record<string, (args: Arguments) => Item>> = {
    cycler: makeCycler,
    dict: (args) => makeDict(args, tools),
    joiner: (args) => makeJoiner(...bindArguments([printed("sep", ", ")], args, tools)),
    lipsum: () => {
      throw new Fault("filler text is not available");
    },
    namespace: (args) => makeNamespace(makeDict(args, tools)),
    range: (args) =>
      makeRange(bindArguments([int("/start"), int("/stop", undefined), int("/step", 1)], args, tools)),
  };
  return new Map(
    Object.entries(functions).map(([name, call]) => [name, new Thing(`<function ${name}>`, { call })]),
  );
}

function makeRange([first, second, step]: readonly [number, number | undefined, number]): Range {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Fault("the step of a range cannot be zero");
  if (![start, stop, step].every(Number.isSafeInteger)) throw new Fault("a range is too large");
  return new Range(start, stop, step);
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
    for (const each of iterate(source, budget)) set(...pairOf(each, budget));
  }
  for (const [key, value] of named) set(key, value);
  return map;
}

function makeNamespace(map: Map<Item, Item>): Namespace {
  for (const key of map.keys()) {
    if (typeof key !== "string") throw new Fault(`${article(typeOf(key))} cannot be a name`);
  }
  return new Namespace(map);
}

function makeCycler({ positional: items }: Arguments): Thing {
  if (items.length === 0) throw new Fault("there is nothing to cycle through");
  let position = 0;
  const next = () => {
    const item = items[position] ?? null;
    position = (position + 1) % items.length;
    return item;
  };
  const reset = () => {
    position = 0;
    return null;
  };
  const members: Readonly<Record<string, () => Item>> = {
    current: () => items[position] ?? null,
    pos: () => position,
    next: () => new Thing("<bound method Cycler.next>", { call: next }),
    reset: () => new Thing("<bound method Cycler.reset>", { call: reset }),
  };
  return new Thing("<Cycler>", { members });
}

/** Makes the result of `joiner()`: it gives nothing at first, then the separator. */
function makeJoiner(separator: string): Thing {
  let isUsed = false;
  const call = () => {
    if (isUsed) return separator;
    isUsed = true;
    return "";
  };
  return new Thing("<Joiner>", { call });
}
