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
  if (isPlain(text)) return text.length;
  let count = 0;
  for (let unit = 0; unit < text.length; unit += widthAt(text, unit)) count++;
  return count;
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
  if (isPlain(text)) return text.slice(start, end);
  const count = start < 0 || (end ?? 0) < 0 ? lengthOf(text) : 0;
  const resolve = (position: number) => position < 0 ? Math.max(0, position + count) : position;
  const from = unitOf(text, resolve(start));
  return end === undefined ? text.slice(from) : text.slice(from, Math.max(from, unitOf(text, resolve(end))));
}

/** The unit at which a character begins. */
function unitOf(text: string, position: number): number {
  let unit = 0;
  for (let count = 0; count < position && unit < text.length; count++) unit += widthAt(text, unit);
  return unit;
}

/** The units of the character that begins at a unit. */
function widthAt(text: string, unit: number): number {
  return (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
}
