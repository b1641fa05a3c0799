/** The file in a container whose presence is its health check: Showtime puts it there when its own probe passes. */

import type { Engine } from "../engine.ts";

const FILE = ".showtime-healthy";
/** How often the engine looks for the file. A look each second costs about 4 % of a CPU. */
const INTERVAL = "2s";

/** The arguments of `docker create` for a container that is routed once it has the file. */
export const GATE_FILE_ARGS: readonly string[] = [
  "--health-cmd",
  `test -e /${FILE}`,
  "--health-interval",
  INTERVAL,
  "--health-timeout",
  "10s",
  "--health-retries",
  "1",
];

/** Puts the file into a container. It stays there, so that a container which the engine restarts is routed again. */
export async function openGate(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const call = { action: "Opening the way to a container", stdin: emptyFileTar(FILE) };
  await engine.docker.must(["cp", "-", `${id}:/`], call, signal);
}

/** Removes the file from a container that runs: then no new requests reach it. A failure changes nothing. */
export async function closeGate(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const call = { action: "Closing the way to a container" };
  await engine.docker.run(
    ["exec", "--user", "0", id, "/bin/sh", "-c", `rm -f /${FILE}`],
    call,
    signal,
  );
}

/** Makes an archive that holds one empty file: `docker cp` reads archives only. All its bytes are ASCII. */
function emptyFileTar(name: string): string {
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, "0") + "\0";
  const fields = (sum: string) =>
    name.padEnd(100, "\0") + octal(0o444, 8) + octal(0, 8) + octal(0, 8) + octal(0, 12) + octal(0, 12) +
    sum + "0" + "\0".repeat(100) + "ustar\0" + "00";
  const sum = [...fields(" ".repeat(8))].reduce((total, each) => total + each.charCodeAt(0), 0);
  const header = fields(`${sum.toString(8).padStart(6, "0")}\0 `);
  // The header fills a block of 512 bytes, and two empty blocks end the archive.
  return header.padEnd(512 + 1024, "\0");
}
