/**
 * The waits between two attempts of one request: after a rate limit, a 5xx or a dropped connection.
 *
 * Every wait goes through the Clock, so an abort ends it and no timer keeps the process alive.
 */

import type { Octokit } from "octokit";
import { formatSpan } from "../../lib/duration.ts";
import type { Clock } from "../../ports/clock.ts";
import { isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";
import { headersOf } from "./errors.ts";
import { listAt, textAt, valueAt } from "./json.ts";
import { type Delays, limitSeconds } from "./limits.ts";

/** Statuses that the same request would get again. A rate limit's 403 or 429 does not get this far. */
const FINAL = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 451];

interface Waiting {
  readonly clock: Clock;
  readonly delays: Required<Delays>;
  readonly onWait: (text: string) => void;
  /** The messages of the waits under way: requests that run side by side announce the same wait only once. */
  readonly said: Set<string>;
}

/** Returns the wait before the retry numbered `retry` (from 1), in milliseconds. */
export function backoffMs(delays: Required<Delays>, retry: number): number {
  return delays.backoffMs * retry * retry;
}

/**
 * Makes octokit wait and send a request again after a rate limit, a 5xx or a dropped connection.
 *
 * A rate limit is an answer that changed nothing. So every request is sent again after it, even one with
 * `retries: 0`. Octokit has plugins for throttling and retries. They do not know the Clock, an abort does not
 * end their waits, and their limiters' timers take longer than a request to a server nearby.
 */
export function pace(octokit: Octokit, waiting: Waiting): void {
  const { delays } = waiting;
  octokit.hook.wrap("request", async (request, options) => {
    const signal = signalOf(options);
    const retries = Number(valueAt(options, "request", "retries") ?? delays.retries);
    let limits = 0;
    let failures = 0;
    for (;;) {
      try {
        const response = await request(options);
        const problem = hiddenProblem(response);
        if (problem !== undefined) throw Object.assign(new Error(problem.message), problem);
        return response;
      } catch (thrown) {
        signal.throwIfAborted();
        const seconds = secondsOfLimit(thrown);
        if (seconds === undefined) {
          failures++;
          if (failures > retries || !isPassing(thrown)) throw thrown;
          await backOff(waiting, thrown, { retry: failures, signal });
        } else {
          limits++;
          const ms = seconds * 1000;
          if (limits > delays.limitWaits || ms > delays.maxLimitWaitMs) throw thrown;
          await waitOnce(waiting, {
            ms,
            signal,
            text: `GitHub's rate limit: waiting ${formatSpan(ms, Math.ceil)}`,
          });
          // GitHub answered in between, so the next failure is a new one.
          failures = 0;
        }
      }
    }
  });
}

/** Whether the same request may get another answer later. */
function isPassing(thrown: unknown): boolean {
  if (isUntrustedCertificate(thrown)) return false;
  const status = valueAt(thrown, "status");
  return typeof status === "number" && status >= 400 && !FINAL.includes(status);
}

async function backOff(
  waiting: Waiting,
  thrown: unknown,
  { retry, signal }: { readonly retry: number; readonly signal: AbortSignal },
): Promise<void> {
  const ms = backoffMs(waiting.delays, retry);
  const reason = valueAt(thrown, "response") === undefined
    ? "does not answer"
    : `answered ${valueAt(thrown, "status")}`;
  await waitOnce(waiting, {
    ms,
    signal,
    text: `GitHub ${reason}: trying again in ${formatSpan(ms, Math.ceil)}`,
  });
}

/** Waits, and announces it unless another request has announced the same wait and is still waiting. */
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

/** Finds the failure in an answer of status 200; returns undefined if the answer is a success. */
function hiddenProblem(response: unknown): HiddenProblem | undefined {
  const data = valueAt(response, "data");
  if (listAt(data, "errors").some((issue) => textAt(issue, "type") === "RATE_LIMITED")) {
    return { status: 403, message: "GraphQL rate limit", response };
  }
  // GitHub reports an internal failure with this text.
  const first = textAt(listAt(data, "errors")[0], "message") ?? "";
  if (/Something went wrong while executing your query/.test(first)) {
    return { status: 500, message: first, response };
  }
  // If the connection is lost halfway through the body, octokit returns the JSON as text.
  const isJson = /\bjson\b/.test(headersOf(response)["content-type"] ?? "");
  return isJson && typeof data === "string" ? { status: 500, message: "the answer was cut off" } : undefined;
}

/** Returns the seconds until GitHub accepts requests again; undefined if the failure is no rate limit. */
function secondsOfLimit(thrown: unknown): number | undefined {
  const response = valueAt(thrown, "response");
  if (response === undefined) return undefined;
  return limitSeconds({
    status: Number(valueAt(thrown, "status")),
    headers: headersOf(response),
    message: textAt(thrown, "message") ?? "",
  });
}

function signalOf(options: unknown): AbortSignal {
  const signal = valueAt(options, "request", "signal");
  return signal instanceof AbortSignal ? signal : new AbortController().signal;
}
