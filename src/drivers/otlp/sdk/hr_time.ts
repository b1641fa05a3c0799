/**
 * Converts milliseconds since 1970 to seconds and nanoseconds. The SDK takes a small number for one of
 * `performance.now()`, so it is never given milliseconds.
 */
export function hrTime(ms: number, nanoseconds = 0): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6) + nanoseconds];
}
