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

/** Builds that ended in this time have their status shown if a server was killed before that. */
const RECENT_MS = 3_600_000;
/** A build that ended in this time may be the work of another server now. */
const NEW_MS = 60_000;
const RECENT_BUILDS = 200;

/** Shows the states of builds on their commits, one write after the other, so that the newest state stays. */
export class StatusWriter {
  readonly #ports: StatusPorts;
  /** The builds whose state is to be shown. A build that changes again before its turn is shown once. */
  readonly #waiting = new Set<string>();
  readonly #shown = new Map<string, string>();
  /** The builds that were looked at late. */
  readonly #late = new Set<string>();
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

  /**
   * Takes the builds that ended before a server could show it, because it was killed: each once, and only the newest of
   * its commit and pipeline. Throws AppError `store_…`.
   */
  async takeLate(now: number, signal: AbortSignal): Promise<void> {
    const { store } = this.#ports;
    const newer = new Set<string>();
    for (const build of await store.builds({ limit: RECENT_BUILDS }, signal)) {
      const status = statusOf(build);
      if (status === undefined || newer.has(placeOf(status))) continue;
      newer.add(placeOf(status));
      const { id, endedAt = Infinity } = build;
      if (endedAt < now - RECENT_MS || endedAt > now - NEW_MS || this.#late.has(id)) continue;
      this.#late.add(id);
      const [oldest] = this.#late;
      if (this.#late.size > 1000 && oldest !== undefined) this.#late.delete(oldest);
      if (await store.note(noteOf(id), signal) !== textOf(status)) this.take(id, signal);
    }
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
    if (status === undefined) return;
    const [place, text] = [placeOf(status), textOf(status)];
    if (writer !== undefined && this.#shown.get(place) !== text) {
      await writer.write({ ...status, url: urlOf(id) }, signal);
      this.#shown.set(place, text);
      const [oldest] = this.#shown.keys();
      if (this.#shown.size > 1000 && oldest !== undefined) this.#shown.delete(oldest);
    }
    if (build?.endedAt === undefined) return;
    // Without this note another server shows the status again.
    const name = noteOf(id);
    const from = await store.note(name, signal);
    if (from !== text) await store.swapNote({ name, from, to: text }, signal);
  }
}

function noteOf(id: string): string {
  return `status ${id} end`;
}

function placeOf({ sha, context }: NonNullable<ReturnType<typeof statusOf>>): string {
  return `${sha} ${context}`;
}

function textOf({ state, description }: NonNullable<ReturnType<typeof statusOf>>): string {
  return `${state} ${description}`;
}
