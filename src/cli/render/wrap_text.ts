import { textWidth } from "./text_width.ts";

/**
 * Breaks text between its words, so that no line is wider than `columns` as far as the words allow; lines after the
 * first are indented, the first as it is. One line where `columns` is undefined.
 */
export function wrapText(
  text: string,
  { columns, indent }: { readonly columns: number | undefined; readonly indent: number },
): readonly string[] {
  if (columns === undefined || textWidth(text) <= columns) return [text];
  const [first = "", ...words] = text.trim().split(" ");
  const lines: string[] = [];
  let line = text.slice(0, text.length - text.trimStart().length) + first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = " ".repeat(indent) + word;
    }
  }
  return [...lines, line];
}
