/** A length of time as the file writes it: `500ms`, `5s`, `15m`, `48h`, `14d`, `2w`. */
export const DURATION_PATTERN = /^[1-9]\d{0,5}(?:ms|s|m|h|d|w)$/;

/** A time-to-live as the file and labels write it: `30m`, `48h`, `14d`, `2w`, or `close`. */
export const TTL_PATTERN = /^(?:[1-9]\d{0,4}[mhdw]|close)$/;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds in a text that fits {@link DURATION_PATTERN}; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = UNIT_MS[text.replace(/^\d+/, "")];
  return unit === undefined ? undefined : Number.parseInt(text, 10) * unit;
}
