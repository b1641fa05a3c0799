import { quote } from "../../../lib/quote.ts";
import type { Findings } from "./findings.ts";
import { labelOf, type Placed, readFilledText } from "./read_text.ts";

/** The rules of a file's regular expressions that differ from those of this program, with the replacement. */
const FOREIGN: readonly (readonly [RegExp, string, string])[] = [
  [/\\A/, "\\A", "^"],
  [/\\[Zz]/, "\\Z", "$"],
  [/\(\?P</, "(?P<", "(?<"],
  [/\(\?P=/, "(?P=", "\\k<name>"],
];

/**
 * Reads a regular expression. A bare file may have the anchors, named groups and the leading `(?i)` of Python, whose
 * meaning is kept. In a file of version 1 they are problems.
 */
export function readPattern(placed: Placed, findings: Findings): RegExp | undefined {
  const text = readFilledText(placed, findings);
  if (text === undefined) return undefined;
  const isBare = findings.format === "bare";
  const foreign = FOREIGN.find(([pattern]) => pattern.test(withoutEscapedBackslashes(text)));
  if (foreign !== undefined && !isBare) {
    findings.problem(placed.path, {
      message: `${labelOf(placed.path)} contains ${foreign[1]}, which has another meaning here`,
      hint: `Write ${foreign[2]} instead`,
    });
    return undefined;
  }
  const outcome = isBare ? compileBare(text) : compile(text, "");
  if (outcome instanceof RegExp) return outcome;
  findings.problem(placed.path, {
    message: `${labelOf(placed.path)} is no regular expression: ${outcome}`,
    hint: /^[*?]/.test(text) || /(?:^|[^\\])\*\*/.test(text)
      ? 'Write a regular expression instead of a pattern for file names: "^src/" finds all that is below src'
      : 'Correct it; write a backslash before a character that stands for itself, as "\\.md$"',
  });
  return undefined;
}

/** Compiles a pattern of Python's. */
function compileBare(text: string): RegExp | string {
  const ignoresCase = /^\(\?i\)/.test(text);
  const source = text.replace(/^\(\?i\)/, "")
    .replace(/\\([\s\S])/g, (pair, letter: string) => ({ A: "^", Z: "$", z: "$" })[letter] ?? pair)
    .replaceAll("(?P<", "(?<").replace(/\(\?P=(\w+)\)/g, "\\k<$1>");
  return compile(source, ignoresCase ? "i" : "");
}

/** Compiles a pattern; if it is faulty, returns the fault. Escapes that mean nothing are allowed, as elsewhere. */
function compile(source: string, flags: string): RegExp | string {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // The stricter rules know classes such as \p{L}, the others allow \- and \".
  }
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return words.replace(/^Invalid regular expression: .*\/[a-z]*: /s, "").toLowerCase() || quote(source);
  }
}

function withoutEscapedBackslashes(text: string): string {
  return text.replaceAll("\\\\", "");
}
