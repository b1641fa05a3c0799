/** Finds words in braces that are nearly a placeholder, or are one where none is filled in. */

import { URL_PLACEHOLDERS } from "../../environments/core/environment/stable_url.ts";
import { PLACEHOLDERS } from "../../environments/core/environment/variables.ts";
import { nearest } from "../../lib/nearest.ts";

/** The settings that may be meant to hold placeholders, each with those that are filled in there. */
const FILLED: readonly (readonly [pattern: RegExp, names: readonly string[]])[] = [
  [/^environment\.variables\./, PLACEHOLDERS],
  [/^environment\.url$/, URL_PLACEHOLDERS],
  [/^build\.tag$/, ["pr", "sha"]],
  [/^build\.args\./, []],
  [/^deployments\.environment$/, ["pr"]],
  [/^environment\.(?:login$|flags\.|health\.)/, []],
];

/** A word in braces that is not filled in. */
export interface Misplaced {
  /** As it is written: `{Secret}`. */
  readonly written: string;
  /** The placeholder that was probably meant. */
  readonly near: string;
  /** Whether that placeholder is filled in here; otherwise none is. */
  readonly filled: boolean;
}

/** Finds the first word in braces of a setting that was probably meant as a placeholder and is not filled in. */
export function findMisplaced(key: string, value: unknown): Misplaced | undefined {
  const names = FILLED.find(([pattern]) => pattern.test(key))?.[1];
  if (names === undefined || typeof value !== "string") return undefined;
  for (const { 0: written, 1: word = "" } of value.matchAll(/\{\s{0,9}([\p{L}\p{N}_-]{1,40})\s{0,9}\}/gu)) {
    const near = findMeant(word, names);
    if (near === undefined || (names.includes(near) && written === `{${near}}`)) continue;
    return { written, near: `{${near}}`, filled: names.includes(near) };
  }
  return undefined;
}

/**
 * Finds the placeholder that a word was meant as. `url` and `repo` are meant only if nothing but letter case differs:
 * many other words in braces are near to them.
 */
function findMeant(word: string, filled: readonly string[]): string | undefined {
  const plain = PLACEHOLDERS.filter((name) => name !== "url");
  return [...filled, ...plain].find((name) => name === word.toLowerCase()) ?? nearest(word, plain);
}
