import type { ConfigProblem } from "./problems.ts";

type Found = Pick<ConfigProblem, "line" | "column" | "message" | "remedy">;

/**
 * Finds what makes a text no YAML at all, and what a parser would report as several mistakes: another encoding,
 * Git's merge-conflict markers, and spaces that YAML does not know.
 */
export function findTextProblem(source: string, text: string): ConfigProblem | undefined {
  const lines = text.split(/\r?\n/);
  const found = wrongEncoding(text) ?? conflictMarkers(lines) ?? foreignIndent(lines);
  return found === undefined ? undefined : { source, code: "syntax", path: "", ...found };
}

function wrongEncoding(text: string): Found | undefined {
  if (!text.includes("\0") && !text.startsWith("\uFFFD")) return undefined;
  return { line: 1, column: 1, message: "the file is not UTF-8 text", remedy: "save it as UTF-8" };
}

function conflictMarkers(lines: readonly string[]): Found | undefined {
  const numbersOf = (pattern: RegExp) =>
    lines.flatMap((line, index) => pattern.test(line) ? [index + 1] : []);
  const sides = numbersOf(/^(?:<{7}|>{7})(?:\s|$)/);
  const [line] = sides;
  if (line === undefined) return undefined;
  const all = [...sides, ...numbersOf(/^(?:={7}|\|{7})(?:\s|$)/)].sort((a, b) => a - b);
  return {
    line: all[0] ?? line,
    column: 1,
    message: all.length === 1
      ? `a merge-conflict marker of Git is on line ${line}`
      : `merge-conflict markers of Git are on lines ${all.slice(0, -1).join(", ")} and ${all.at(-1)}`,
    remedy: "keep one side of the conflict, and remove the markers",
  };
}

function foreignIndent(lines: readonly string[]): Found | undefined {
  const index = lines.findIndex((line) => /^ *[\u00A0\u2000-\u200A\u202F\u3000]/.test(line));
  if (index < 0) return undefined;
  const line = lines[index] ?? "";
  return {
    line: index + 1,
    column: line.search(/[^ ]/) + 1,
    message: "a space that YAML does not know indents this line",
    remedy: "indent it with ordinary spaces",
  };
}
