import { lowerAscii } from "./names.ts";

/** The address of every environment that a dry run of the platform pretends. */
export const DRY_RUN_ADDRESS = "52.1.2.3:8080";

/** The port of an address that does not name one. */
const DEFAULT_PORT = "8080";

/**
 * Parses an address and returns its canonical form `host:port` in lower case; undefined for any other text. A
 * host is an IPv4 address (also with dashes for dots), a host name, or an IPv6 address in brackets. Only an
 * IPv4 address may omit its port, which is then 8080, because any word could be a host name.
 */
export function parseAddress(text: string): string | undefined {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::([1-9]\d{0,4}))?$/.exec(lowerAscii(text));
  const host = match?.[1];
  if (host === undefined || Number(match?.[2] ?? DEFAULT_PORT) > 65_535) return undefined;
  const ipv4 = parseIpv4(host);
  if (ipv4 !== undefined) return `${ipv4}:${match?.[2] ?? DEFAULT_PORT}`;
  if (match?.[2] === undefined || !(isHostName(host) || isBracketedIpv6(host))) return undefined;
  return `${host}:${match[2]}`;
}

function parseIpv4(host: string): string | undefined {
  const parts = host.split(host.includes(".") ? "." : "-", 5);
  return parts.length === 4 && parts.every(isOctet) ? parts.join(".") : undefined;
}

function isOctet(part: string): boolean {
  // A leading zero means octal to some readers and decimal to others.
  return /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
}

function isHostName(host: string): boolean {
  const parts = host.split(".");
  if (host.length > 253 || !parts.every(isHostNamePart)) return false;
  // Browsers read a host that ends in a number as IPv4, and this one is not valid. `300-1-2-3` is no name
  // either.
  return !/^(?:\d+|0x[0-9a-f]*)$/.test(parts.at(-1) ?? "") && !/^\d+-\d+-\d+-\d+$/.test(host);
}

function isHostNamePart(part: string): boolean {
  return part.length <= 63 && /^[a-z0-9-]+$/.test(part) && !part.startsWith("-") && !part.endsWith("-");
}

function isBracketedIpv6(host: string): boolean {
  if (!host.startsWith("[") || host.length > 47) return false;
  const halves = host.slice(1, -1).split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => half === "" ? [] : half.split(":")).flat();
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
