import { Fault } from "../limits.ts";
import type { TemplateTools } from "../library/entry.ts";
import { equalItems } from "../values/compare.ts";
import { type Arguments, type Item, Stream, Thing, Tuple, Undefined } from "../values/item.ts";
import { sizeOf } from "../values/iterate.ts";

/** The items of a loop, and how it goes deeper. */
export interface LoopSource {
  readonly items: Item;
  readonly elements: Iterator<Item>;
  /** From 0, for loops that call themselves. */
  readonly depth: number;
  /** Renders the body again for other items, if the loop is recursive. */
  readonly recurse: ((items: Item, depth: number) => Item) | undefined;
}

/** A loop and its variable `loop`. It reads one element ahead only where the template asks for what follows. */
export class Loop {
  /** The variable `loop`. */
  readonly variable: Thing;
  readonly #source: LoopSource;
  readonly #tools: TemplateTools;
  #index = -1;
  #elements: Iterator<Item>;
  #ahead: { readonly value: Item } | undefined;
  #isAtEnd = false;
  #length: number | undefined;
  #previous: Item | undefined;
  #current: Item | undefined;
  #changed: Item | undefined;

  /** Makes a loop that has not begun. */
  constructor(source: LoopSource, tools: TemplateTools) {
    this.#source = source;
    this.#elements = source.elements;
    this.#tools = tools;
    this.variable = new Thing(() => `<LoopContext ${this.#index + 1}/${this.#size()}>`, {
      members: {
        index: () => this.#index + 1,
        index0: () => this.#index,
        revindex: () => this.#size() - this.#index,
        revindex0: () => this.#size() - this.#index - 1,
        first: () => this.#index === 0,
        last: () => this.#peek() === undefined,
        length: () => this.#size(),
        depth: () => source.depth + 1,
        depth0: () => source.depth,
        previtem: () =>
          this.#index === 0 ? new Undefined("there is no previous item") : this.#previous ?? null,
        nextitem: () => {
          const found = this.#peek();
          return found === undefined ? new Undefined("there is no next item") : found.value;
        },
        cycle: () => new Thing("<bound method LoopContext.cycle>", { call: (args) => this.#cycle(args) }),
        changed: () =>
          new Thing("<bound method LoopContext.changed>", { call: (args) => this.#hasChanged(args) }),
      },
      call: (args) => this.#deeper(args),
    });
  }

  /** Goes to the next element; undefined at the end. */
  next(): { readonly value: Item } | undefined {
    const found = this.#peek();
    if (found === undefined) return undefined;
    this.#ahead = undefined;
    this.#index++;
    this.#previous = this.#current;
    this.#current = found.value;
    return found;
  }

  #deeper({ positional: [items] }: Arguments): Item {
    if (this.#source.recurse === undefined) throw new Fault('only a loop with "recursive" can be called');
    if (items === undefined) throw new Fault("a loop is called with the items of the next level");
    return this.#source.recurse(items, this.#source.depth + 1);
  }

  #peek(): { readonly value: Item } | undefined {
    if (this.#ahead !== undefined || this.#isAtEnd) return this.#ahead;
    const { done, value } = this.#elements.next();
    if (done === true) this.#isAtEnd = true;
    else {
      this.#tools.budget.step();
      this.#ahead = { value };
    }
    return this.#ahead;
  }

  /** Streams have no length: their elements are read to count them. */
  #size(): number {
    if (this.#length !== undefined) return this.#length;
    const known = this.#source.items instanceof Stream ? undefined : sizeOf(this.#source.items);
    if (known !== undefined) return this.#length = known;
    this.#peek();
    const rest: Item[] = [];
    for (let next = this.#elements.next(); next.done !== true; next = this.#elements.next()) {
      this.#tools.budget.step();
      rest.push(next.value);
    }
    this.#elements = rest[Symbol.iterator]();
    return this.#length = this.#index + 1 + (this.#ahead === undefined ? 0 : 1) + rest.length;
  }

  #cycle({ positional: items }: Arguments): Item {
    const found = items[this.#index % items.length];
    if (found === undefined) throw new Fault("there is nothing to cycle through");
    return found;
  }

  #hasChanged({ positional }: Arguments): boolean {
    const now = new Tuple(positional);
    if (this.#changed !== undefined && equalItems(this.#changed, now, this.#tools)) return false;
    this.#changed = now;
    return true;
  }
}
