import { AppError } from "../../../lib/errors.ts";
import type { Http, HttpAnswer } from "../../../ports/http.ts";
import type { ContextSettings } from "../../core/settings.ts";
import type { EventRequest } from "../../core/events/handler.ts";
import type { EventPorts } from "./event_ports.ts";

/** The longest pause that a server can ask for, in milliseconds. */
const LONGEST_RETRY_AFTER_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 20_000;

/** The end of a request's attempts. */
export type SendOutcome =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  | {
    readonly kind: "failed";
    readonly error: AppError;
    /** Whether the server may have done it: an attempt got no answer. */
    readonly unsure: boolean;
  };

/** The request and how often it is tried. */
export interface SendOptions extends Pick<ContextSettings["http"], "timeoutMs" | "attempts"> {
  readonly request: EventRequest;
}

/**
 * Sends a request, again after connection errors, 408, 429 and 5xx, with growing random pauses or the one
 * that the server asks for. The last answer counts, whatever its status.
 */
export async function sendRequest(
  { http, clock, random }: Pick<EventPorts, "clock" | "random"> & { readonly http: Http },
  { request, attempts, timeoutMs }: SendOptions,
  signal: AbortSignal,
): Promise<SendOutcome> {
  let unsure = false;
  for (let attempt = 1;; attempt++) {
    const outcome = await sendOnce(http, { ...request, timeoutMs }, signal);
    unsure ||= outcome.kind === "failed" && outcome.unsure;
    if (outcome.kind === "answered" && !isPassing(outcome.answer.status)) return outcome;
    if (attempt >= attempts) return finalOutcome(outcome, { request, attempts, unsure });
    const asked = outcome.kind === "answered" ? retryAfterMs(outcome.answer, clock.now()) : undefined;
    await clock.sleep(asked ?? pauseMs(attempt, random()), signal);
  }
}

async function sendOnce(
  http: Http,
  request: Parameters<Http["send"]>[0],
  signal: AbortSignal,
): Promise<SendOutcome> {
  try {
    return { kind: "answered", answer: await http.send(request, signal) };
  } catch (error) {
    if (!(error instanceof AppError) || !error.retryable) throw error;
    return { kind: "failed", error, unsure: error.code !== "http_unreachable" };
  }
}

/**
 * An attempt without an answer leaves it open whether the server has done it, also if a later one was
 * refused.
 */
function finalOutcome(
  outcome: SendOutcome,
  { request, attempts, unsure }: {
    readonly request: EventRequest;
    readonly attempts: number;
    readonly unsure: boolean;
  },
): SendOutcome {
  if (outcome.kind === "failed") return { ...outcome, unsure };
  if (!unsure) return outcome;
  return {
    kind: "failed",
    error: statusError(request.url, { status: outcome.answer.status, attempts }),
    unsure,
  };
}

/** Makes the error for an answer that is not 2xx. */
export function statusError(
  url: string,
  { status, attempts }: { readonly status: number; readonly attempts: number },
): AppError {
  const origin = URL.parse(url)?.origin ?? "a URL";
  const passing = isPassing(status);
  return new AppError(
    "http_status",
    `Sending to ${origin}: it answered ${status}${passing && attempts > 1 ? ` to ${attempts} attempts` : ""}`,
    {
      retryable: passing,
      hint: status >= 300 && status <= 399
        ? "Redirects are not followed: configure the final address"
        : status === 401 || status === 403
        ? "Check the token and what it may do"
        : passing
        ? "Run it again later"
        : "Check the address and the payload's template",
    },
  );
}

/** Whether a status may be another one after a while. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

function pauseMs(attempt: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

/** The pause of `Retry-After`, in seconds or as a date, with a limit; undefined without a readable one. */
function retryAfterMs({ headers }: HttpAnswer, now: number): number | undefined {
  const text = headers["retry-after"]?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
}
