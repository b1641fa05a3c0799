import { AppError } from "../../../lib/errors.ts";
import { makeConceal } from "../../core/events/safety/conceal.ts";
import type { HandlerRecord } from "../../core/events/event_keys.ts";
import type { Handler, HandlerAction } from "../../core/events/handler.ts";
import { findRecord } from "../../core/events/key_records.ts";
import { planHandler } from "../../core/events/plan_handler.ts";
import type { Operation } from "../../core/tree/operations.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import { commitStep } from "./commit_step.ts";
import { deliver } from "./deliver.ts";
import type { HandlerResult } from "./event_call.ts";
import type { EventPorts } from "./event_ports.ts";
import { type HandlerRun, placeOf, scopeOf } from "./handler_run.ts";
import { concealResult, failed, isTreeRefusal, resultOf, skipped } from "./handler_result.ts";
import { planDry } from "./plan_dry.ts";

/**
 * Runs one handler on what is stored now. Its failure is a result; errors of the store are thrown. Returns
 * the result, and what the next handler of a dry run sees.
 */
export async function runHandler(
  ports: EventPorts,
  { stored, ...run }: HandlerRun & { readonly stored: StoredContext },
  signal: AbortSignal,
): Promise<{ readonly result: HandlerResult; readonly stored: StoredContext }> {
  const conceal = makeConceal(stored.tree, { settings: ports.settings, redact: ports.settings.redact });
  const known = knownRecord(run, stored);
  const action = decide(ports, { ...run, known, stored });
  if ("state" in action) return { result: concealResult(action, { conceal }), stored };
  if (run.call.dryRun) {
    const planned = planDry(ports, { ...run, action, stored, conceal });
    return { ...planned, result: concealResult(planned.result, { conceal }) };
  }
  const result = action.kind === "set"
    ? await assign(ports, { ...run, operations: action.operations }, signal)
    : await deliver(ports, { ...run, action, known }, signal);
  return { result: concealResult(result, { conceal }), stored };
}

/** Decides what a handler does now; a result if it does nothing. */
function decide(
  ports: EventPorts,
  { call, handler, known, stored }: HandlerRun & {
    readonly known: HandlerRecord | undefined;
    readonly stored: StoredContext;
  },
): HandlerResult | Exclude<HandlerAction, { readonly kind: "skip" }> {
  if (!handler.enabled) return skipped(handler, "it has `enabled: false`");
  if (known?.state === "done") return skipped(handler, `it was done with this key at ${known.time}`);
  if (known?.state === "intent" && call.unsure === "skip") {
    return skipped(handler, `it may have been sent with this key at ${known.time}`);
  }
  try {
    const action = planHandler(scopeOf(ports, call, stored), handler, { ...call, settings: ports.settings });
    if (action.kind === "skip") return skipped(handler, action.why);
    if (action.kind === "comment" && ports.comments === undefined && !call.dryRun) {
      throw commentsMissing(handler);
    }
    return action;
  } catch (error) {
    return failed(handler, error);
  }
}

function knownRecord({ call, handler }: HandlerRun, { keys }: StoredContext): HandlerRecord | undefined {
  const { pipeline, event, key } = call;
  return key === undefined
    ? undefined
    : findRecord(keys, { pipeline, event, key }, { handler: handler.name });
}

/** Commits the values of `set-values` as one version. */
async function assign(
  ports: EventPorts,
  { operations, ...run }: HandlerRun & { readonly operations: readonly Operation[] },
  signal: AbortSignal,
): Promise<HandlerResult> {
  const { handler } = run;
  await run.confirm();
  try {
    // No request is made, so there is no intent and no Idempotency-Key.
    const step = { place: placeOf(run), step: "done", idempotencyKey: "", operations } as const;
    const stored = await commitStep(ports, step, signal);
    if (stored === undefined) return skipped(handler, "another call has done it with this key");
    return resultOf(handler, "set");
  } catch (error) {
    if (isTreeRefusal(error)) return failed(handler, error);
    throw error;
  }
}

function commentsMissing({ name }: Handler): AppError {
  return new AppError("comments_unavailable", `Running the handler ${name}: there is no token for GitHub`, {
    hint: "Set GITHUB_TOKEN, and the repository if it is not that of the working folder",
  });
}
