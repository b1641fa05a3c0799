import { toError } from "../../../lib/errors.ts";
import type { RemoteRefs } from "../../ports/remote_refs.ts";
import { pollRepository } from "./poll_repository.ts";
import { type NextRun, runSchedule } from "./run_schedule.ts";
import type { ServerPorts } from "./server_ports.ts";

/** The ports of what a server does by itself. */
export type BackgroundPorts = ServerPorts & {
  readonly remoteRefs: RemoteRefs;
  readonly nextRun: NextRun;
  /** Names this process among those that share the store. */
  readonly holder: string;
  readonly say: (line: string) => void;
  /** Sends the news of builds whose server was killed before it had sent them. */
  readonly sendLateNews: (signal: AbortSignal) => Promise<void>;
  /** Shows the statuses of builds whose server was killed before it had shown them. */
  readonly showLateStatuses: (signal: AbortSignal) => Promise<void>;
};

const SWEEP_MS = 2_000;
const TICK_MS = 5_000;
const NEWS_MS = 30_000;
const PRUNE_MS = 3_600_000;
/** A task of a server that is gone is taken over after this time. */
const LEAD_MS = 60_000;
const KEPT_MS = 30 * 24 * 3_600_000;
const KEPT_BYTES = 10_000_000_000;

/**
 * Does what no request asks for, until `signal` aborts: ends leases, polls repositories, runs schedules, removes old builds.
 * Of several servers on one store, one polls and runs schedules. A task that fails is tried again.
 */
export async function runBackground(ports: BackgroundPorts, signal: AbortSignal): Promise<void> {
  const { clock, queue, store, onChange } = ports;
  const nextPolls = new Map<string, number>();
  const tasks: readonly Task[] = [
    {
      name: "leases",
      everyMs: SWEEP_MS,
      run: async () => (await queue.sweep(clock.now(), signal)).forEach(({ id }) => onChange(id)),
    },
    { name: "polls and schedules", everyMs: TICK_MS, run: () => tick(ports, nextPolls, signal) },
    { name: "news", everyMs: NEWS_MS, run: () => ports.sendLateNews(signal) },
    { name: "statuses", everyMs: NEWS_MS, run: () => ports.showLateStatuses(signal) },
    {
      name: "old builds",
      everyMs: PRUNE_MS,
      run: async () => {
        const now = clock.now();
        await store.prune({ now, before: now - KEPT_MS, maxBytes: KEPT_BYTES }, signal);
      },
    },
  ];
  await Promise.all(tasks.map((task) => repeat(ports, task, signal)));
}

interface Task {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

async function repeat({ clock, say }: BackgroundPorts, task: Task, signal: AbortSignal): Promise<void> {
  let said = "";
  while (!signal.aborted) {
    try {
      await task.run();
      said = "";
    } catch (error) {
      const { message } = toError(error);
      // A failure that lasts is said once.
      if (!signal.aborted && message !== said) say(`${task.name}: ${message}`);
      said = message;
    }
    await clock.sleep(task.everyMs, signal).catch(() => {});
  }
}

/** Polls and schedules of every pipeline whose time has come. `next` has the time of the next poll by pipeline. */
async function tick(
  ports: BackgroundPorts,
  next: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, files, holder, say } = ports;
  const lease = { task: "polls and schedules", holder, leaseMs: LEAD_MS };
  if (!await store.lead({ ...lease, now: clock.now() }, signal)) return;
  for (const pipeline of files.current().pipelines.values()) {
    const { pollMs } = pipeline.on;
    try {
      await runSchedule(ports, pipeline, signal);
      if (pollMs === undefined || clock.now() < (next.get(pipeline.name) ?? 0)) continue;
      // Polls are spread, so that many pipelines do not ask at once.
      next.set(pipeline.name, clock.now() + pollMs * (0.95 + Math.random() / 10));
      await pollRepository(ports, pipeline, signal);
    } catch (error) {
      signal.throwIfAborted();
      say(`pipeline ${pipeline.name}: ${toError(error).message}`);
    }
  }
}
