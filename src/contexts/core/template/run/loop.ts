import { Fault } from "../limits.ts";
import type { TemplateTools } from "../library/entry.ts";
import { equalItems } from "../values/compare.ts";
import { type Arguments, FunctionThing, type Item, Stream, Thing, Tuple, Undefined } from "../values/item.ts";
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

/** The variable `loop`. It reads one element ahead only where the template asks for what follows. */
export class LoopThing extends Thing {
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

  /** Makes the variable of a loop that has not begun. */
  constructor(source: LoopSource, tools: TemplateTools) {
    super();
    this.#source = source;
    this.#elements = source.elements;
    this.#tools = tools;
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

  /** Whether {@link invoke} works. */
  override get isCallable(): boolean {
    return true;
  }

  /** Says how it prints. */
  override describe(): string {
    return `<LoopContext ${this.#index + 1}/${this.#size()}>`;
  }

  /** Calls it. */
  override invoke({ positional: [items] }: Arguments): Item {
    if (this.#source.recurse === undefined) throw new Fault('only a loop with "recursive" can be called');
    if (items === undefined) throw new Fault("a loop is called with the items of the next level");
    return this.#source.recurse(items, this.#source.depth + 1);
  }

  /** Finds a member. */
  override member(name: string): Item | undefined {
    switch (name) {
      case "index":
        return this.#index + 1;
      case "index0":
        return this.#index;
      case "revindex":
        return this.#size() - this.#index;
      case "revindex0":
        return this.#size() - this.#index - 1;
      case "first":
        return this.#index === 0;
      case "last":
        return this.#peek() === undefined;
      case "length":
        return this.#size();
      case "depth":
        return this.#source.depth + 1;
      case "depth0":
        return this.#source.depth;
      case "previtem":
        return this.#index === 0 ? new Undefined("there is no previous item") : this.#previous;
      case "nextitem":
        return this.#next();
      case "cycle":
        return new FunctionThing(
          "<bound method LoopContext.cycle>",
          ({ positional }) => this.#cycle(positional),
        );
      case "changed":
        return new FunctionThing(
          "<bound method LoopContext.changed>",
          ({ positional }) => this.#hasChanged(positional),
        );
      default:
        return undefined;
    }
  }

  #next(): Item {
    const found = this.#peek();
    return found === undefined ? new Undefined("there is no next item") : found.value;
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

  #cycle(items: readonly Item[]): Item {
    const found = items[this.#index % items.length];
    if (found === undefined) throw new Fault("there is nothing to cycle through");
    return found;
  }

  #hasChanged(items: readonly Item[]): boolean {
    const now = new Tuple(items);
    if (this.#changed !== undefined && equalItems(this.#changed, now, { budget: this.#tools.budget })) {
      return false;
    }
    this.#changed = now;
    return true;
  }
}
