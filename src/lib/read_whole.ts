/** The answer of a server is larger than its reader accepts. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";

  /** Makes the error for a limit in bytes. */
  constructor(mostBytes: number) {
    const kib = Math.floor(mostBytes / 1024);
    super(`its answer exceeds ${kib < 1024 ? `${kib} KiB` : `${Math.floor(kib / 1024)} MiB`}`);
  }
}

/**
 * Reads the whole body of an answer, which may stall after its headers. Throws the reason of `signal` as soon
 * as it aborts, and {@link AnswerTooLarge} for a body of more than `mostBytes`.
 */
export async function readWhole(
  response: Response,
  { mostBytes, signal }: { readonly mostBytes: number; readonly signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  // The listener also keeps the signal alive: without a reference to it, a time limit might never end.
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted.promise]);
      if (done) break;
      size += value.byteLength;
      if (size > mostBytes) throw new AnswerTooLarge(mostBytes);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Makes an answer from the headers of another one and a body that was read whole. */
export function withBody(response: Response, body: Uint8Array<ArrayBuffer>): Response {
  const { status, statusText, headers } = response;
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}
