import type { Build } from "../../core/builds/build.ts";
import { type BuildStep, StepTree } from "../../core/builds/step_tree.ts";
import type { PlacedEvent } from "../../ports/build_store.ts";
import { unknownBuild } from "./change_build.ts";
import type { ServerPorts } from "./server_ports.ts";

/** A build with the steps of its newest attempt. */
export interface ShownBuild {
  readonly build: Build;
  readonly steps: readonly BuildStep[];
  readonly warnings: readonly string[];
  /** The place of the last event that is in it. */
  readonly place: number;
}

/** The number of events that are read at once. */
const PAGE = 2000;

/** Shows a build with its steps. Throws AppError `build_unknown`. */
export async function showBuild(ports: ServerPorts, id: string, signal: AbortSignal): Promise<ShownBuild> {
  const build = await ports.store.build(id, signal);
  if (build === undefined) throw unknownBuild(id);
  const tree = new StepTree();
  let place = 0;
  for await (const each of storedEvents(ports, { build: id, after: 0 }, signal)) {
    if (each.attempt === build.attempt) tree.add(each.event);
    place = each.place;
  }
  return { build, steps: tree.roots(), warnings: tree.warnings, place };
}

/** Reads the events of a build that are stored now, after a place. */
export async function* storedEvents(
  { store, clock }: ServerPorts,
  { build, after }: { readonly build: string; readonly after: number },
  signal: AbortSignal,
): AsyncGenerator<PlacedEvent> {
  for (let place = after;;) {
    const events = await store.events({ build, after: place, limit: PAGE }, signal);
    for (const each of events) {
      yield each;
      place = each.place;
    }
    if (events.length === 0) return;
    // Other requests are answered between two parts of a large build.
    if (events.length === PAGE) await clock.sleep(0, signal);
  }
}

/** Explains why a build waits: the workers that could take it are missing or busy. Undefined unless it waits. */
export async function explainWaiting(
  { store, clock }: ServerPorts,
  build: Build,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (build.state !== "queued") return undefined;
  const now = clock.now();
  const workers = (await store.workers(signal)).filter(({ seenAt }) => now - seenAt < WORKER_GONE_MS);
  if (workers.some(({ tags }) => build.workerTags.every((tag) => tags.includes(tag)))) {
    return build.reason ?? "It waits for a worker or for other builds of its group";
  }
  const words = build.workerTags.length === 0
    ? "no worker has asked for work"
    : `no worker with ${build.workerTags.join(" and ")} has asked for work`;
  return `${build.reason === undefined ? "" : `${build.reason}. `}In the last minute ${words}`;
}

/** Milliseconds after which a worker that does not ask any more counts as gone. */
const WORKER_GONE_MS = 60_000;
