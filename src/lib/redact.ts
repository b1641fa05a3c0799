import type { Variables } from "../config/mod.ts";

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|CREDENTIALS?$|API_KEY/i;
const MASK = "***";

/** Shorter texts are not masked: they are parts of ordinary words, and no secret worth the name. */
const SHORTEST = 6;

/** Knows every secret of the process and takes it out of whatever is written. */
export class Redactor {
  #secrets: readonly string[] = [];
  #any: RegExp | undefined;

  /** Starts with the variables whose names say that they are secret. */
  constructor(env: Variables) {
    for (const [name, value] of Object.entries(env)) {
      if (value !== undefined && SECRET_NAME.test(name)) this.keep(value);
    }
  }

  /** Adds a secret; its usual spellings in URLs, headers and JSON count too. */
  keep(secret: string): void {
    const value = secret.trim();
    if (value.length < SHORTEST) return;
    const spellings = [value, encodeURIComponent(value), toBase64(value), JSON.stringify(value).slice(1, -1)];
    // Of a secret of several lines, as a key is, each line is one.
    const lines = value.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.length >= SHORTEST);
    this.#secrets = [...new Set([...this.#secrets, ...spellings, ...lines])].sort((a, b) =>
      b.length - a.length
    );
    this.#any = new RegExp(this.#secrets.map(escape).join("|"), "gi");
  }

  /** Returns text without any known secret, in whatever case it is: some programs complain in capitals. */
  redact(text: string): string {
    return this.#any === undefined ? text : text.replaceAll(this.#any, MASK);
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
