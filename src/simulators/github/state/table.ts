/** A table of rows by key, with indexes and a journal from which any past state can be rebuilt. */
export class Table<K extends string | number, V, I extends string = never> {
  readonly #rows = new Map<K, V>();
  readonly #indexes: Readonly<Record<I, (row: V) => readonly string[]>>;
  readonly #index = new Map<string, Set<K>>();
  readonly #journal: { readonly at: number; readonly key: K; readonly before: V | undefined }[] = [];

  readonly #now: () => number;
  readonly #changed: () => void;

  /** `now` returns milliseconds since 1970, for the journal; `changed` is called after each change of a row. */
  constructor(
    indexes: Readonly<Record<I, (row: V) => readonly string[]>>,
    { now, changed }: { readonly now: () => number; readonly changed: () => void },
  ) {
    this.#indexes = indexes;
    this.#now = now;
    this.#changed = changed;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  values(): readonly V[] {
    return [...this.#rows.values()];
  }

  /** Returns the rows that an index has under `value`, in the order in which they were added to it. */
  by(index: I, value: string | number): readonly V[] {
    const keys = this.#index.get(`${index}:${value}`);
    if (keys === undefined) return [];
    return [...keys].flatMap((key) => {
      const row = this.#rows.get(key);
      return row === undefined ? [] : [row];
    });
  }

  /** Stores a row, or removes it if `row` is undefined. */
  put(key: K, row: V | undefined): void {
    this.#journal.push({ at: this.#now(), key, before: this.#rows.get(key) });
    this.#write(key, row);
    this.#changed();
  }

  /** Makes a copy of the table as it was at that time. */
  past(at: number): Table<K, V, I> {
    const copy = new Table<K, V, I>(this.#indexes, { now: this.#now, changed: () => {} });
    const rows = new Map(this.#rows);
    for (const change of this.#journal.toReversed()) {
      if (change.at <= at) break;
      if (change.before === undefined) rows.delete(change.key);
      else rows.set(change.key, change.before);
    }
    for (const [key, row] of rows) copy.#write(key, row);
    return copy;
  }

  #write(key: K, row: V | undefined): void {
    const before = this.#rows.get(key);
    const old = before === undefined ? [] : this.#entries(before);
    const fresh = row === undefined ? [] : this.#entries(row);
    const kept = new Set(fresh);
    for (const entry of old) if (!kept.has(entry)) this.#index.get(entry)?.delete(key);
    for (const entry of fresh) {
      const keys = this.#index.get(entry);
      if (keys === undefined) this.#index.set(entry, new Set([key]));
      else keys.add(key);
    }
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  #entries(row: V): string[] {
    const entries: string[] = [];
    for (const name in this.#indexes) {
      for (const value of this.#indexes[name](row)) entries.push(`${name}:${value}`);
    }
    return entries;
  }
}
