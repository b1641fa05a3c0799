import { spellingsOf } from "./output/secret_spellings.ts";
import { maskUrlLogins, urlLoginSecrets } from "./url_login.ts";
import type { Variables } from "./variables.ts";

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|CREDENTIALS?$|API_KEY/i;
/** Variables that hold a path, such as the one to a file of secrets. */
const PATH_NAME = /_PATH$/i;
/** Variables that hold the address of a server, with a login in it or not. */
const ADDRESS_NAME = /^(?:DOCKER_HOST|(?:https?|all)_proxy|GITHUB_\w*URL|AWS_ENDPOINT_URL\w*)$/i;
const MASK = "***";

/** The length of the shortest secret. Shorter texts are parts of ordinary words, which must stay readable. */
const SHORTEST = 6;

/** Masks the secrets of the process in every text that is written. */
export class Redactor {
  #secrets: readonly string[] = [];
  #any: RegExp | undefined;

  /** Starts with the values of variables that have the name of a secret, and the logins in addresses. */
  constructor(env: Variables) {
    for (const [name, value] of Object.entries(env)) {
      if (value === undefined) continue;
      if (SECRET_NAME.test(name) && !PATH_NAME.test(name)) this.keep(value);
      if (ADDRESS_NAME.test(name)) urlLoginSecrets(value).forEach((secret) => this.keep(secret));
    }
  }

  /** Adds a secret together with its usual spellings in URLs, headers and JSON. */
  keep(secret: string): void {
    this.keepAll([secret]);
  }

  /** Adds many secrets at once. */
  keepAll(secrets: readonly string[]): void {
    const added = secrets.flatMap(longSpellings);
    if (added.length === 0) return;
    this.#secrets = [...new Set([...this.#secrets, ...added])].sort((a, b) => b.length - a.length);
    this.#any = new RegExp(this.#secrets.map(escape).join("|"), "gi");
  }

  /**
   * Masks every known secret in a text, in any letter case, since some programs complain in capitals. Logins
   * in URLs are masked too, known or not.
   */
  redact(text: string): string {
    return maskUrlLogins(this.#any === undefined ? text : text.replaceAll(this.#any, MASK));
  }
}

/** Texts of a few characters are left out: parts of a secret are also secrets only if they are long enough. */
function longSpellings(secret: string): readonly string[] {
  const value = secret.trim();
  return value.length < SHORTEST ? [] : spellingsOf(value).filter(({ length }) => length >= SHORTEST);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
