/** Announces the environments of one pull request while a run works on it, without holding the work up. */

import { eitherSignal } from "../../../lib/either_signal.ts";
import { AppError, toError } from "../../../lib/errors.ts";
import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { EnvironmentEnd, EnvironmentEvents, EnvironmentSight } from "../../ports/environment_events.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { seeEnvironments } from "./see_environments.ts";

/** Announces what a run sees, one sight after the other and beside the work. A failure is a warning. */
export class Announcer {
  readonly #ports: SyncPorts;
  readonly #pr: PrNumber;
  readonly #signal: AbortSignal;
  readonly #late = new AbortController();
  /** The commits whose environments this run has seen. */
  readonly #known = new Set<ShortSha>();
  readonly #ended = new Map<ShortSha, EnvironmentEnd>();
  readonly #warned = new Set<string>();
  #loading: Promise<EnvironmentEvents | undefined> | undefined;
  readonly #waiting: EnvironmentSight[] = [];
  #work: Promise<void> | undefined;
  /** The newest sight, to leave out an equal one. */
  #last = "";

  constructor(ports: SyncPorts, pr: PrNumber, signal: AbortSignal) {
    this.#ports = ports;
    this.#pr = pr;
    this.#signal = eitherSignal(signal, this.#late.signal);
  }

  /** Takes in an observation under this run's lock. */
  atWork(observed: ObservedPull): void {
    this.#see(observed, { atWork: true });
  }

  /** Takes in an observation after the work. While another run works on the pull request, that run announces. */
  settled(observed: ObservedPull): void {
    const { lock } = observed.observation;
    if (lock.kind === "held" && lock.alive) return;
    this.#see(observed, { atWork: false });
  }

  /** Notes how an environment ended. Without a note, one that this run saw and that is gone was stopped. */
  end(short: ShortSha, end: EnvironmentEnd): void {
    this.#ended.set(short, end);
  }

  /** Waits for what is being sent, for a limited time. Never throws. */
  async finish(): Promise<void> {
    if (this.#work === undefined) return;
    const events = await this.#load().catch(() => undefined);
    const late = () => this.#late.abort(new LimitReached(events?.limitMs));
    const timer = setTimeout(late, events?.limitMs ?? 0);
    try {
      await this.#work;
    } finally {
      clearTimeout(timer);
    }
  }

  #load(): Promise<EnvironmentEvents | undefined> {
    return this.#loading ??= Promise.resolve(this.#ports.events?.());
  }

  #see(observed: ObservedPull, { atWork }: { readonly atWork: boolean }): void {
    const { repo, events, githubDryRun, settings } = this.#ports;
    if (events === undefined || githubDryRun) return;
    const environments = seeEnvironments(this.#ports, observed);
    const untouched = settings.commentEnabled && observed.comment === undefined;
    if (environments.length === 0 && this.#known.size === 0 && untouched) return;
    const shorts = new Set(environments.map(({ short }) => short));
    const gone = [...this.#known].filter((short) => !shorts.has(short));
    for (const short of shorts) this.#known.add(short);
    const ended = new Map([...gone.map((short) => [short, "stopped"] as const), ...this.#ended]);
    const sight = { repo, pr: this.#pr, at: observed.snapshot.at, environments, atWork, ended };
    const text = JSON.stringify([environments, atWork, [...ended]]);
    if (text === this.#last) return;
    this.#last = text;
    this.#waiting.push(sight);
    this.#work ??= this.#announceAll();
  }

  async #announceAll(): Promise<void> {
    // The work goes on first.
    await Promise.resolve();
    for (let sight = this.#waiting.shift(); sight !== undefined; sight = this.#waiting.shift()) {
      if (!this.#signal.aborted) await this.#announce(sight);
    }
    this.#work = undefined;
  }

  async #announce(sight: EnvironmentSight): Promise<void> {
    try {
      const events = await this.#load();
      for (const warning of await events?.announce(sight, this.#signal) ?? []) this.#warn(warning);
    } catch (error) {
      const { reason } = this.#late.signal;
      if (reason instanceof LimitReached) this.#warn(reason.message);
      else if (!this.#signal.aborted) this.#warn(describe(error));
    }
  }

  #warn(words: string): void {
    if (this.#warned.has(words)) return;
    this.#warned.add(words);
    this.#ports.terminal.warn(`Announcing the environments of #${this.#pr}: ${words}`);
  }
}

class LimitReached extends Error {
  constructor(limitMs = 0) {
    super(`it took over ${limitMs / 1000} s, and the next sync does what is left`);
  }
}

function describe(error: unknown): string {
  const { message } = toError(error);
  return error instanceof AppError && error.hint !== undefined ? `${message}. ${error.hint}` : message;
}
