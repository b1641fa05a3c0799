/** Scalars of YAML without quotes, as PyYAML's SafeLoader reads them: `no` is false, `12:30:45` is 45045, `1e-7` is text. */

import { WholeFloat } from "./exact_numbers.ts";

/** PyYAML's integers: binary, octal with a leading 0, hexadecimal, sexagesimal, with underscores. */
const INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/** PyYAML's floats: a dot is needed, and a sign in the exponent. */
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const TIMESTAMP =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;

/** Python reads no longer integer. */
const MOST_DIGITS = 4300;

/** Whether PyYAML takes the scalar for an integer that is too long for Python. */
export function isTooLong(source: string): boolean {
  return source.length > MOST_DIGITS && /^[-+]?[0-9][0-9_:]*$/.test(source);
}

/** Reads an integer; undefined if the scalar is something else. Beyond 2^53 it is a bigint. */
export function resolveInteger(source: string): number | bigint | undefined {
  if (!INTEGER.test(source)) return undefined;
  const text = source.replaceAll("_", "");
  const negative = text.startsWith("-");
  const digits = text.replace(/^[-+]/, "");
  let value: bigint;
  if (digits.includes(":")) {
    value = digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  } else if (/^0[0-7]+$/.test(digits)) {
    value = BigInt(`0o${digits.slice(1)}`);
  } else {
    // "0b" without a digit is an error in PyYAML and text here.
    if (/^0[bx]$/.test(digits)) return undefined;
    value = BigInt(digits);
  }
  if (negative) value = -value;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Reads a float; undefined if the scalar is something else. `.inf` and `.nan` are floats. */
export function resolveFloat(source: string): number | WholeFloat | undefined {
  if (!FLOAT.test(source)) return undefined;
  const text = source.toLowerCase().replaceAll("_", "");
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  if (digits === ".inf") return sign * Infinity;
  if (digits === ".nan") return NaN;
  const value = sign * digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number.isInteger(value) && !Object.is(value, -0) ? new WholeFloat(value) : value;
}

/** Reads a boolean; undefined if the scalar is something else. Unlike in YAML 1.1, `y` and `n` are text. */
export function resolveBoolean(source: string): boolean | undefined {
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(source)) return true;
  return /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(source) ? false : undefined;
}

/** Whether PyYAML reads the scalar as a date or a time. */
export function isTimestamp(source: string): boolean {
  return TIMESTAMP.test(source);
}

/** Finds a character that PyYAML refuses anywhere in a text, also in a comment. */
export function forbiddenCharacter(
  text: string,
): { readonly name: string; readonly index: number } | undefined {
  const bad = /[^\t\n\r\x20-\x7e\x85\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.exec(text);
  if (bad === null) return undefined;
  const code = bad[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return { name: `U+${code}`, index: bad.index };
}
