/** Readers of words, numbers and times. Each returns the value, or undefined after it has added a problem. */

import { parseDuration, UNIT_MS } from "../../../lib/duration.ts";
import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import { describeKind } from "./file_tree.ts";
import type { Findings } from "./findings.ts";
import { labelOf, type Placed, readFilledText } from "./read_text.ts";

/** The longest time limit. Timers of the platform count no further. */
const LONGEST_TIMEOUT_MS = 24 * UNIT_MS.d;

const MOST_PARALLEL = 1_000;

/** The words of a choice. */
export interface ChoiceOptions<Word extends string> {
  readonly words: readonly Word[];
  /** Other words for them. */
  readonly aliases: Readonly<Record<string, Word>>;
  /** The words of other tools, which are problems, with the word for them here. */
  readonly foreign: Readonly<Record<string, Word>>;
}

/** Reads one of some words. */
export function readChoice<Word extends string>(
  { path, value }: Placed,
  findings: Findings,
  { words, aliases, foreign }: ChoiceOptions<Word>,
): Word | undefined {
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  const text = typeof value === "string" ? value : "";
  if (Object.hasOwn(aliases, text)) return aliases[text];
  const near = Object.hasOwn(foreign, text) ? foreign[text] : nearest(text, words);
  const expected = words.join(" or ");
  findings.problem(path, {
    message: describeKind(labelOf(path), { value, expected }),
    hint: near === undefined ? `Write ${expected}, or remove the line` : `Did you mean "${near}"?`,
  });
  return undefined;
}

/** Reads a number of children to run at once. */
export function readParallel({ path, value }: Placed, findings: Findings): number | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_PARALLEL) {
    return value;
  }
  findings.problem(path, {
    message: `${labelOf(path)} has to be a whole number from 1 to ${MOST_PARALLEL}`,
    hint: 'Write a number without quotes, as "max-parallel: 5"',
  });
  return undefined;
}

/** Reads a boolean. */
export function readFlag({ path, value }: Placed, findings: Findings): boolean | undefined {
  if (typeof value === "boolean") return value;
  const isWord = typeof value === "string" && /^(?:yes|no|on|off|y|n)$/i.test(value);
  findings.problem(path, {
    message: isWord
      ? `${labelOf(path)} is the text ${quote(String(value))}: YAML 1.2 has only true and false`
      : describeKind(labelOf(path), { value, expected: "true or false" }),
    hint: isWord ? `Write ${/^(?:yes|on|y)$/i.test(String(value))}` : "Write true or false, without quotes",
  });
  return undefined;
}

/** Reads a length of time in milliseconds: a number of seconds, which may be a text, or a text as `10m`. */
export function readTimeout({ path, value }: Placed, findings: Findings): number | undefined {
  const ms = toMs(value);
  const label = labelOf(path);
  if (ms === undefined) {
    findings.problem(path, {
      message: describeKind(label, { value, expected: "a length of time" }),
      hint: 'Write a number of seconds, or a number with its unit, as "90s", "10m" or "2h"',
    });
    return undefined;
  }
  if (ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
  findings.problem(path, {
    message: ms > 0 ? `${label} is longer than 24 days` : `${label} is not above 0`,
    hint: ms > 0
      ? "Write a shorter time, or remove the line"
      : "Write a longer time; without the line there is no limit",
  });
  return undefined;
}

function toMs(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? secondsToMs(value) : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return /^-?\d{1,12}(?:\.\d{1,6})?$/.test(text) ? secondsToMs(Number(text)) : parseDuration(text);
}

/** Less than a millisecond is one: a limit of 0 would be none. */
function secondsToMs(seconds: number): number {
  return seconds > 0 ? Math.max(1, Math.round(seconds * 1000)) : seconds * 1000;
}

/** Reads a folder, relative to the parent's. A leading slash has no meaning in a bare file. */
export function readCwd(placed: Placed, findings: Findings): string | undefined {
  const folder = readFilledText(placed, findings);
  if (folder === undefined || !folder.startsWith("/")) return folder;
  const relative = folder.replace(/^\/+/, "");
  if (findings.format === "bare") return relative === "" ? "." : relative;
  findings.problem(placed.path, {
    message: `${labelOf(placed.path)} is ${quote(folder)}, which begins at the root of this machine`,
    hint: `Write a folder below that of the parent, as ${quote(relative === "" ? "." : relative)}`,
  });
  return undefined;
}
