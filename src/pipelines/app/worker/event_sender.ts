import type { Clock } from "../../../ports/clock.ts";
import type { BuildEvent } from "../../core/build_event.ts";
import { briefEvent } from "../../core/builds/brief_event.ts";
import type { BuildServer, WriteAnswer } from "../../ports/build_server.ts";

/** The attempt whose events are sent, and how. */
export interface EventSenderOptions {
  readonly server: BuildServer;
  readonly clock: Clock;
  readonly build: string;
  readonly attempt: number;
  readonly sha: string | undefined;
  /** Is called when the server says that the attempt is no longer the newest. */
  readonly onStale: () => void;
}

/** The events of one request have about this many characters of output at most. */
const REQUEST_CHARACTERS = 1_000_000;
/** Output beyond this many characters that the server has not taken is left out. */
const WAITING_CHARACTERS = 32_000_000;
const LONGEST_PAUSE_MS = 10_000;

/** Sends the events of an attempt in their order, many at once, and again until the server has them. */
export class EventSender {
  readonly #options: EventSenderOptions;
  readonly #waiting: BuildEvent[] = [];
  readonly #stop = new AbortController();
  #sent = 0;
  #characters = 0;
  #leftOut = 0;
  #sending: Promise<void> | undefined;

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  /** Takes an event. It never waits. */
  take(event: BuildEvent): void {
    if (event.kind === "step_output") {
      const size = event.lines.reduce((sum, line) => sum + line.length, 0);
      if (this.#characters + size > WAITING_CHARACTERS) {
        this.#leftOut += event.lines.length;
        return;
      }
      this.#characters += size;
    }
    this.#waiting.push(briefEvent(event));
    this.#sending ??= this.#send().finally(() => this.#sending = undefined);
  }

  /** Resolves when the server has every event, or when it has refused one. */
  async flush(): Promise<void> {
    if (this.#leftOut > 0) {
      const text = `${this.#leftOut} lines of output are missing: the server took them too slowly`;
      this.#leftOut = 0;
      this.take({ kind: "warning", text, at: this.#options.clock.now() });
    }
    while (this.#sending !== undefined) await this.#sending;
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stop.abort();
  }

  async #send(): Promise<void> {
    const { clock, onStale } = this.#options;
    const { signal } = this.#stop;
    let pauseMs = 100;
    // What a step prints within a moment travels together.
    await clock.sleep(20, signal).catch(() => {});
    while (this.#waiting.length > 0 && !signal.aborted) {
      const events = this.#nextBatch();
      const answer = await this.#sendBatch(events).catch(() => undefined);
      if (answer === "stale") {
        this.#waiting.length = 0;
        this.#stop.abort();
        return onStale();
      }
      if (answer !== undefined) {
        this.#waiting.splice(0, events.length);
        this.#sent += events.length;
        this.#characters -= charactersOf(events);
        pauseMs = 100;
        continue;
      }
      await clock.sleep(pauseMs, signal).catch(() => {});
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  #nextBatch(): readonly BuildEvent[] {
    let characters = 0;
    let count = 0;
    for (const event of this.#waiting) {
      characters += charactersOf([event]);
      if (count > 0 && characters > REQUEST_CHARACTERS) break;
      count++;
    }
    return this.#waiting.slice(0, count);
  }

  async #sendBatch(events: readonly BuildEvent[]): Promise<WriteAnswer> {
    const { server, build, attempt, sha } = this.#options;
    return await server.events({ build, attempt, sha, from: this.#sent, events }, this.#stop.signal);
  }
}

function charactersOf(events: readonly BuildEvent[]): number {
  return events.reduce(
    (sum, event) =>
      event.kind === "step_output" ? sum + event.lines.reduce((all, line) => all + line.length, 0) : sum,
    0,
  );
}
