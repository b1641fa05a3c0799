/** Where every request of every run waits until it is let go. */

/** What becomes of a request. */
export type Fate =
  /** It takes effect and is answered. */
  | "go"
  /** The process dies before it takes effect. */
  | "kill"
  /** The process dies after it took effect, before the answer. */
  | "killed"
  /** A failure of the server, without effect. */
  | "500"
  /** A failure of a proxy, after the effect. */
  | "502"
  /** A secondary rate limit. */
  | "403"
  /** A rate limit. */
  | "429"
  /** No answer in time, without effect. */
  | "timeout"
  /** No answer in time, after the effect. */
  | "late"
  /** The connection is reset before the effect. */
  | "reset"
  /** The connection is reset after the effect. */
  | "lost"
  /** A read is answered from the state of a moment ago. */
  | "stale";

/** A request that a run wants to send. */
export interface Call {
  readonly run: string;
  /** For people: `POST /labels`, `platform.deploy`. */
  readonly name: string;
  /** It may change something that others can see. */
  readonly writes: boolean;
}

/** What a request is like whose process is gone. */
export const GONE = "the process is gone";

interface Waiting {
  readonly call: Call;
  readonly go: (fate: Fate) => Promise<void>;
  readonly fail: (reason: unknown) => void;
}

/** The border: requests arrive, wait, and are let go one by one. */
export class Border {
  readonly #dead = new Set<string>();
  #waiting: readonly Waiting[] = [];
  #activity = 0;

  /** Grows with everything that happens here: while it stands still, nobody gets on. */
  get activity(): number {
    return this.#activity;
  }

  /** The requests that wait, in the order in which they came. */
  get waiting(): readonly Call[] {
    return this.#waiting.map(({ call }) => call);
  }

  /** The request that each run could have let go next, by the order of the runs' names. */
  get enabled(): readonly Call[] {
    const first = new Map<string, Call>();
    for (const { call } of this.#waiting) if (!first.has(call.run)) first.set(call.run, call);
    return [...first.values()].sort((a, b) => a.run < b.run ? -1 : 1);
  }

  /** Stops a request until it is let go; `act` does what its fate is. A dead process gets nothing through. */
  pass<T>(
    call: Call,
    options: { readonly act: (fate: Fate) => Promise<T>; readonly signal?: AbortSignal | undefined },
  ): Promise<T> {
    const { act, signal } = options;
    this.#activity += 1;
    return new Promise((resolve, reject) => {
      if (this.#dead.has(call.run)) return reject(new TypeError(GONE));
      if (signal?.aborted === true) return reject(signal.reason);
      const leave = () => waiting.fail(signal?.reason);
      const end = () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        signal?.removeEventListener("abort", leave);
        this.#activity += 1;
      };
      const waiting: Waiting = {
        call,
        go: async (fate) => {
          end();
          try {
            resolve(await act(fate));
          } catch (error) {
            reject(error);
          }
        },
        fail: (reason) => {
          end();
          reject(reason);
        },
      };
      this.#waiting = [...this.#waiting, waiting];
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  /** Lets a run's first waiting request go. */
  async release(run: string, fate: Fate): Promise<void> {
    const waiting = this.#waiting.find(({ call }) => call.run === run);
    if (waiting === undefined) throw new Error(`Letting ${run} go: it does not wait`);
    await waiting.go(fate);
    this.#activity += 1;
  }

  /** The process of that run is gone: whatever it still tries fails at once. */
  kill(run: string): void {
    this.#dead.add(run);
    for (const each of this.#waiting) if (each.call.run === run) each.fail(new TypeError(GONE));
  }
}
