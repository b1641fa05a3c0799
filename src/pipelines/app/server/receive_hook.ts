import type { Build } from "../../core/builds/build.ts";
import { asksForPermission, type BuildHook, type HookPlan, planHook } from "../../core/triggers/plan_hook.ts";
import { readHook } from "../../core/triggers/read_hook.ts";
import { usageError } from "../../../lib/errors.ts";
import type { ServerPorts } from "./server_ports.ts";
import { buildsOf, secretNames } from "./trigger_build.ts";

/** A hook whose signature is right. */
export interface ReceivedHook {
  /** The value of `X-GitHub-Event`. */
  readonly event: string;
  /** The value of `X-GitHub-Delivery`. It is not signed. */
  readonly delivery: string | undefined;
  /** The SHA-256 of the body. */
  readonly bodyHash: string;
  readonly payload: unknown;
}

/** The answer to a hook. */
export interface HookAnswer {
  readonly builds: readonly Build[];
  /** Whether the environment of a pull request is synced. */
  readonly syncs: boolean;
  /** Whether the same hook had come before. */
  readonly repeated: boolean;
  /** Why pipelines were not built, by name; under an empty name, why the hook builds nothing at all. */
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * Queues the builds of a hook and notes the sync of its pull request, once: the same delivery or the same body again queues nothing. Throws AppError
 * `hook_invalid` (exit code 2) or `queue_full`.
 */
export async function receiveHook(
  ports: ServerPorts,
  { event, delivery, bodyHash, payload }: ReceivedHook,
  signal: AbortSignal,
): Promise<HookAnswer> {
  const hook = readHook(event, payload);
  if (hook.kind === "invalid") {
    throw usageError("hook_invalid", `Reading the hook ${event}: ${hook.problem}`, "Send what GitHub sends");
  }
  const plan = hook.kind === "other"
    ? { builds: [], reasons: { "": hook.reason } }
    : await planBuilds(ports, hook, signal);
  const noteSync = ports.environments?.intake({ event, payload, id: bodyHash });
  if (plan.builds.length === 0 && noteSync === undefined) {
    return { builds: [], syncs: false, repeated: false, reasons: plan.reasons };
  }
  const marks = [`body ${bodyHash}`, ...(delivery === undefined ? [] : [`delivery ${delivery}`])];
  // The note comes before the marks: after a crash in between, a sync too many is better than none.
  if (noteSync !== undefined && !await ports.queue.isMarked(marks, signal)) await noteSync(signal);
  const { maxQueued } = ports.settings;
  const answer = await ports.queue.enqueue(
    { marks, builds: plan.builds },
    { maxQueued, now: ports.clock.now() },
    signal,
  );
  const builds = buildsOf(answer, maxQueued);
  for (const { id } of builds) ports.onChange(id);
  const repeated = answer.kind === "repeated";
  return { builds, syncs: noteSync !== undefined && !repeated, repeated, reasons: plan.reasons };
}

async function planBuilds(
  ports: ServerPorts,
  hook: BuildHook,
  signal: AbortSignal,
): Promise<HookPlan> {
  const pipelines = [...ports.files.current().pipelines.values()];
  return planHook(pipelines, {
    hook,
    newTraceId: ports.newTraceId,
    secretNames: secretNames(ports),
    senderMayWrite: asksForPermission(pipelines, hook) && hook.sender !== undefined &&
      await ports.mayWrite?.(hook.sender, hook.repository, signal) === true,
  });
}
