/** The program: hands arguments and signals of this process to the command line, and exits with its code. */

import { Interrupted, run } from "./src/cli/run.ts";
import { makeProcessHost, programWords } from "./src/wiring/process.ts";

/** Ctrl-C reaches the process several times at once, if `npx` or `deno task` stand before it: each passes it on. */
const SAME_KEYPRESS_MS = 1000;
/** A server without a terminal reads its files again at SIGHUP, as services do. */
const reloads = programWords(Deno.args).find((word) => !word.startsWith("-")) === "serve" &&
  !Deno.stdin.isTerminal();
const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (signal !== "SIGINT" && Deno.build.os === "windows") continue;
  if (signal === "SIGHUP" && reloads) continue;
  // A terminal that is closed asks for the end as SIGTERM does.
  const by = signal === "SIGINT" ? "SIGINT" : "SIGTERM";
  Deno.addSignalListener(signal, () => {
    // A second signal ends the process at once, without waiting until the lock is given back.
    const { reason } = ended.signal;
    if (!(reason instanceof Interrupted)) ended.abort(new Interrupted(by));
    else if (performance.now() - reason.at > SAME_KEYPRESS_MS) Deno.exit(by === "SIGINT" ? 130 : 143);
  });
}

// All output has been written. Open connections of clients must not keep the process alive.
Deno.exit(await run(programWords(Deno.args), makeProcessHost(ended.signal)));
