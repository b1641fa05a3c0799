import { AppError, EXIT } from "../../../lib/errors.ts";
import { capturesOf, planCaptures } from "../../core/events/kinds/capture.ts";
import type { HandlerRecord } from "../../core/events/event_keys.ts";
import { withHeader } from "../../core/events/safety/event_headers.ts";
import type { HandlerAction } from "../../core/events/handler.ts";
import type { Value } from "../../core/tree/value.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import { commitStep, type StepPlace } from "./commit_step.ts";
import type { HandlerResult } from "./event_call.ts";
import type { EventPorts } from "./event_ports.ts";
import { isTreeRefusal, resultOf, skipped } from "./handler_result.ts";
import { answerNotJson, judgeAnswer } from "./judge_answer.ts";
import { type HandlerRun, placeOf } from "./handler_run.ts";
import { languageOf } from "./language.ts";
import { sendRequest } from "./send_request.ts";

/** How long recording a result may take after the call was interrupted, in milliseconds. */
const LAST_WORDS_MS = 10_000;

type DeliveredAction = Extract<HandlerAction, { readonly kind: "send" | "comment" }>;

/** A request or comment of a handler, and what is known of an earlier one with the same key. */
export interface Delivery extends HandlerRun {
  readonly action: DeliveredAction;
  readonly known: HandlerRecord | undefined;
}

/** The end of a request or comment. */
type Delivered =
  | { readonly kind: "taken"; readonly body: Value | undefined }
  | {
    readonly kind: "refused";
    readonly error: AppError;
    readonly unsure: boolean;
    readonly status: boolean;
  };

/**
 * Commits the intent of a request, sends it, and commits its result together with the captured values. An
 * intent that has no result says that the request may or may not have been sent.
 */
export async function deliver(
  ports: EventPorts,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<HandlerResult> {
  const { handler, known, confirm } = delivery;
  const idempotencyKey = known?.idempotencyKey ?? crypto.randomUUID();
  const place = placeOf(delivery);
  await confirm();
  const intent = await commitStep(ports, { place, step: "intent", idempotencyKey, operations: [] }, signal);
  if (intent === undefined) return skipped(handler, "another call has done it with this key");
  const delivered = await hand(ports, { ...delivery, idempotencyKey }, signal);
  const alive = signal.aborted ? AbortSignal.timeout(LAST_WORDS_MS) : signal;
  try {
    const result = await record(ports, { ...delivery, place, idempotencyKey, delivered, intent }, alive);
    return known?.state === "intent"
      ? { ...result, warnings: [sentAgain(delivery), ...result.warnings] }
      : result;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint =
      "The request was sent. With --key, the next call sends it again with the same Idempotency-Key";
    throw new AppError(error.code, `Recording the result of ${handler.name}: ${error.message}`, {
      exitCode: error.exitCode,
      retryable: error.retryable,
      hint,
      cause: error,
    });
  }
}

function sentAgain({ handler, known }: Delivery): string {
  return `${handler.name} may have been sent at ${known?.time} without a result: ` +
    "it was sent again, with the same Idempotency-Key";
}

async function hand(
  { http, clock, random, comments, settings }: EventPorts,
  { action, call, idempotencyKey }: Delivery & { readonly idempotencyKey: string },
  signal: AbortSignal,
): Promise<Delivered> {
  if (action.kind === "comment") {
    const { pr, ...comment } = action.comment;
    try {
      await comments?.upsert(pr, comment, signal);
      return { kind: "taken", body: undefined };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { kind: "refused", error, unsure: false, status: false };
    }
  }
  const header = { name: "Idempotency-Key", value: idempotencyKey, at: "the request" };
  const request = { ...action.request, headers: withHeader(action.request.headers, header) };
  const { timeoutMs, attempts } = settings.http;
  const outcome = await sendRequest({ http, clock, random }, { request, timeoutMs, attempts }, signal);
  if (outcome.kind === "failed") {
    return { kind: "refused", error: outcome.error, unsure: outcome.unsure, status: false };
  }
  const judged = judgeAnswer(outcome.answer, { request, rules: call.rules, attempts });
  return judged.kind === "taken" ? judged : { ...judged, unsure: false, status: true };
}

interface Recording extends Delivery {
  readonly place: StepPlace;
  readonly idempotencyKey: string;
  readonly delivered: Delivered;
  /** The context with the intent, whose tree capture rules see. */
  readonly intent: StoredContext;
}

async function record(ports: EventPorts, recording: Recording, signal: AbortSignal): Promise<HandlerResult> {
  const { place, idempotencyKey, delivered, handler, call } = recording;
  if (delivered.kind === "refused") {
    const { error, unsure, status } = delivered;
    const state = unsure ? "intent" : "failed";
    await commitStep(ports, { place, step: "failed", state, idempotencyKey, operations: [] }, signal);
    const exitCode = status && !call.rules.answersFail ? EXIT.done : EXIT.failed;
    return resultOf(handler, "failed", { error, exitCode });
  }
  const { problem, warnings } = await recordTaken(ports, { ...recording, body: delivered.body }, signal);
  return resultOf(handler, "sent", { error: problem, warnings });
}

/** Commits that a request was taken, with its captures. Captures that the tree cannot take are left out. */
async function recordTaken(
  ports: EventPorts,
  { place, idempotencyKey, handler, call, action, intent, body }: Recording & {
    readonly body: Value | undefined;
  },
  signal: AbortSignal,
): Promise<{ readonly problem?: AppError; readonly warnings: readonly string[] }> {
  const captures = capturesOf(handler, ports.settings);
  const scope = { tree: intent.tree, render: languageOf(ports, call.rules).render, rules: call.rules };
  const { operations, problems } = body === undefined
    ? { operations: [], problems: [] }
    : planCaptures(scope, captures, { body });
  const found: AppError[] = [...problems];
  const step = { place, step: "done", idempotencyKey } as const;
  try {
    await commitStep(ports, { ...step, operations }, signal);
  } catch (error) {
    if (operations.length === 0 || !isTreeRefusal(error)) throw error;
    found.push(error);
    await commitStep(ports, { ...step, operations: [] }, signal);
  }
  const lacksJson = action.kind === "send" && body === undefined;
  if (lacksJson && call.rules.jsonRequired.includes(handler.kind)) found.push(answerNotJson(handler.kind));
  const [problem] = found;
  const warnings = lacksJson && captures.length > 0
    ? [`${handler.name}: the answer is not JSON, so nothing of it was captured`]
    : [];
  return { ...problem === undefined ? {} : { problem: captureProblem(handler.name, problem) }, warnings };
}

function captureProblem(name: string, error: AppError): AppError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new AppError(error.code, `Reading the answer to ${name}, which was sent: ${error.message}`, hint);
}
