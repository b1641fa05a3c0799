/** A filter or test that a template names. One in an `if` has to exist only when it runs, as in Jinja. */
export interface NamedUse {
  readonly kind: "filter" | "test";
  readonly name: string;
  readonly at: number;
  /** Whether it stands in an `if`. */
  soft: boolean;
}

interface Recorder {
  readonly found: Set<string>;
  readonly wanted: Set<string>;
}

/** Notes of a parser about names. */
export class NameUses {
  readonly named: NamedUse[] = [];
  readonly #recorders: Recorder[] = [];

  /** Notes a name that is read. */
  load(name: string): void {
    for (const { found, wanted } of this.#recorders) if (wanted.has(name)) found.add(name);
  }

  /** Notes a name that is assigned. */
  store(name: string): void {
    for (const { wanted } of this.#recorders) wanted.delete(name);
  }

  /**
   * Runs a parser of a macro's body. Returns its result, and which of `caller`, `varargs` and `kwargs` the body
   * reads before it assigns them.
   */
  recording<T>(parse: () => T): { readonly result: T; readonly uses: ReadonlySet<string> } {
    const recorder = { found: new Set<string>(), wanted: new Set(["caller", "varargs", "kwargs"]) };
    this.#recorders.push(recorder);
    const result = parse();
    this.#recorders.pop();
    return { result, uses: recorder.found };
  }

  /** Marks the filters and tests that were noted after a number of others. */
  soften(from: number): void {
    for (const use of this.named.slice(from)) use.soft = true;
  }
}
