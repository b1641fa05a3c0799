/** A pair of `--set` as the original tool reads it: a place, and a text. */
export interface OriginalPair {
  readonly to: string;
  readonly value: string;
}

/** The beginning of a text that stands for the content of a file. */
const FILE = "file://";

/**
 * Reads the texts of `--set`: each holds pairs between `|`, and the first `=` of a pair ends its place. A
 * pair without a place, `=` or text is left out, and `skipped` has it.
 */
export function parseOriginalPairs(
  texts: readonly string[],
): { readonly pairs: readonly OriginalPair[]; readonly skipped: readonly string[] } {
  const pairs: OriginalPair[] = [];
  const skipped: string[] = [];
  for (const text of texts.flatMap((each) => each.split("|")).map((each) => each.trim())) {
    const at = text.indexOf("=");
    const pair = { to: text.slice(0, Math.max(0, at)).trim(), value: text.slice(at + 1).trim() };
    if (at < 0 || pair.to === "" || pair.value === "") skipped.push(text);
    else pairs.push(pair);
  }
  return { pairs, skipped };
}

/** The file that a text stands for; undefined if it is only a text. */
export function fileNamedBy(value: string): string | undefined {
  return (value.startsWith(FILE) ? value.replaceAll(FILE, "") : "") || undefined;
}
