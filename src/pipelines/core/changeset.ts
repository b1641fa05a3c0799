/** The changed paths of a build, as a file lists them: the output of `git diff --name-only`, or of `git diff-tree`. */

/** Reads one path a line. Blank lines are no paths; a path that Git has put in quotes is the path that it means. */
export function parseChangeset(text: string): readonly string[] {
  return text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() !== "").map(unquotePath);
}

/** Finds the first changed path in which the pattern is found. */
export function findChange(pattern: RegExp, changeset: readonly string[]): string | undefined {
  return changeset.find((path) => pattern.test(path));
}

/** Formats a pattern as the file writes it. The engine puts a backslash before each slash, which has no meaning. */
export function formatPattern(pattern: RegExp): string {
  return pattern.source.replaceAll("\\/", "/");
}

/** The letters that stand for control characters after a backslash. */
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/**
 * Reads a path as Git prints it. Git quotes a path with a quote, a backslash, a control character or one outside of ASCII:
 * `"d\303\244.md"`. Each number is a byte in octal digits.
 */
export function unquotePath(line: string): string {
  const quoted = /^"((?:[^"\\]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"$/.exec(line)?.[1];
  if (quoted === undefined) return line;
  const bytes = quoted.match(/\\[0-7]{3}|\\.|[^\\]+/g)?.flatMap((part) =>
    part.startsWith("\\") ? [byteOf(part.slice(1))] : [...new TextEncoder().encode(part)]
  );
  return new TextDecoder().decode(Uint8Array.from(bytes ?? []));
}

function byteOf(escape: string): number {
  if (escape.length === 3) return Number.parseInt(escape, 8);
  return ESCAPES[escape] ?? escape.charCodeAt(0);
}
