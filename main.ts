/** The program: this process's arguments, environment and streams handed to the command line, and its exit code. */

import { Interrupted, run } from "./src/cli/run.ts";
import { about, makeTerminal, makeWiring } from "./src/wiring.ts";

const ended = new AbortController();
for (const by of ["SIGINT", "SIGTERM"] as const) {
  if (Deno.build.os === "windows" && by === "SIGTERM") continue;
  Deno.addSignalListener(by, () => {
    // Whoever asks twice does not want to wait until the lock is given back.
    if (ended.signal.aborted) Deno.exit(by === "SIGINT" ? 130 : 143);
    ended.abort(new Interrupted(by));
  });
}

const code = await run(Deno.args, {
  io: {
    stdout: (text) => write(Deno.stdout, text),
    stderr: (text) => write(Deno.stderr, text),
    env: Deno.env.toObject(),
    stdinTty: Deno.stdin.isTerminal(),
    stdoutTty: Deno.stdout.isTerminal(),
    stderrTty: Deno.stderr.isTerminal(),
    columns: Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined,
    signal: ended.signal,
    about,
  },
  makeTerminal,
  makeWiring,
});
Deno.exit(code);

/** Writes all of a text; a reader that has gone away, as `head` does, wants no more. */
function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  try {
    for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
      rest = rest.subarray(stream.writeSync(rest));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
