/** Identifiers of traces and spans, as OpenTelemetry and the store of builds have them. */

/** Returns the identifier of a new trace: 32 random hexadecimal digits. */
export function newTraceId(): string {
  return randomHex(16);
}

/** Returns the identifier of a new span: 16 random hexadecimal digits. */
export function newSpanId(): string {
  return randomHex(8);
}

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
