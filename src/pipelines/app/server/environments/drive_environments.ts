import { pullsToSync } from "../../../../environments/app/sync/pulls_to_sync.ts";
import { toError } from "../../../../lib/errors.ts";
import {
  type PlacedSync,
  pullName,
  syncsToBegin,
  wantLooks,
} from "../../../core/server_environments/wanted_syncs.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";
import { runCleanup } from "./run_cleanup.ts";
import { runSync } from "./run_sync.ts";
import { changeWanted, readWanted } from "./wanted_store.ts";

const TICK_MS = 5_000;
/** The work of a server that is gone is taken over after this time. */
const LEAD_MS = 30_000;
const LEAD_TASK = "environments";

/**
 * Drives the environments of the listed repositories until `signal` aborts: runs the syncs that the store has, looks at every
 * repository once when it begins, and cleans up. Of several servers on one store, one does. Nothing that fails ends it.
 */
export async function driveEnvironments(ports: EnvironmentPorts, signal: AbortSignal): Promise<void> {
  await new Driver(ports, signal).run();
}

class Driver {
  readonly #ports: EnvironmentPorts;
  readonly #signal: AbortSignal;
  readonly #syncs = new Map<string, Promise<void>>();
  readonly #looks = new Map<string, Promise<void>>();
  readonly #cleanups = new Map<string, number>();
  #cleanup: Promise<void> | undefined;
  #wake = () => {};
  #turn = new AbortController();
  #said = "";
  #ledAt: number | undefined;

  constructor(ports: EnvironmentPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { store, clock, holder, say } = this.#ports;
    this.#signal.addEventListener("abort", () => this.#turn.abort(), { once: true });
    while (!this.#signal.aborted) {
      // A change during the turn must end the wait, so the wait begins first.
      this.#turn = new AbortController();
      const changed = this.#changed(this.#turn.signal);
      try {
        if (await this.#leads()) await this.#act();
        this.#said = "";
      } catch (error) {
        const { message } = toError(error);
        // A failure that lasts is said once.
        if (!this.#signal.aborted && message !== this.#said) say(`environments: ${message}`);
        this.#said = message;
      }
      await changed;
      this.#turn.abort();
    }
    await Promise.all([...this.#syncs.values(), ...this.#looks.values(), this.#cleanup]);
    const never = new AbortController().signal;
    if (this.#ledAt === undefined) return;
    const over = { task: LEAD_TASK, holder, now: clock.now(), leaseMs: -1 };
    await store.lead(over, never).catch(() => {});
  }

  /** Resolves when there may be something to do. */
  async #changed(signal: AbortSignal): Promise<void> {
    const { queue, clock } = this.#ports;
    const ended = new Promise<void>((resolve) => this.#wake = resolve);
    await Promise.race([
      queue.changed(signal).catch(() => {}),
      clock.sleep(TICK_MS, signal).catch(() => {}),
      ended,
    ]);
  }

  /** Whether this server drives the environments. The lease is not renewed at every turn, since that is a write. */
  async #leads(): Promise<boolean> {
    const { store, clock, holder, inForce } = this.#ports;
    if (inForce() === undefined) return false;
    const now = clock.now();
    if (this.#ledAt !== undefined && now - this.#ledAt < LEAD_MS / 3) return true;
    const leads = await store.lead({ task: LEAD_TASK, holder, now, leaseMs: LEAD_MS }, this.#signal);
    this.#ledAt = leads ? now : undefined;
    return leads;
  }

  /** Begins what is due. */
  async #act(): Promise<void> {
    const { clock, limit, inForce } = this.#ports;
    const { repositories, cleanupMs } = inForce() ?? { repositories: [], cleanupMs: 0 };
    for (const each of repositories) this.#lookOnce(each);
    const wanted: PlacedSync[] = [];
    for (const repository of repositories) {
      const found = await readWanted(this.#ports, repository, this.#signal);
      wanted.push(...found.map((each) => ({ ...each, repository })));
    }
    const running = new Set(this.#syncs.keys());
    for (const each of syncsToBegin(wanted, { running, limit, now: clock.now() })) this.#begin(each);
    if (this.#cleanup === undefined) this.#cleanUpNext(repositories, cleanupMs);
  }

  #begin(sync: PlacedSync): void {
    const name = pullName(sync);
    const run = runSync(this.#ports, sync, this.#signal)
      .catch((error) => this.#signal.aborted || this.#ports.say(`${name}: ${toError(error).message}`))
      .then(() => {
        this.#syncs.delete(name);
        this.#wake();
      });
    this.#syncs.set(name, run);
  }

  /** Finds the pull requests of a repository with something to do. A look that fails is taken again. */
  #lookOnce(repository: string): void {
    if (this.#looks.has(repository)) return;
    const { withRun, clock, say } = this.#ports;
    const signal = this.#signal;
    const look = async () => {
      const run = { repository, pr: undefined, event: undefined };
      const prs = await withRun(run, ({ forge }) => pullsToSync(forge, signal), signal);
      await changeWanted(this.#ports, { repository, change: (wanted) => wantLooks(wanted, prs) }, signal);
      this.#wake();
    };
    const settled = look().catch(async (error) => {
      if (!signal.aborted) say(`${repository}: ${toError(error).message}`);
      await clock.sleep(LEAD_MS, signal).catch(() => {});
      this.#looks.delete(repository);
    });
    this.#looks.set(repository, settled);
  }

  /** Cleans one repository up whose time has come. */
  #cleanUpNext(repositories: readonly string[], everyMs: number): void {
    const { clock, say } = this.#ports;
    const due = repositories.find((each) => clock.now() >= (this.#cleanups.get(each) ?? 0));
    if (due === undefined) return;
    this.#cleanups.set(due, clock.now() + everyMs);
    this.#cleanup = this.#cleanUp(due, everyMs)
      .catch((error) => this.#signal.aborted || say(`${due}: cleanup: ${toError(error).message}`))
      .then(() => {
        this.#cleanup = undefined;
        this.#wake();
      });
  }

  /** Cleans a repository up, unless a server has done it within the interval. */
  async #cleanUp(repository: string, everyMs: number): Promise<void> {
    const { clock, store } = this.#ports;
    const name = `cleanup ${repository.toLowerCase()}`;
    const last = await store.note(name, this.#signal);
    const now = clock.now();
    if (last !== undefined && now < Number(last) + everyMs) {
      this.#cleanups.set(repository, Number(last) + everyMs);
    } else if (await store.swapNote({ name, from: last, to: String(now) }, this.#signal)) {
      await runCleanup(this.#ports, repository, this.#signal);
    }
  }
}
