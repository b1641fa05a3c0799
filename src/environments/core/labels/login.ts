/** The mark at the end of a login that was too long for its label. */
const CUT = "…";

/** Whether a word can be the login of a person or a bot, whole or cut. */
export function isLogin(word: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._[\]-]*…?$/u.test(word);
}

/**
 * Shortens a login to at most `units` UTF-16 units. A login that was cut ends in `…`, and no character is cut
 * in half.
 */
export function shortenLogin(login: string, units: number): string {
  if (login.length <= units) return login;
  const kept = login.slice(0, units - CUT.length);
  return `${isHighSurrogate(kept.charCodeAt(kept.length - 1)) ? kept.slice(0, -1) : kept}${CUT}`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
