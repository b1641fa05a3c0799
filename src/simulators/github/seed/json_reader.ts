/** Reads untrusted JSON and collects every problem with the path to it, rather than stop at the first. */
export class JsonReader {
  readonly value: unknown;
  readonly path: string;
  readonly problems: string[];

  constructor(value: unknown, path = "", problems: string[] = []) {
    this.value = value;
    this.path = path;
    this.problems = problems;
  }

  problem(text: string): void {
    this.problems.push(`${this.path === "" ? "the document" : this.path}: ${text}`);
  }

  /** Readers of the members of an object; those of `known` that are missing read as undefined. */
  object<K extends string>(known: readonly K[]): Readonly<Record<K, JsonReader>> {
    const given = this.entries();
    for (const [key, reader] of given) {
      if (known.some((name) => name === key)) continue;
      const near = known.find((name) => near1(name, key));
      reader.problem(
        `unknown key${near === undefined ? `; known are ${known.join(", ")}` : `; did you mean "${near}"?`}`,
      );
    }
    const found = new Map(given);
    return Object.fromEntries(
      known.map((
        key,
      ) => [key, found.get(key) ?? this.#at(undefined, this.path === "" ? key : `${this.path}.${key}`)]),
    ) as Record<K, JsonReader>;
  }

  /** The members of an object, whatever their names. */
  entries(): readonly (readonly [string, JsonReader])[] {
    if (this.value === undefined) return [];
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      this.problem(`must be an object, is ${kindOf(this.value)}`);
      return [];
    }
    const prefix = this.path === "" ? "" : `${this.path}.`;
    return Object.entries(this.value).map(([key, value]) => [key, this.#at(value, prefix + key)]);
  }

  items(): readonly JsonReader[] {
    if (this.value === undefined) return [];
    if (!Array.isArray(this.value)) {
      this.problem(`must be a list, is ${kindOf(this.value)}`);
      return [];
    }
    return this.value.map((value, index) => this.#at(value, `${this.path}[${index}]`));
  }

  /** The text, or `fallback` where the value is missing; a missing value without a fallback is a problem. */
  text(fallback?: string): string {
    return this.#read((value) => typeof value === "string" ? value : undefined, {
      what: "a text",
      fallback,
      empty: "",
    });
  }

  flag(fallback?: boolean): boolean {
    return this.#read((value) => typeof value === "boolean" ? value : undefined, {
      what: "true or false",
      fallback,
      empty: false,
    });
  }

  /** A whole number that is at least `least`. */
  integer(least: number, fallback?: number): number {
    const read = (value: unknown) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= least ? value : undefined;
    return this.#read(read, { what: `a whole number of at least ${least}`, fallback, empty: least });
  }

  oneOf<T extends string>(values: readonly T[], fallback?: T): T {
    const [first] = values;
    if (first === undefined) throw new RangeError("oneOf() needs values");
    return this.#read((value) => values.find((candidate) => candidate === value), {
      what: `one of ${values.join(", ")}`,
      fallback,
      empty: first,
    });
  }

  /** A text of that form. */
  matching(
    pattern: RegExp,
    options: { readonly what: string; readonly fallback?: string | undefined },
  ): string {
    return this.#read((value) => typeof value === "string" && pattern.test(value) ? value : undefined, {
      what: options.what,
      fallback: options.fallback,
      empty: "",
    });
  }

  #read<T>(
    read: (value: unknown) => T | undefined,
    options: { readonly what: string; readonly fallback: T | undefined; readonly empty: T },
  ): T {
    if (this.value === undefined && options.fallback !== undefined) return options.fallback;
    const value = read(this.value);
    if (value !== undefined) return value;
    this.problem(
      this.value === undefined
        ? `is missing: must be ${options.what}`
        : `must be ${options.what}, is ${show(this.value)}`,
    );
    return options.empty;
  }

  #at(value: unknown, path: string): JsonReader {
    return new JsonReader(value, path, this.problems);
  }
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function show(value: unknown): string {
  return typeof value === "object" ? kindOf(value) : JSON.stringify(value);
}

/** Whether two names differ by little enough to be a slip: one letter more, less or other, or plural. */
function near1(name: string, key: string): boolean {
  const [a, b] = [name.toLowerCase(), key.toLowerCase()];
  if (Math.abs(a.length - b.length) > 1 || a.length < 3) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return Math.max(a.length, b.length) - start - end <= 2;
}
