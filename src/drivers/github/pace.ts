/** The waits between two sendings of one request, and what is sent again after them. */

import type { Octokit } from "@octokit/core";
import type { Clock } from "../../ports/clock.ts";
import { headersOf } from "./errors.ts";
import { listAt, textAt, valueAt } from "./json.ts";
import { type Delays, limitSeconds } from "./limits.ts";

/** Statuses that are answers: asking again would not change them. 403 and 429 belong to the throttling plugin. */
const ANSWERS = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 451];

interface Waiting {
  readonly clock: Clock;
  readonly delays: Required<Delays>;
  readonly onWait: (text: string) => void;
  /** What requests that wait at this moment have said: several are under way at once. */
  readonly said: Set<string>;
}

/** How long to wait before a request is sent for the `again`th time again, in milliseconds. */
export function backoffMs(delays: Required<Delays>, again: number): number {
  return delays.backoffMs * again * again;
}

/**
 * An octokit plugin, the innermost: after a 5xx or a dropped connection it waits and sends again, and it gives every
 * rate limit the form in which the throttling plugin knows it. Octokit's own plugin for the first puts each request
 * through a limiter whose timers take longer than a request to a server nearby.
 */
export function pace(waiting: Waiting): (octokit: Octokit) => Record<string, never> {
  return (octokit) => {
    octokit.hook.wrap("request", async (request, options) => {
      const signal = signalOf(options);
      for (let sent = 1;; sent++) {
        try {
          const response = await request(options);
          const problem = hiddenProblem(response);
          if (problem !== undefined) throw Object.assign(new Error(problem.message), problem);
          return response;
        } catch (thrown) {
          // What was given up is not tried again.
          signal.throwIfAborted();
          markLimit(thrown);
          const retries = Number(valueAt(options, "request", "retries") ?? waiting.delays.retries);
          if (sent > retries || !mayPass(thrown)) throw thrown;
          await backOff(waiting, thrown, { sent, signal });
        }
      }
    });
    return {};
  };
}

/** What the throttling plugin asks: whether to send again after so many seconds, having waited so often. */
type LimitHandler = (
  ...asked: readonly [seconds: number, options: unknown, octokit: unknown, waits: number]
) => Promise<boolean>;

/** Answers the throttling plugin; the wait is done here, so that it has nothing left to wait for. */
export function waitForLimit(waiting: Waiting): LimitHandler {
  return async (...[seconds, options, , waits]) => {
    const ms = seconds * 1000;
    if (waits >= waiting.delays.limitWaits || ms > waiting.delays.maxLimitWaitMs) return false;
    const text = `GitHub's rate limit: waiting ${spell(seconds)}`;
    await waitOnce(waiting, { ms, signal: signalOf(options), text });
    return true;
  };
}

/** Whether the same request may be answered otherwise. */
function mayPass(thrown: unknown): boolean {
  const status = valueAt(thrown, "status");
  return typeof status === "number" && status >= 400 && !ANSWERS.includes(status);
}

async function backOff(
  waiting: Waiting,
  thrown: unknown,
  { sent, signal }: { readonly sent: number; readonly signal: AbortSignal },
): Promise<void> {
  const ms = backoffMs(waiting.delays, sent);
  const reason = valueAt(thrown, "response") === undefined
    ? "does not answer"
    : `answered ${valueAt(thrown, "status")}`;
  await waitOnce(waiting, { ms, signal, text: `GitHub ${reason}: trying again in ${spell(ms / 1000)}` });
}

/** Waits, and says so unless a request beside this one has said the same and still waits. */
async function waitOnce(
  { clock, onWait, said }: Waiting,
  { text, ms, signal }: { readonly text: string; readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  const first = !said.has(text);
  if (first) {
    said.add(text);
    onWait(text);
  }
  try {
    await clock.sleep(ms, signal);
  } finally {
    if (first) said.delete(text);
  }
}

interface HiddenProblem {
  readonly status: number;
  readonly message: string;
  readonly response?: unknown;
}

/** What is wrong with an answer of status 200 that is a failure all the same; undefined where it is none. */
function hiddenProblem(response: unknown): HiddenProblem | undefined {
  const data = valueAt(response, "data");
  if (listAt(data, "errors").some((issue) => textAt(issue, "type") === "RATE_LIMITED")) {
    return { status: 403, message: "GraphQL rate limit", response };
  }
  // GitHub's words for a failure of its own.
  const first = textAt(listAt(data, "errors")[0], "message") ?? "";
  if (/Something went wrong while executing your query/.test(first)) {
    return { status: 500, message: first, response };
  }
  // octokit gives text where JSON could not be read to its end: the connection was lost while it came.
  const isJson = /\bjson\b/.test(headersOf(response)["content-type"] ?? "");
  return isJson && typeof data === "string" ? { status: 500, message: "the answer was cut off" } : undefined;
}

/** The throttling plugin knows a limit by words in its message only; GitHub's headers are what counts. */
function markLimit(thrown: unknown): void {
  const response = valueAt(thrown, "response");
  if (!(thrown instanceof Error) || response === undefined) return;
  const headers = headersOf(response);
  const seconds = limitSeconds({
    status: Number(valueAt(thrown, "status")),
    headers,
    message: thrown.message,
  });
  if (seconds === undefined) return;
  thrown.message = `secondary rate limit: ${thrown.message}`;
  headers["retry-after"] = String(seconds);
}

function signalOf(options: unknown): AbortSignal {
  const signal = valueAt(options, "request", "signal");
  return signal instanceof AbortSignal ? signal : new AbortController().signal;
}

function spell(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
