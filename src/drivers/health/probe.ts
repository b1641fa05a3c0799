import type { HealthProbe, Probe, ProbeQuestion } from "../../ports/health.ts";

const MAX_REDIRECTS = 5;

/** The question about one path. */
interface Ask {
  readonly fetch: typeof fetch;
  readonly path: string;
  readonly timeoutMs: number;
}

/** Makes the probe of health checks; `fetch` is the global one by default. */
export function makeHealthProbe(options: { readonly fetch?: typeof fetch } = {}): HealthProbe {
  const asker = options.fetch ?? fetch;
  return async (address, question, signal) => await probe(address, { ...question, fetch: asker }, signal);
}

async function probe(
  address: string,
  options: ProbeQuestion & { readonly fetch: typeof fetch },
  signal: AbortSignal,
): Promise<Probe> {
  const first = await ask(address, options, signal);
  if (first.answer !== "404" || options.fallback === options.path) return first;
  const second = await ask(address, { ...options, path: options.fallback }, signal);
  return second.ok ? second : { ok: false, answer: `404, and ${second.answer} at ${options.fallback}` };
}

async function ask(address: string, options: Ask, signal: AbortSignal): Promise<Probe> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(options.timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    let url = new URL(options.path, `http://${address}`);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await options.fetch(url, { redirect: "manual", signal: either });
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) {
        return { ok: response.status === 200, answer: String(response.status) };
      }
      const next = new URL(location, url);
      // The application comes from a pull request: it must not send this machine's requests anywhere else.
      if (next.host !== url.host || next.protocol !== "http:") {
        return { ok: false, answer: `${response.status} to another host` };
      }
      url = next;
    }
    return { ok: false, answer: "too many redirects" };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, answer: limit.aborted ? "no answer in time" : reason(error) };
  }
}

function reason(error: unknown): string {
  const text = String(error);
  if (/refused/i.test(text)) return "connection refused";
  return /reset|closed|before message completed|eof/i.test(text) ? "connection closed" : "no connection";
}
