/**
 * The filters and tests that a template names. One in an `if` has to exist only when it runs, as in Jinja.
 */
export interface NamedUse {
  readonly kind: "filter" | "test";
  readonly name: string;
  readonly at: number;
  /** Whether it stands in an `if`. */
  soft: boolean;
}

/** Notes of a parser about names. */
export class NameUses {
  readonly named: NamedUse[] = [];
  readonly #recorders: SpecialNames[] = [];

  /** Notes a name that is read. */
  load(name: string): void {
    for (const each of this.#recorders) each.load(name);
  }

  /** Notes a name that is assigned. */
  store(name: string): void {
    for (const each of this.#recorders) each.store(name);
  }

  /** Runs a parser of a macro's body, and returns its result and the special names that the body reads. */
  recording<T>(parse: () => T): { readonly result: T; readonly uses: ReadonlySet<string> } {
    const recorder = new SpecialNames();
    this.#recorders.push(recorder);
    const result = parse();
    this.#recorders.pop();
    return { result, uses: recorder.found };
  }
}

/** Finds which of `caller`, `varargs` and `kwargs` are read before they are assigned. */
class SpecialNames {
  readonly found = new Set<string>();
  readonly #wanted = new Set(["caller", "varargs", "kwargs"]);

  load(name: string): void {
    if (this.#wanted.has(name)) this.found.add(name);
  }

  store(name: string): void {
    this.#wanted.delete(name);
  }
}
