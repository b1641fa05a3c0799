/** A process that works on an event with a key. A beat that does not change for a while says that it died. */
export interface Claim {
  readonly holder: string;
  readonly beat: number;
}

/** Formats a claim as stores keep it. Equal claims have equal texts. */
export function encodeClaim({ holder, beat }: Claim): string {
  return JSON.stringify({ holder, beat });
}

/** Reads what {@link encodeClaim} wrote; undefined for anything else. */
export function decodeClaim(text: string): Claim | undefined {
  try {
    const { holder, beat } = JSON.parse(text);
    return typeof holder === "string" && typeof beat === "number" ? { holder, beat } : undefined;
  } catch {
    return undefined;
  }
}
