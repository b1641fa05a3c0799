import { eastAsianWidth } from "get-east-asian-width";

const PLAIN = /^[\x20-\x7e]*$/;
const INVISIBLE =
  /[\p{Default_Ignorable_Code_Point}\p{Control}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Format}]/u;
/** A character that is drawn in colour by default or by a variation selector, or half of a flag. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|^\p{Regional_Indicator}/u;
const ASKED_TO_BE_TEXT = /^[^\u{10000}-\u{10ffff}]\ufe0e/u;

/**
 * Returns the columns that text takes on a terminal. Packages that know every emoji sequence are more exact, but
 * compiling their expression takes as long as starting the program.
 */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) width += clusterWidth(segment);
  return width;
}

/** Returns the columns of one visible character. */
function clusterWidth(cluster: string): number {
  if (PLAIN.test(cluster) || ASKED_TO_BE_TEXT.test(cluster)) return 1;
  if (EMOJI.test(cluster)) return 2;
  const widths = [...cluster].filter((each) => !INVISIBLE.test(each)).map((each) =>
    eastAsianWidth(each.codePointAt(0) ?? 0)
  );
  // Characters joined to a wide one take no columns of their own, as in a Korean syllable.
  return widths[0] === 2 ? 2 : widths.reduce((sum, width) => sum + width, 0);
}

/** Fills text with spaces up to a width in columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}
