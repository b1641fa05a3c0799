const MASK = "***";
const LOGIN = /\b([a-z][a-z0-9+.-]*):\/\/([^\s/?#"'<>`]*)@/gi;
/** Texts in the place of a password that hide nothing. */
const PLACEHOLDER = /\{\w+\}|^\(hidden\)$|^\*+$/;

/**
 * Masks the passwords of URLs in a text: `ssh://ana:***@host`. In a URL of HTTP the name may be the secret,
 * as in `https://<token>@host`, so both are masked there. A name without a password stays in any other URL.
 */
export function maskUrlLogins(text: string): string {
  if (!text.includes("://")) return text;
  return text.replaceAll(LOGIN, (whole, scheme: string, login: string) => {
    const at = login.indexOf(":");
    const [name, password] = at < 0 ? [login, undefined] : [login.slice(0, at), login.slice(at + 1)];
    if (password !== undefined && PLACEHOLDER.test(password)) return whole;
    if (/^https?$/i.test(scheme)) return PLACEHOLDER.test(name) ? whole : `${scheme}://${MASK}@`;
    return password === undefined || password === "" ? whole : `${scheme}://${name}:${MASK}@`;
  });
}

/**
 * Returns the secrets of a URL's login, as written and decoded. A person may have left characters in a
 * password that a URL must escape: everything up to the last `@` counts.
 */
export function urlLoginSecrets(url: string): readonly string[] {
  const [, scheme = "", login = ""] = /^([a-z][a-z0-9+.-]*):\/\/(\S*)@/i.exec(url.trim()) ?? [];
  const at = login.indexOf(":");
  const secrets = at >= 0
    ? [login.slice(at + 1), ...(/^https?$/i.test(scheme) ? [login.slice(0, at)] : [])]
    : /^https?$/i.test(scheme)
    ? [login]
    : [];
  return [...new Set(secrets.flatMap((secret) => [secret, decode(secret)]))].filter((secret) =>
    secret !== ""
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
