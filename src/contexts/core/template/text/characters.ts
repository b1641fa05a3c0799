/** Characters as Python counts and classes them. Python counts code points, JavaScript halves of them. */

/** The members of a character class for what Python strips as space. */
export const PYTHON_SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE = new RegExp(`[${PYTHON_SPACE}]`);

/** Whether Python takes a character for space. */
export function isPythonSpace(char: string): boolean {
  return SPACE.test(char);
}

/** Drops space at the end. */
export function trimEndPython(text: string): string {
  let end = text.length;
  while (end > 0 && isPythonSpace(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Drops space at the beginning. */
export function trimStartPython(text: string): string {
  let start = 0;
  while (start < text.length && isPythonSpace(text.charAt(start))) start++;
  return text.slice(start);
}

/** Whether no character takes two units, so that units are characters. */
export function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

/** The number of characters. */
export function lengthOf(text: string): number {
  return isPlain(text) ? text.length : Array.from(text).length;
}

/** The characters of a text. */
export function charactersOf(text: string): string[] {
  return isPlain(text) ? text.split("") : Array.from(text);
}

/** The part between two positions, counted in characters. */
export function sliceCharacters(
  text: string,
  { start, end }: { readonly start: number; readonly end?: number },
): string {
  return isPlain(text) ? text.slice(start, end) : Array.from(text).slice(start, end).join("");
}
