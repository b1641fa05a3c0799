interface HeldRequest {
  readonly client: string;
  readonly pass: () => void;
}

interface Watcher {
  readonly client: string;
  readonly count: number;
  readonly done: () => void;
}

/**
 * Holds requests before they take effect, by a part of their User-Agent. A release lets requests through in
 * order of arrival. If fewer requests wait than are released, the rest of the number is kept for requests
 * that arrive later.
 */
export class Holds {
  readonly #credits = new Map<string, number>();
  #waiting: readonly HeldRequest[] = [];
  #watchers: readonly Watcher[] = [];

  hold(client: string): void {
    if (!this.#credits.has(client)) this.#credits.set(client, 0);
  }

  /**
   * Releases `count` requests, or ends the hold if `count` is missing. Returns the number of requests that
   * were waiting and went on.
   */
  release(client: string, count?: number): number {
    let left = count ?? Infinity;
    let released = 0;
    for (const waiting of this.#waiting.filter((candidate) => candidate.client === client)) {
      if (left <= 0) break;
      left -= 1;
      released += 1;
      this.#remove(waiting);
      waiting.pass();
    }
    if (count === undefined) this.#credits.delete(client);
    else if (this.#credits.has(client)) this.#credits.set(client, (this.#credits.get(client) ?? 0) + left);
    return released;
  }

  /** Returns the number of waiting requests of each hold. */
  waiting(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#credits.keys()].map((client) => [client, this.#count(client)]));
  }

  /** Settles as soon as `count` requests of the hold wait. */
  whenWaiting(client: string, count: number): Promise<void> {
    if (this.#count(client) >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#watchers = [...this.#watchers, { client, count, done: resolve }];
    });
  }

  /**
   * Waits until the request of this User-Agent may go on. Rejects with the signal's reason if the client
   * leaves.
   */
  async pass(userAgent: string, options: { readonly signal: () => AbortSignal }): Promise<void> {
    const client = [...this.#credits.keys()].find((part) => userAgent.includes(part));
    if (client === undefined) return;
    const credit = this.#credits.get(client) ?? 0;
    if (credit > 0) {
      this.#credits.set(client, credit - 1);
      return;
    }
    const signal = options.signal();
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: HeldRequest = { client, pass: resolve };
    const leave = () => {
      this.#remove(waiting);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#waiting = [...this.#waiting, waiting];
    this.#notifyWatchers();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #count(client: string): number {
    return this.#waiting.filter((waiting) => waiting.client === client).length;
  }

  #remove(waiting: HeldRequest): void {
    this.#waiting = this.#waiting.filter((candidate) => candidate !== waiting);
  }

  #notifyWatchers(): void {
    const ready = this.#watchers.filter(({ client, count }) => this.#count(client) >= count);
    this.#watchers = this.#watchers.filter((watcher) => !ready.includes(watcher));
    for (const watcher of ready) watcher.done();
  }
}
