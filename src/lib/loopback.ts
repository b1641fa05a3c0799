/**
 * Whether an address, with a port or without, is one that a machine has for itself alone: whoever opens it is sent to
 * their own. IPv6 addresses with and without brackets; nothing is looked up but the name `localhost`.
 */
export function isLoopback(address: string): boolean {
  return /^(?:(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?|::1)$/i.test(address);
}
