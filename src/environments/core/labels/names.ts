import { VARIATION_SELECTOR } from "./signs.ts";

/** Whether two names are the same label to GitHub, which ignores letter case and nothing else. */
export function sameLabelName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/**
 * Normalizes the spelling of a label: lower case, no variation selectors, single spaces, and no spaces at the
 * ends. It serves to find a spelling; GitHub itself may have two labels whose names normalize to the same
 * text.
 */
export function normalizeLabelName(name: string): string {
  return name.replaceAll(VARIATION_SELECTOR, "").split(" ").filter((word) => word !== "").join(" ")
    .toLowerCase();
}

/**
 * Lower-cases A to Z and nothing else, so that no other character (the Kelvin sign) turns into an ASCII
 * letter.
 */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
