/**
 * Returns a signal that aborts with the first of two signals, and with its reason. It lives as long as they do.
 * `AbortSignal.any` is not used for a signal that lives long: Deno 2.7 collects one while somebody listens to
 * it, and then Ctrl-C is lost.
 */
export function eitherSignal(one: AbortSignal, other: AbortSignal): AbortSignal {
  const either = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) either.abort(signal.reason);
    else signal.addEventListener("abort", () => either.abort(signal.reason), { once: true });
  }
  return either.signal;
}
