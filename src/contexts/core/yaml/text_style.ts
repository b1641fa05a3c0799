import {
  isTimestamp,
  isTooLong,
  resolveBoolean,
  resolveFloat,
  resolveInteger,
} from "../../../lib/scalars/pyyaml_scalars.ts";

/** How PyYAML writes a text. */
export type TextStyle = "plain" | "single" | "double";

/** Plain for every reader: a word or a path that begins no number, boolean or null. */
const WORD = /^[A-EG-MP-SU-XZa-eg-mp-su-xz_/][A-Za-z0-9_/.-]*$/;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Without characters that are line breaks for PyYAML, and without the byte order mark. */
const PRINTABLE =
  /^[\x20-\x7e\u{a0}-\u{2027}\u{202a}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/** Marks of a document, indicators of YAML at the beginning, and `: ` or ` #` inside. */
const INDICATOR = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?: |$)|:(?: |$)| #/;

/** PyYAML takes these for integers, and then fails to read them. */
const BROKEN_INTEGER = /^[-+]?0[bx]_+$/;

/** Whether every character of a line is written as it is. */
export function isPrintable(line: string, unicode: boolean): boolean {
  return (unicode ? PRINTABLE : PRINTABLE_ASCII).test(line);
}

/** Chooses the style of a text as PyYAML's emitter does in a block. */
export function styleOf(text: string, unicode: boolean): TextStyle {
  if (WORD.test(text)) return "plain";
  const multiline = text.includes("\n");
  const line = multiline ? text.replaceAll("\n", "") : text;
  if (!isPrintable(line, unicode) || (multiline && / \n|\n /.test(text))) return "double";
  return multiline || text === "" || /^ | $/.test(text) || INDICATOR.test(text) || meansMore(text)
    ? "single"
    : "plain";
}

/** Whether PyYAML reads the text without quotes as something else than text. */
function meansMore(text: string): boolean {
  if (/^[~nNtTfFyYoO<=]/.test(text)) {
    return /^(?:~|null|Null|NULL|=|<<)$/.test(text) || resolveBoolean(text) !== undefined;
  }
  return /^[-+.0-9]/.test(text) && (isTooLong(text) || BROKEN_INTEGER.test(text) ||
    resolveInteger(text) !== undefined || resolveFloat(text) !== undefined || isTimestamp(text));
}
