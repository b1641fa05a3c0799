import type { ServerPipeline } from "../../core/builds/server_pipeline.ts";
import { planBuild } from "../../core/triggers/plan_build.ts";
import type { ServerPorts } from "./server_ports.ts";
import { buildsOf, secretNames } from "./trigger_build.ts";

/** Returns the first instant after another one that a line of cron names, in UTC; undefined if the line names no more. */
export type NextRun = (line: string, after: number) => number | undefined;

/**
 * Queues the build of a schedule if its time has come. Runs that were missed count as one. A new schedule begins now.
 * Throws AppError `queue_full`.
 */
export async function runSchedule(
  ports: ServerPorts & { readonly nextRun: NextRun },
  pipeline: ServerPipeline,
  signal: AbortSignal,
): Promise<void> {
  const { store, queue, clock, settings, newTraceId, nextRun } = ports;
  const line = pipeline.on.schedule;
  if (line === undefined) return;
  const now = clock.now();
  const name = `schedule ${pipeline.name} ${line}`;
  const note = await store.note(name, signal);
  if (note === undefined) return void await store.swapNote({ name, from: note, to: String(now) }, signal);
  const due = nextRun(line, Number(note));
  if (due === undefined || due > now) return;
  const requested = { cause: { kind: "schedule", by: undefined }, traceId: newTraceId() } as const;
  const build = planBuild(pipeline, requested, { secretNames: secretNames(ports) });
  const intake = { marks: [`${name} ${due}`], builds: [build] };
  const answer = await queue.enqueue(intake, { maxQueued: settings.maxQueued, now }, signal);
  for (const { id } of buildsOf(answer, settings.maxQueued)) ports.onChange(id);
  await store.swapNote({ name, from: note, to: String(now) }, signal);
}
