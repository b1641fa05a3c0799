import { readWhole } from "../../lib/read_whole.ts";
import { maskUrlLogins } from "../../lib/url_login.ts";
import { VERSION } from "../../lib/version.ts";
import type { SignalTarget } from "../../pipelines/core/trace/mod.ts";
import { type Ending, pause } from "./ending.ts";

/** The answer of a collector to one message. */
export type PostAnswer =
  /** The collector took the message, but for `rejected` items. */
  | { readonly kind: "taken"; readonly rejected: number; readonly reason: string | undefined }
  /** The collector did not take it; `reason` completes "Sending to …:". */
  | { readonly kind: "refused"; readonly reason: string };

/** The answer to one request. A passing failure may be gone later. */
type Attempt = PostAnswer | {
  readonly kind: "passing";
  readonly reason: string;
  readonly afterMs: number | undefined;
};

const MOST_ANSWER_BYTES = 64 * 1024;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** After the build has ended, a message is sent once more after this time. */
const LAST_PAUSE_MS = 200;
const LAST_ATTEMPTS = 2;

/**
 * Posts a message until the collector takes or refuses it. While the build runs, a passing failure is waited out, as
 * long as `Retry-After` says. After the build has ended, the message is tried at most twice, within the time left.
 */
export async function post(
  body: Uint8Array<ArrayBuffer>,
  { target, ending }: { readonly target: SignalTarget; readonly ending: Ending },
): Promise<PostAnswer> {
  const message = target.gzip ? await compressed(body) : body;
  let wait = FIRST_PAUSE_MS;
  let lastAttempts = 0;
  for (;;) {
    if (ending.hurry.aborted) lastAttempts++;
    const answer = await attempt(message, { target, stop: ending.stop });
    if (answer.kind !== "passing") return answer;
    const until = performance.now() +
      (answer.afterMs ?? (ending.hurry.aborted ? LAST_PAUSE_MS : jitter(wait)));
    wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    await pause(until - performance.now(), [ending.hurry]);
    if (!ending.hurry.aborted) continue;
    const rest = answer.afterMs === undefined && lastAttempts === 0 ? 0 : until - performance.now();
    if (lastAttempts >= LAST_ATTEMPTS || rest >= ending.left()) return { ...answer, kind: "refused" };
    await pause(rest, [ending.stop]);
  }
}

async function attempt(
  body: Uint8Array<ArrayBuffer>,
  { target, stop }: { readonly target: SignalTarget; readonly stop: AbortSignal },
): Promise<Attempt> {
  const limit = AbortSignal.timeout(target.timeoutMs);
  const signal = AbortSignal.any([stop, limit]);
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers: {
        ...target.headers,
        "content-type": "application/json",
        "user-agent": `showtime/${VERSION}`,
        ...target.gzip ? { "content-encoding": "gzip" } : {},
      },
      body,
      redirect: "manual",
      signal,
    });
    return await understand(response, signal);
  } catch (error) {
    if (limit.aborted) return { kind: "refused", reason: `no answer within ${target.timeoutMs / 1000} s` };
    if (stop.aborted) return { kind: "refused", reason: "no answer in time" };
    return { kind: "passing", reason: reasonOf(error), afterMs: undefined };
  }
}

async function understand(response: Response, signal: AbortSignal): Promise<Attempt> {
  const { status, headers } = response;
  const text = new TextDecoder().decode(await readWhole(response, { mostBytes: MOST_ANSWER_BYTES, signal }));
  if (response.ok) return { kind: "taken", ...rejectedIn(text) };
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return { kind: "passing", reason: `HTTP ${status}`, afterMs: retryAfterMs(headers.get("retry-after")) };
  }
  const location = headers.get("location");
  return {
    kind: "refused",
    reason: status >= 300 && status < 400 && location !== null
      ? `HTTP ${status}, a redirect to ${shown(location, response.url)}`
      : `HTTP ${status}`,
  };
}

/** Reads a partial success: the number of items that the collector rejected, and why. */
function rejectedIn(text: string): { readonly rejected: number; readonly reason: string | undefined } {
  try {
    const { partialSuccess: partial } = JSON.parse(text) ?? {};
    const rejected = Number(partial?.rejectedSpans ?? partial?.rejectedLogRecords ?? 0);
    const reason = typeof partial?.errorMessage === "string" && partial.errorMessage !== ""
      ? maskUrlLogins(partial.errorMessage.slice(0, 300))
      : undefined;
    return { rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0, reason };
  } catch {
    // Some collectors answer with an empty body or in another format.
    return { rejected: 0, reason: undefined };
  }
}

/** Reads `Retry-After`: a number of seconds or a date. */
function retryAfterMs(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\s*\d{1,6}\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function shown(location: string, base: string): string {
  const url = URL.parse(location, base);
  return url === null ? "another address" : `${url.origin}${url.pathname}`;
}

/** The last cause of an error of `fetch`, which names what happened, without the URL in it. */
function reasonOf(error: unknown): string {
  let last = error;
  while (last instanceof Error && last.cause !== undefined) last = last.cause;
  const text = last instanceof Error ? last.message : String(last);
  if (/refused/i.test(text)) return "the connection was refused";
  if (/dns error|failed to lookup/i.test(text)) return "no such host";
  if (/certificate/i.test(text)) return "the certificate is not trusted";
  if (/closed|reset|broken pipe|incomplete|eof/i.test(text)) return "the connection was dropped";
  return maskUrlLogins((text.split(": ").at(-1) ?? text).slice(0, 200));
}

function jitter(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}

async function compressed(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
