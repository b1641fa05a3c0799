/** Returns the hash of a commit that does not exist anywhere, 40 hex digits. */
export function makeSha(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
