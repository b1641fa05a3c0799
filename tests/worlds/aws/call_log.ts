/** One request that reached the relay. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** When it came, in milliseconds since 1970 by this machine's own clock. */
  readonly at: number;
  /** The status of its answer; undefined while it has none, or where the connection was dropped. */
  status: number | undefined;
}

/** The calls that were made, in order. */
export class CallLog {
  #calls: Call[] = [];

  add(call: Call): void {
    this.#calls.push(call);
  }

  all(): readonly Call[] {
    return [...this.#calls];
  }

  /** How often each operation was called. */
  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.#calls) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  of(operation: string): readonly Call[] {
    return this.#calls.filter((call) => call.operation === operation);
  }

  clear(): void {
    this.#calls = [];
  }
}
