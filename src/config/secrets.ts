/** Which values of the configuration are secrets: hidden where they are shown, and told to whoever takes secrets out. */

import type { Source } from "./layer.ts";

/** What stands for a secret where settings are shown. */
const HIDDEN = "(hidden)";

/** Settings whose entries reach an application or a build, with names that are the user's. */
const ENTRY = /^(?:environment\.variables|build\.args)\.(.*)$/s;
const SECRET_NAME = /secret|token|password|passwd|key|credential/i;

/** What templates are filled in with is not known here, or a secret of its own. */
const PLACEHOLDER = /\{(?:secret|pr|sha|login)\}/;

/** Shorter texts are parts of ordinary words, and no secret worth the name. */
const SHORTEST = 6;
/** Settings that many applications have; numbers, up to the length of one that counts or times something; a bare origin. */
const ORDINARY =
  /^(?:(?:en|dis)abled|default|production|development|staging|preview|testing|warning|verbose|localhost|-?[\d._]{1,15}|[a-z][a-z\d+.-]*:\/\/[\w.-]+(?::\d+)?\/?)$/i;

/** `user:password@` in a URL; the password may hold an `@` that nobody escaped. */
const URL_LOGIN = /(:\/\/)([^\s/:@]*):([^\s/]+)@/g;

/** A setting as it may be shown: the whole value hidden where it is a secret, else the passwords of URLs in it. */
export function hideSecrets(key: string, source: Source): unknown {
  const { value } = source;
  if (isNamedSecret(key, value) || isGivenSecret(key, source)) return HIDDEN;
  if (typeof value === "string") return hidePasswords(value);
  return Array.isArray(value)
    ? value.map((each: unknown) => typeof each === "string" ? hidePasswords(each) : each)
    : value;
}

/**
 * Every secret text in the configuration: what variables of this process give to applications and builds, since that is
 * how secrets get there, and the passwords of URLs wherever they come from.
 */
export function configuredSecrets(sources: ReadonlyMap<string, Source>): readonly string[] {
  const secrets = new Set<string>();
  for (const [key, source] of sources) {
    const texts = (Array.isArray(source.value) ? source.value : [source.value]).filter((each) =>
      typeof each === "string"
    );
    if (isGivenSecret(key, source)) {
      texts.forEach((text) => partsOf(text).forEach((part) => secrets.add(part)));
    }
    for (const [, , user, password = ""] of texts.flatMap((text) => [...text.matchAll(URL_LOGIN)])) {
      // `postgres:postgres` keeps nobody out, and is a word that logs are full of.
      if (password === user || PLACEHOLDER.test(password) || !isWorthHiding(password)) continue;
      secrets.add(password);
      secrets.add(decode(password));
    }
  }
  return [...secrets];
}

/** An entry whose name says that its value is a secret, wherever it comes from. */
function isNamedSecret(key: string, value: unknown): boolean {
  const entry = ENTRY.exec(key)?.[1];
  return entry !== undefined && SECRET_NAME.test(entry) && value !== "{secret}" && value !== "";
}

/** An entry that came from a variable of this process, whatever it is called. */
function isGivenSecret(key: string, { kind, value }: Source): boolean {
  return kind === "environment" && ENTRY.test(key) && typeof value === "string" && partsOf(value).length > 0;
}

/** What of a template reaches the application as it is. */
function partsOf(text: string): readonly string[] {
  return text.split(PLACEHOLDER).map((part) => part.trim()).filter(isWorthHiding);
}

function isWorthHiding(text: string): boolean {
  return text.length >= SHORTEST && !ORDINARY.test(text);
}

function hidePasswords(text: string): string {
  return text.replace(
    URL_LOGIN,
    (whole, slashes: string, user: string, password: string) =>
      PLACEHOLDER.test(password) ? whole : `${slashes}${user}:${HIDDEN}@`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
