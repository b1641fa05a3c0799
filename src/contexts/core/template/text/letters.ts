/** Upper and lower case, and the classes of characters, as Python has them. */

/** The first character in upper case and the others in lower case. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  // The lower case of a letter depends on those before it.
  return titleCase(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

/** The character in title case: `ß` becomes `Ss`. */
function titleCase(char: string): string {
  const [first = "", ...rest] = char.toUpperCase();
  return first + rest.join("").toLowerCase();
}

/** Each word in title case, as Python's `str.title()` does. */
export function titleWords(text: string): string {
  return text.replace(/\p{Cased}+/gu, capitalize);
}

/** Upper case becomes lower case and the other way round. */
export function swapCase(text: string): string {
  return Array.from(text, (char) => {
    const lower = char.toLowerCase();
    return lower === char ? char.toUpperCase() : lower;
  }).join("");
}

/** Whether all letters are of one case, and there is one. */
export function isInCase(text: string, { upper }: { readonly upper: boolean }): boolean {
  const wrong = upper ? /[\p{Lowercase}\p{Lt}]/u : /[\p{Uppercase}\p{Lt}]/u;
  return !wrong.test(text) && /\p{Cased}/u.test(text);
}

/** Whether each word begins in upper case and goes on in lower case. */
export function isTitle(text: string): boolean {
  let wasCased = false;
  let hasCased = false;
  for (const char of text) {
    const isUpper = /[\p{Uppercase}\p{Lt}]/u.test(char);
    const isLower = !isUpper && /\p{Lowercase}/u.test(char);
    if ((isUpper && wasCased) || (isLower && !wasCased)) return false;
    wasCased = isUpper || isLower;
    hasCased ||= wasCased;
  }
  return hasCased;
}

/** The classes that `isalpha()` and its like ask for; the empty text is only ASCII and printable. */
export const CLASSES: Readonly<Record<string, RegExp>> = {
  isalnum: /^[\p{L}\p{N}]+$/u,
  isalpha: /^\p{L}+$/u,
  // deno-lint-ignore no-control-regex -- ASCII begins with them
  isascii: /^[\x00-\x7f]*$/,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u,
  isidentifier: /^[\p{ID_Start}_][\p{ID_Continue}]*$/u,
  isnumeric: /^\p{N}+$/u,
  isprintable: /^(?:[^\p{C}\p{Z}]| )*$/u,
  // deno-lint-ignore no-control-regex -- Python counts some of them as space
  isspace: /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/,
};
