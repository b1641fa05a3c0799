/** The waits between two sendings of one request. */

import type { Octokit } from "@octokit/core";
import type { Clock } from "../../ports/clock.ts";
import { headersOf } from "./errors.ts";
import { listAt, textAt, valueAt } from "./json.ts";
import { type Delays, limitSeconds } from "./limits.ts";

interface Waiting {
  readonly clock: Clock;
  readonly delays: Required<Delays>;
  readonly onWait: (text: string) => void;
}

/** How long to wait before a request is sent for the `again`th time again, in milliseconds. */
export function backoffMs(delays: Required<Delays>, again: number): number {
  return delays.backoffMs * again * again;
}

/**
 * An octokit plugin, the innermost: it gives every failure the form in which the retry and throttling plugins know
 * it, and does the waiting before a 5xx or a dropped connection is tried again.
 */
export function pace(waiting: Waiting): (octokit: Octokit) => Record<string, never> {
  return (octokit) => {
    octokit.hook.wrap("request", async (request, options) => {
      const signal = signalOf(options);
      try {
        const response = await request(options);
        const problem = hiddenProblem(response);
        // `request` is what the retry plugin knows its own errors by.
        if (problem !== undefined) {
          throw Object.assign(new Error(problem.message), { request: options }, problem);
        }
        return response;
      } catch (thrown) {
        // The plugins would try again what was given up.
        signal.throwIfAborted();
        markLimit(thrown);
        await backOff(waiting, thrown, options);
        throw thrown;
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
    waiting.onWait(`GitHub's rate limit: waiting ${spell(seconds)}`);
    await waiting.clock.sleep(ms, signalOf(options));
    return true;
  };
}

async function backOff(waiting: Waiting, thrown: unknown, options: unknown): Promise<void> {
  const status = valueAt(thrown, "status");
  if (typeof status !== "number" || status < 500) return;
  const sent = Number(valueAt(options, "request", "retryCount") ?? 0) + 1;
  const retries = Number(valueAt(options, "request", "retries") ?? waiting.delays.retries);
  if (sent > retries) return;
  const ms = backoffMs(waiting.delays, sent);
  const reason = valueAt(thrown, "response") === undefined ? "does not answer" : `answered ${status}`;
  waiting.onWait(`GitHub ${reason}: trying again in ${spell(ms / 1000)}`);
  await waiting.clock.sleep(ms, signalOf(options));
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
