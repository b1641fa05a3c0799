import { toError } from "../../../lib/errors.ts";
import type { CommitStatuses } from "../../../ports/commit_status.ts";
import { statusOf } from "../../core/builds/commit_status.ts";
import type { BuildStore } from "../../ports/build_store.ts";

/** The ports of statuses. */
export interface StatusPorts {
  readonly store: BuildStore;
  /** Returns the statuses of a repository's commits, given its address; undefined for one that is not on GitHub. */
  readonly statuses: (repository: string) => CommitStatuses | undefined;
  readonly urlOf: (id: string) => string | undefined;
  readonly say: (line: string) => void;
}

/** Shows the states of builds on their commits, one write after the other, so that the newest state stays. */
export class StatusWriter {
  readonly #ports: StatusPorts;
  /** The builds whose state is to be shown. A build that changes again before its turn is shown once. */
  readonly #waiting = new Set<string>();
  readonly #shown = new Map<string, string>();
  #said = "";
  #working: Promise<void> | undefined;

  constructor(ports: StatusPorts) {
    this.#ports = ports;
  }

  /** Takes a build whose state has changed. It never throws. */
  take(id: string, signal: AbortSignal): void {
    this.#waiting.add(id);
    this.#working ??= this.#work(signal).finally(() => this.#working = undefined);
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { say } = this.#ports;
    while (!signal.aborted) {
      const [id] = this.#waiting;
      if (id === undefined) return;
      this.#waiting.delete(id);
      try {
        await this.#show(id, signal);
        this.#said = "";
      } catch (error) {
        const { message } = toError(error);
        // A failure that lasts is said once.
        if (!signal.aborted && message !== this.#said) say(`build ${id}: ${message}`);
        this.#said = message;
      }
    }
  }

  async #show(id: string, signal: AbortSignal): Promise<void> {
    const { store, statuses, urlOf } = this.#ports;
    const [build, job] = await Promise.all([store.build(id, signal), store.job(id, signal)]);
    const status = build === undefined ? undefined : statusOf(build);
    const writer = job === undefined ? undefined : statuses(job.repository);
    if (status === undefined || writer === undefined) return;
    const place = `${status.sha} ${status.context}`;
    const text = `${status.state} ${status.description}`;
    if (this.#shown.get(place) === text) return;
    await writer.write({ ...status, url: urlOf(id) }, signal);
    this.#shown.set(place, text);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > 1000 && oldest !== undefined) this.#shown.delete(oldest);
  }
}
