import type { Engine } from "../engine.ts";

/** The ports that listen inside a container. */
export interface Listeners {
  /** Reachable from outside of the container. */
  readonly open: readonly number[];
  /** Reachable only inside: bound to a loopback address. */
  readonly inside: readonly number[];
}

const LISTENS = "0A";

/**
 * Reads which ports listen inside a container. Returns undefined if that cannot be seen: it takes a `cat` in
 * the image.
 */
export async function readListeners(
  engine: Engine,
  id: string,
  signal: AbortSignal,
): Promise<Listeners | undefined> {
  try {
    const result = await engine.docker.run(["exec", id, "cat", "/proc/net/tcp", "/proc/net/tcp6"], {
      action: "Looking for the ports that listen in a container",
      timeoutMs: 5000,
      raw: true,
    }, signal);
    return parseListeners(result.stdout);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Parses `/proc/net/tcp` and `/proc/net/tcp6`. Returns undefined for a text that is neither. */
export function parseListeners(text: string): Listeners | undefined {
  if (!/\blocal_address\b/.test(text)) return undefined;
  const open = new Set<number>();
  const inside = new Set<number>();
  for (const line of text.split("\n")) {
    const match = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /.exec(line);
    const [, address = "", port = "", state] = match ?? [];
    // The engine's own name server listens on 127.0.0.11.
    if (state !== LISTENS || address === "0B00007F") continue;
    (isLoopbackHex(address) ? inside : open).add(Number.parseInt(port, 16));
  }
  const sorted = (ports: Set<number>) => [...ports].sort((a, b) => a - b);
  return { open: sorted(open), inside: sorted(inside).filter((port) => !open.has(port)) };
}

/** Whether an address as the kernel prints it, in words of 4 bytes in its own byte order, is loopback. */
function isLoopbackHex(address: string): boolean {
  return /^[0-9A-F]{6}7F$/.test(address) || address === "00000000000000000000000001000000" ||
    /^0000000000000000FFFF0000[0-9A-F]{6}7F$/.test(address);
}
