import type { Build } from "../../core/builds/build.ts";
import { asksForPermission, planHook } from "../../core/triggers/plan_hook.ts";
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
  /** Whether the same hook had come before. */
  readonly repeated: boolean;
  /** Why pipelines were not built, by name; under an empty name, why the hook builds nothing at all. */
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * Queues the builds of a hook, once: the same delivery or the same body again queues nothing. Throws AppError
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
  if (hook.kind === "other") return { builds: [], repeated: false, reasons: { "": hook.reason } };
  const pipelines = [...ports.files.current().pipelines.values()];
  const plan = planHook(pipelines, {
    hook,
    newTraceId: ports.newTraceId,
    secretNames: secretNames(ports),
    senderMayWrite: asksForPermission(pipelines, hook) && hook.sender !== undefined &&
      await ports.mayWrite?.(hook.sender, hook.repository, signal) === true,
  });
  if (plan.builds.length === 0) return { builds: [], repeated: false, reasons: plan.reasons };
  const marks = [`body ${bodyHash}`, ...(delivery === undefined ? [] : [`delivery ${delivery}`])];
  const { maxQueued } = ports.settings;
  const answer = await ports.queue.enqueue(
    { marks, builds: plan.builds },
    { maxQueued, now: ports.clock.now() },
    signal,
  );
  const builds = buildsOf(answer, maxQueued);
  for (const { id } of builds) ports.onChange(id);
  return { builds, repeated: answer.kind === "repeated", reasons: plan.reasons };
}
