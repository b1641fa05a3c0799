import { PlacedFault } from "../limits.ts";

const NAMED: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Resolves the escapes of a text between quotes. As in Python, an unknown escape keeps its backslash. */
export function unescapeString(body: string, at: number): string {
  if (!body.includes("\\")) return body;
  return body.replace(/\\(?:([0-7]{1,3})|([xuU])([0-9a-fA-F]*)|([^]))/g, (whole, octal, kind, hex, other) => {
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    if (kind === undefined) {
      if (other === "N") throw new PlacedFault("characters cannot be written by name", at);
      return NAMED[other] ?? whole;
    }
    const count = DIGITS[kind] ?? 0;
    const code = parseInt(hex.slice(0, count), 16);
    if (hex.length < count || code > 0x10ffff) throw new PlacedFault(`"\\${kind}" needs ${count} digits`, at);
    return String.fromCodePoint(code) + hex.slice(count);
  });
}
