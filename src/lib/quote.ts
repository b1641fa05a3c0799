/**
 * Quotes text that others wrote, for a message. Control characters, quotes and backslashes are escaped, and
 * text is cut at 60 characters.
 */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return `"${
    shown.replace(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, (char) =>
      char === '"' || char === "\\" ? `\\${char}` : escaped(char))
  }"`;
}

function escaped(char: string): string {
  return `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
