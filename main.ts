/** The program: this process's arguments and signals handed to the command line, and its exit code. */

import { Interrupted, run } from "./src/cli/run.ts";
import { makeProcessHost } from "./src/wiring/process.ts";

const ended = new AbortController();
for (const by of ["SIGINT", "SIGTERM"] as const) {
  if (by === "SIGTERM" && Deno.build.os === "windows") continue;
  Deno.addSignalListener(by, () => {
    // Whoever asks twice does not want to wait until the lock is given back.
    if (ended.signal.aborted) Deno.exit(by === "SIGINT" ? 130 : 143);
    ended.abort(new Interrupted(by));
  });
}

// Everything has been written by now; what clients leave behind must not keep the process alive.
Deno.exit(await run(Deno.args, makeProcessHost(ended.signal)));
