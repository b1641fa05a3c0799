import { isUntrustedCertificate } from "../../../lib/untrusted_certificate.ts";
import { readWhole } from "../../../lib/read_whole.ts";

/** The largest answer that is read: only its status matters. */
const MOST_BYTES = 1024 * 1024;

/** The answer to a request by the name that people use. */
export interface UrlAnswer {
  /** Whether the answer is 2xx. */
  readonly ok: boolean;
  /** The answer for people: `200`, `unknown host name`. */
  readonly answer: string;
  readonly kind: "status" | "certificate" | "dns" | "other";
}

/** Requests a URL once. A failure to connect is an answer, too. Rejects only if `signal` aborts. */
export type UrlProbe = (url: string, signal: AbortSignal) => Promise<UrlAnswer>;

/** Makes the probe of URLs with a `fetch`. `timeoutMs`: the limit of one request. */
export function makeUrlProbe(
  { fetch, timeoutMs }: { readonly fetch: typeof globalThis.fetch; readonly timeoutMs: number },
): UrlProbe {
  return async (url, signal) => {
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(url, { redirect: "manual", signal: either });
      const { status, ok } = response;
      await readWhole(response, { mostBytes: MOST_BYTES, signal: either });
      return { ok, answer: String(status), kind: "status" };
    } catch (error) {
      signal.throwIfAborted();
      return describeFailure(error);
    }
  };
}

function describeFailure(error: unknown): UrlAnswer {
  const text = messages(error);
  if (isUntrustedCertificate(error) || /certificate|NotValidForName/i.test(text)) {
    return { ok: false, answer: "its certificate is not trusted", kind: "certificate" };
  }
  if (/dns error|failed to lookup|name or service not known|no such host/i.test(text)) {
    return { ok: false, answer: "unknown host name", kind: "dns" };
  }
  const answer = /refused/i.test(text)
    ? "connection refused"
    : /timed out|timeout/i.test(text)
    ? "no answer in time"
    : "no answer";
  return { ok: false, answer, kind: "other" };
}

function messages(error: unknown): string {
  const found: string[] = [];
  for (let each = error; each instanceof Error && found.length < 8; each = each.cause) {
    found.push(`${each.name}: ${each.message}`);
  }
  return found.join("\n");
}
