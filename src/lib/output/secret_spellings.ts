/** The shortest line of a secret of several lines that is a secret by itself. */
const SHORTEST_LINE = 6;

/** The line lengths that programs break base64 at: `base64` and PEM files. */
const BASE64_COLUMNS = [76, 64];

/**
 * Returns the spellings of a secret in output: itself, its lines, and its forms in base64, URLs and JSON. A text that holds
 * the secret is found in base64 too, whatever stands before and after the secret. Each spelling is well-formed.
 */
export function spellingsOf(secret: string): readonly string[] {
  const value = secret.toWellFormed();
  // A log shows a secret of several lines, such as a private key, line by line.
  const lines = value.split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line.length >= SHORTEST_LINE
  );
  const spellings = [
    value,
    value.replace(/\r?\n/g, "\r\n"),
    ...lines,
    ...urlSpellings(value),
    ...jsonSpellings(value),
    ...base64Spellings(value),
  ];
  return [...new Set(spellings)].filter((spelling) => spelling !== "");
}

/** Libraries differ in what they leave as it is, in the letter case of digits, and in the form of a space. */
function urlSpellings(value: string): readonly string[] {
  const component = encodeURIComponent(value);
  const strict = component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const upper = [
    component,
    strict,
    strict.replaceAll("%2F", "/"),
    strict.replaceAll("%20", "+"),
    encodeURI(value),
  ];
  return upper.flatMap((text) => [text, text.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())]);
}

/** Some writers escape slashes, some all characters that HTML knows, some all that are not ASCII. */
function jsonSpellings(value: string): readonly string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicodeEscape);
  return [plain, plain.replaceAll("/", "\\/"), ascii, ascii.replace(/[<>&]/g, unicodeEscape)];
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Base64 turns three bytes into four characters: the same text looks different at each of three places. */
function base64Spellings(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value);
  const whole = toBase64(bytes);
  const broken = BASE64_COLUMNS.flatMap((columns) =>
    whole.length <= columns
      ? []
      : whole.match(new RegExp(`.{1,${columns}}`, "g"))?.filter((line) => line.length >= SHORTEST_LINE) ?? []
  );
  const inside = [0, 1, 2].map((before) => {
    // Characters that depend on neighbours of the secret too are left out.
    const first = Math.ceil(before * 8 / 6);
    const end = Math.floor((before + bytes.length) * 8 / 6);
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    return toBase64(shifted).slice(first, end);
  });
  return [whole, ...inside, ...broken].flatMap((text) => [
    text,
    text.replaceAll("+", "-").replaceAll("/", "_"),
    text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  ]);
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
