import { applyCleanup } from "../../environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../environments/app/cleanup/cleanup.ts";
import type { ListPorts } from "../../environments/app/show/list_environments.ts";
import { type ExtendPorts, extendPull } from "../../environments/app/sync/extend.ts";
import { DEFAULT_OPTIONS } from "../../environments/app/sync/make_policy.ts";
import { syncPull } from "../../environments/app/sync/sync_pull.ts";
import { parseLabel } from "../../environments/core/labels/mod.ts";
import type { Ttl } from "../../environments/core/labels/label.ts";
import { toError } from "../../lib/errors.ts";
import { type PrNumber, prNumber } from "../../lib/ids.ts";
import { eitherSignal } from "../../lib/either_signal.ts";
import type { Checks } from "../../server/pages/mod.ts";
import type { PullEvent } from "../../simulators/github/mod.ts";

/** The login of Showtime on a played GitHub. Its own changes start nothing, as in GitHub Actions. */
export const BOT = "github-actions[bot]";

/** The sentences that a pull request keeps. */
const MOST_LINES = 12;

/** The ports that a player works with. */
export type PlayPorts = ExtendPorts & ListPorts;

/** The work on one pull request: at most one run, and at most one that waits. */
interface Job {
  running: Promise<void> | undefined;
  again: boolean;
  lines: readonly string[];
}

/** Runs what the workflows of a repository run: `sync` after an event of a person, and `cleanup` after time passed. */
export class Player {
  readonly ports: PlayPorts;
  readonly #changed: () => void;
  readonly #owner: string;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #jobs = new Map<PrNumber, Job>();
  #cleanup: Promise<void> | undefined;

  /**
   * `changed` is called when the work or what it says changes. `owner` is the login of the person who extends an
   * environment. `signal` ends the work.
   */
  constructor(
    ports: PlayPorts,
    { changed, owner }: { readonly changed: () => void; readonly owner: string },
    signal: AbortSignal,
  ) {
    this.ports = ports;
    this.#owner = owner;
    this.#changed = changed;
    this.#signal = eitherSignal(signal, this.#ended.signal);
  }

  /** Starts the workflow for an event. A label that has nothing to do with Showtime starts nothing. */
  react({ number, sender, label }: PullEvent): void {
    if (sender === BOT || (label !== undefined && parseLabel(label.name).kind === "other")) return;
    this.#sync(prNumber(number));
  }

  /** Whether anything is at work. */
  get busy(): boolean {
    return this.#cleanup !== undefined ||
      [...this.#jobs.values()].some(({ running }) => running !== undefined);
  }

  checks(pr: PrNumber): Checks {
    const { running, lines } = this.#jobOf(pr);
    return { busy: running !== undefined, lines };
  }

  /** Runs the scheduled cleanup, after everything that runs now. */
  cleanUp(): void {
    const before = [this.#cleanup, ...[...this.#jobs.values()].map(({ running }) => running)];
    const cleanup = Promise.all(before).then(() => this.#cleanUp()).finally(() => {
      if (this.#cleanup === cleanup) this.#cleanup = undefined;
      this.#changed();
    });
    this.#cleanup = cleanup;
  }

  /** Extends the active environment of a pull request in the name of the owner. Throws AppError. */
  readonly extend = async (pr: PrNumber, ttl: Ttl): Promise<void> => {
    const ports = { ...this.ports, identity: { ...this.ports.identity, actor: this.#owner } };
    const { applied } = await extendPull(ports, pr, ttl, this.#signal);
    for (const sentence of applied) this.#say(pr, `extend: ${sentence}`);
  };

  /** Ends the work, and settles when nothing is left of it. */
  async end(): Promise<void> {
    this.#ended.abort();
    await Promise.all([this.#cleanup, ...[...this.#jobs.values()].map(({ running }) => running)]);
  }

  #jobOf(pr: PrNumber): Job {
    const job = this.#jobs.get(pr) ?? { running: undefined, again: false, lines: [] };
    this.#jobs.set(pr, job);
    return job;
  }

  #say(pr: PrNumber, line: string): void {
    const job = this.#jobOf(pr);
    job.lines = [...job.lines, line].slice(-MOST_LINES);
    this.#changed();
  }

  #sync(pr: PrNumber): void {
    const job = this.#jobOf(pr);
    job.again = true;
    job.running ??= (async () => {
      while (job.again && !this.#signal.aborted) {
        job.again = false;
        await this.#syncOnce(pr);
      }
      job.running = undefined;
      this.#changed();
    })();
  }

  async #syncOnce(pr: PrNumber): Promise<void> {
    const options = {
      ...DEFAULT_OPTIONS,
      request: undefined,
      planOnly: false,
      watch: {
        planned: ({ reason, because }: { reason: string; because: readonly string[] }) =>
          this.#say(pr, `sync: ${reason}; ${because.join("; ")}`),
        done: (sentence: string) => this.#say(pr, sentence),
      },
    };
    await this.#attempt("sync", {
      pr,
      work: async () => {
        const { failure } = await syncPull(this.ports, pr, options, this.#signal);
        if (failure !== undefined) throw failure;
      },
    });
  }

  async #cleanUp(): Promise<void> {
    await this.#attempt("cleanup", {
      pr: undefined,
      work: async () => {
        const plan = await planCleanup(this.ports, WHOLE_CLEANUP, this.#signal);
        const { removed } = await applyCleanup(this.ports, plan, { approved: [] }, this.#signal);
        for (const each of removed) this.#sayAll(`cleanup: removed ${each}`);
      },
    });
  }

  #sayAll(line: string): void {
    for (const pr of this.#jobs.keys()) this.#say(pr, line);
  }

  /** Does a piece of work. A failure is said, and nothing else ends because of it. */
  async #attempt(
    name: string,
    { pr, work }: { readonly pr: PrNumber | undefined; readonly work: () => Promise<void> },
  ): Promise<void> {
    this.#changed();
    try {
      await work();
    } catch (thrown) {
      if (this.#signal.aborted) return;
      const sentence = `${name} failed: ${toError(thrown).message}`;
      this.ports.terminal.warn(sentence);
      if (pr === undefined) this.#sayAll(sentence);
      else this.#say(pr, sentence);
    }
  }
}
