import type { ServerPipeline } from "../../core/builds/server_pipeline.ts";
import { planBuild } from "../../core/triggers/plan_build.ts";
import { movedRefs, type SeenRefs, watchedRefs } from "../../core/triggers/plan_poll.ts";
import type { RemoteRefs } from "../../ports/remote_refs.ts";
import type { ServerPorts } from "./server_ports.ts";
import { buildsOf, secretNames } from "./trigger_build.ts";

/** A look at a repository as the store remembers it. */
interface Look {
  /** Grows by one with each look that saw a change. */
  readonly number: number;
  readonly refs: SeenRefs;
}

/**
 * Looks at the repository of a pipeline once, and queues a build for each branch and tag that moved since the last look.
 * The first look queues nothing. A look that is repeated after a crash queues nothing twice. Returns the number of builds.
 * Throws AppError `remote_unreadable` or `queue_full`.
 */
export async function pollRepository(
  ports: ServerPorts & { readonly remoteRefs: RemoteRefs },
  pipeline: ServerPipeline,
  signal: AbortSignal,
): Promise<number> {
  const { store, queue, clock, settings, newTraceId, remoteRefs } = ports;
  const name = `poll ${pipeline.name} ${pipeline.repository}`;
  const note = await store.note(name, signal);
  const refs = watchedRefs(pipeline, await remoteRefs.list(pipeline.repository, signal));
  const last = note === undefined ? undefined : JSON.parse(note) as Look;
  const number = (last?.number ?? 0) + 1;
  const moved = last === undefined ? [] : movedRefs(last.refs, refs);
  let queued = 0;
  for (const { ref, tag, sha, changes, hash } of moved) {
    const build = planBuild(pipeline, {
      cause: { kind: "poll", by: undefined },
      traceId: newTraceId(),
      ref,
      tag,
      sha,
      changes,
    }, { secretNames: secretNames(ports) });
    const intake = { marks: [`${name} ${number} ${ref} ${hash}`], builds: [build] };
    const answer = await queue.enqueue(intake, { maxQueued: settings.maxQueued, now: clock.now() }, signal);
    for (const { id } of buildsOf(answer, settings.maxQueued)) {
      ports.onChange(id);
      queued++;
    }
  }
  const look: Look = { number, refs };
  await store.swapNote({ name, from: note, to: JSON.stringify(look) }, signal);
  return queued;
}
