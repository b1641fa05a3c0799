import type { Item } from "../values/item.ts";

/** The names that are visible in a part of a template. A part sees the names of the parts around it. */
export class Scope {
  readonly #names = new Map<string, Item>();
  readonly #outer: Scope | undefined;
  readonly #given: readonly ReadonlyMap<string, Item>[];

  /** Makes the scope of a part inside of another, or of the whole template with its given names. */
  constructor(outer: Scope | readonly ReadonlyMap<string, Item>[]) {
    this.#outer = outer instanceof Scope ? outer : undefined;
    this.#given = outer instanceof Scope ? [] : outer;
  }

  /** Finds a name; undefined if nothing has it. */
  find(name: string): Item | undefined {
    const found = this.#names.get(name);
    if (found !== undefined) return found;
    if (this.#outer !== undefined) return this.#outer.find(name);
    for (let index = this.#given.length - 1; index >= 0; index--) {
      const given = this.#given[index]?.get(name);
      if (given !== undefined) return given;
    }
    return undefined;
  }

  /** Sets a name in this part. */
  set(name: string, value: Item): void {
    this.#names.set(name, value);
  }
}
