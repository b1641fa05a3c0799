import type { CliHost } from "../cli/wiring_types.ts";
import { makeTerminal } from "../drivers/terminal/mod.ts";
import { VERSION } from "../version.ts";

/** This process, as the command line needs it. Everything else is loaded when a command first asks for it. */
export function makeProcessHost(signal: AbortSignal): CliHost {
  const stdoutTty = Deno.stdout.isTerminal();
  return {
    io: {
      stdout: (text) => writeAll(Deno.stdout, text),
      stderr: (text) => writeAll(Deno.stderr, text),
      env: Deno.env.toObject(),
      stdinTty: Deno.stdin.isTerminal(),
      stdoutTty,
      stderrTty: Deno.stderr.isTerminal(),
      columns: stdoutTty ? Deno.consoleSize().columns : undefined,
      signal,
      about: {
        version: VERSION,
        build: Deno.build.standalone ? "binary" : "source",
        target: Deno.build.target,
      },
    },
    makeTerminal,
    makeWiring: async (host) => (await import("../wiring.ts")).makeWiring(host),
  };
}

/** Writes all of a text at once; a reader that has gone away, as `head` does, wants no more. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  try {
    for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
      rest = rest.subarray(stream.writeSync(rest));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
