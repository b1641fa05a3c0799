/**
 * Whether the host of a URL is a link-local address: 169.254.0.0/16 or fe80::/10, also inside of an IPv6
 * address that stands for an IPv4 one. A URL's parser has resolved decimal, hexadecimal and octal notations
 * before.
 */
export function isLinkLocal({ hostname }: URL): boolean {
  if (!hostname.startsWith("[")) return isLinkLocalV4(readV4(hostname));
  const groups = readV6(hostname.slice(1, -1));
  if (groups === undefined) return false;
  const [first = 0] = groups;
  return (first & 0xffc0) === 0xfe80 || embeddedV4(groups).some(isLinkLocalV4);
}

type Bytes = readonly number[];

function isLinkLocalV4(bytes: Bytes | undefined): boolean {
  return bytes !== undefined && bytes[0] === 169 && bytes[1] === 254;
}

function readV4(hostname: string): Bytes | undefined {
  // The parser keeps a dot at the end of a name only, never of an address.
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.?$/.exec(hostname)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) ? parts : undefined;
}

/**
 * Reads the eight groups of an IPv6 address as a URL's parser writes it: no IPv4 at its end, one `::` at
 * most.
 */
function readV6(text: string): readonly number[] | undefined {
  const [head = "", tail] = text.split("::");
  const read = (part: string) => part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [before, after] = [read(head), tail === undefined ? [] : read(tail)];
  const gap = 8 - before.length - after.length;
  const groups = tail === undefined
    ? before
    : [...before, ...Array<number>(Math.max(0, gap)).fill(0), ...after];
  return groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff) ? groups : undefined;
}

/** The IPv4 addresses that an IPv6 address leads to. */
function embeddedV4(groups: readonly number[]): readonly Bytes[] {
  const at = (index: number): Bytes =>
    [groups[index] ?? 0, groups[index + 1] ?? 0].flatMap((group) => [group >> 8, group & 0xff]);
  const starts = (...prefix: readonly number[]) => prefix.every((group, index) => groups[index] === group);
  const found: Bytes[] = [];
  // Compatible ::a.b.c.d, mapped ::ffff:a.b.c.d and translated ::ffff:0:a.b.c.d.
  if (starts(0, 0, 0, 0, 0, 0) || starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0)) {
    found.push(at(6));
  }
  // NAT64, with its well-known and its local prefix.
  if (starts(0x64, 0xff9b)) found.push(at(6));
  // 6to4 has the address behind its prefix. ISATAP has it at the end.
  if (starts(0x2002)) found.push(at(1));
  if (groups[5] === 0x5efe && ((groups[4] ?? 0) & 0xfdff) === 0) found.push(at(6));
  // Teredo has the client's address at the end, inverted.
  if (starts(0x2001, 0)) found.push(at(6).map((byte) => byte ^ 0xff));
  return found;
}
