import { VARIATION_SELECTOR } from "./signs.ts";

/** Whether GitHub takes two names for the same label: it ignores letter case and nothing else. */
export function sameLabelName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/**
 * Returns what two spellings of one label have in common: lower case, no variation selectors, single spaces, none
 * at the ends. For finding a spelling; GitHub itself may hold two names that normalise to the same.
 */
export function normalizeLabelName(name: string): string {
  return name.replaceAll(VARIATION_SELECTOR, "").split(" ").filter((word) => word !== "").join(" ")
    .toLowerCase();
}

/** Lower-cases A to Z and nothing else, so that no foreign letter (the Kelvin sign) turns into one of ours. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
