/**
 * Whether an address, with or without a port, is a loopback address: every machine that opens it reaches
 * itself. IPv6 addresses may have brackets. `localhost` is the only name that counts.
 */
export function isLoopback(address: string): boolean {
  return /^(?:(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?|::1)$/i.test(address);
}
