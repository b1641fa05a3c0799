import type { HealthKind, HealthOutcome } from "../../lib/health_outcome.ts";
import type { HealthProbe, Probe, ProbeQuestion } from "../../ports/health.ts";
import { lookAtConnection } from "./connection.ts";
import { ANSWERS, failureKind, speaksTls } from "./failure.ts";

const MAX_REDIRECTS = 5;
/** The limit for a second question, which only tells two failures apart. */
const CLOSER_LOOK_MS = 1000;

/** The question about one path. */
interface Ask {
  readonly fetch: typeof fetch;
  readonly path: string;
  readonly timeoutMs: number;
}

/** Options of the probe. */
export interface HealthProbeOptions {
  /** The global one by default. */
  readonly fetch?: typeof fetch;
  /** Whether a proxy may have answered instead of the environment; see {@link HealthOutcome}. */
  readonly proxied?: boolean;
}

/** Makes the probe of health checks. */
export function makeHealthProbe(options: HealthProbeOptions = {}): HealthProbe {
  const asker = options.fetch ?? fetch;
  return async (address, question, signal) => {
    const seen = await probe(address, { ...question, fetch: asker }, signal);
    return options.proxied === true && !seen.ok
      ? { ...seen, outcome: { ...seen.outcome, proxied: true } }
      : seen;
  };
}

async function probe(
  address: string,
  options: ProbeQuestion & { readonly fetch: typeof fetch },
  signal: AbortSignal,
): Promise<Probe> {
  const first = await ask(address, options, signal);
  if (first.outcome.status !== 404 || options.fallback === options.path) return first;
  const second = await ask(address, { ...options, path: options.fallback }, signal);
  return second.ok ? second : { ...first, answer: `404, and ${second.answer} at ${options.fallback}` };
}

async function ask(address: string, options: Ask, signal: AbortSignal): Promise<Probe> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(options.timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    return await follow(new URL(options.path, `http://${address}`), { ...options, signal: either });
  } catch (error) {
    signal.throwIfAborted();
    const kind = limit.aborted ? "silent" : failureKind(error);
    return failed(await lookCloser(kind, { ...options, address }, signal));
  }
}

/** Asks a URL, and the URLs on the same host that it redirects to. */
async function follow(first: URL, options: Ask & { readonly signal: AbortSignal }): Promise<Probe> {
  let url = first;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await options.fetch(url, { redirect: "manual", signal: options.signal });
    await response.body?.cancel();
    const { status } = response;
    const location = response.headers.get("location");
    if (status < 300 || status > 399 || location === null) return answered(status);
    const next = URL.parse(location, url);
    if (next === null) return answered(status);
    if (next.hostname === url.hostname && next.protocol === "https:") {
      return { ok: false, answer: `${status} to HTTPS`, outcome: { kind: "https", status } };
    }
    // The application comes from a pull request: it must not send this machine's requests anywhere else.
    if (next.host !== url.host || next.protocol !== "http:") {
      const outcome: HealthOutcome = { kind: "redirect", status, to: next.host.slice(0, 100) };
      return { ok: false, answer: `${status} to another host`, outcome };
    }
    url = next;
  }
  return failed("loop");
}

function answered(status: number): Probe {
  const ok = status >= 200 && status <= 299;
  return { ok, answer: String(status), outcome: { kind: ok ? "ok" : "status", status } };
}

function failed(kind: HealthKind): Probe {
  return { ok: false, answer: ANSWERS[kind] ?? "no connection", outcome: { kind } };
}

/**
 * Distinguishes failures that look alike to an HTTP client. A port that speaks TLS answers plain HTTP with
 * bytes that are not HTTP, or closes the connection.
 */
async function lookCloser(
  first: HealthKind,
  { address, path, fetch: asker }: Ask & { readonly address: string },
  signal: AbortSignal,
): Promise<HealthKind> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CLOSER_LOOK_MS)]);
  const kind = first === "silent" ? await lookAtConnection(new URL(path, `http://${address}`), limit) : first;
  if (kind !== "not_http" && kind !== "closed" && kind !== "reset") return kind;
  try {
    const response = await asker(`https://${address}/`, { redirect: "manual", signal: limit });
    await response.body?.cancel();
    return "tls";
  } catch (error) {
    signal.throwIfAborted();
    return speaksTls(error) ? "tls" : kind;
  }
}
