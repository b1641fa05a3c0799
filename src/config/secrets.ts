/** Finds the secrets of the configuration: they are hidden in output and masked in logs. */

import { isSecretAt, REFERENCE } from "./assets/secret_references.ts";
import type { Source } from "./layer.ts";

/** The text that replaces a secret in output. */
const HIDDEN = "(hidden)";

/** Matches the settings whose entries reach an application or a build under names that the user chooses. */
const ENTRY = /^(?:environment\.variables|build\.args)\.(.*)$/s;
const SECRET_NAME = /secret|token|password|passwd|key|credential/i;

/** Matches placeholders in templates. Their values are not known here or are secrets themselves. */
const PLACEHOLDER = /\{(?:secret|pr|sha|login)\}/;

/** The length of the shortest secret. Shorter texts are parts of ordinary words. */
const SHORTEST = 6;
/** Matches values that are not secrets: common settings, counts and times, and the bare origin of a URL. */
const ORDINARY =
  /^(?:(?:en|dis)abled|default|production|development|staging|preview|testing|warning|verbose|localhost|-?[\d._]{1,15}|[a-z][a-z\d+.-]*:\/\/[\w.-]+(?::\d+)?\/?)$/i;

/** Matches `user:password@` in a URL; the password may contain an `@` that is not escaped. */
const URL_LOGIN = /(:\/\/)([^\s/:@]*):([^\s/]+)@/g;

/**
 * Returns a setting for output: a secret is hidden as a whole, and otherwise the passwords in its URLs are.
 */
export function hideSecrets(key: string, source: Source): unknown {
  const { value } = source;
  if (isNamedSecret(key, value) || isGivenSecret(key, source)) return HIDDEN;
  if (typeof value === "string") return hidePasswords(value);
  return Array.isArray(value)
    ? value.map((each: unknown) => typeof each === "string" ? hidePasswords(each) : each)
    : value;
}

/**
 * Lists every secret text in the configuration: values for applications and builds that come from variables
 * of this process, since secrets are passed in that way, and the passwords of URLs from any source.
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
      // `postgres:postgres` protects nothing, and logs are full of that word.
      if (password === user || PLACEHOLDER.test(password) || !isWorthHiding(password)) continue;
      secrets.add(password);
      secrets.add(decode(password));
    }
  }
  return [...secrets];
}

/** Whether the name of an entry marks its value as a secret, from any source. */
function isNamedSecret(key: string, value: unknown): boolean {
  // A reference shows where the secret is, and is not the secret itself.
  if (isSecretAt(key.split("."))) return typeof value === "string" && !REFERENCE.test(value);
  const entry = ENTRY.exec(key)?.[1];
  return entry !== undefined && SECRET_NAME.test(entry) && value !== "{secret}" && value !== "";
}

/** Whether an entry comes from a variable of this process, under any name. */
function isGivenSecret(key: string, { kind, value }: Source): boolean {
  return kind === "environment" && ENTRY.test(key) && typeof value === "string" && partsOf(value).length > 0;
}

/** Returns the parts of a template that reach the application unchanged. */
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
