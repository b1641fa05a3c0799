/** Values as Python prints them: `True`, `None`, `1.0`, `{'a': 1}`. */

import { formatPythonFloat, WholeFloat } from "../../../lib/scalars/exact_numbers.ts";
import { isValueList, isValueMap, isValueNumber, type Value } from "./value.ts";

/** Formats a value as Python's `str()` does: a text stays as it is. */
export function pythonText(value: Value): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** Formats a value as Python's `repr()` does: texts are quoted. */
export function pythonRepr(value: Value): string {
  if (typeof value === "string") return quotePython(value);
  if (isValueNumber(value)) return pythonNumber(value);
  if (isValueList(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (!isValueMap(value)) return pythonWord(value);
  return `{${Array.from(value, ([key, each]) => `${quotePython(key)}: ${pythonRepr(each)}`).join(", ")}}`;
}

/** Whether Python counts a value as false: null, false, 0, and what is empty. */
export function isFalsy(value: Value): boolean {
  if (isValueList(value)) return value.length === 0;
  if (isValueMap(value)) return value.size === 0;
  return !(value instanceof WholeFloat ? value.value : value);
}

/** The word of Python for a boolean or null. */
export function pythonWord(value: boolean | null): string {
  return value === null ? "None" : value ? "True" : "False";
}

/** Formats a number as Python prints it: `1`, `1.0`, `1e+16`. */
export function pythonNumber(value: number | bigint | WholeFloat): string {
  if (value instanceof WholeFloat) return formatPythonFloat(value.value);
  if (typeof value === "number" && (!Number.isInteger(value) || Object.is(value, -0))) {
    return formatPythonFloat(value);
  }
  return String(value);
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

/** Quotes a text as Python's `repr()` does: with `'` unless the text has that and no `"`. */
export function quotePython(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // Python does not print these as they are: controls, formats, surrogates, private and unassigned ones, odd spaces. The
  // expression stands here and not at the top, since its classes take long to read where nothing is quoted.
  const unprintable = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
  const escaped = text.replace(unprintable, (char) => NAMED[char] ?? escapeCode(char.codePointAt(0) ?? 0));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function escapeCode(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
