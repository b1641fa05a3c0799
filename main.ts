/** The program: hands arguments and signals of this process to the command line, and exits with its code. */

import { Interrupted, run } from "./src/cli/run.ts";
import { makeProcessHost, programWords } from "./src/wiring/process.ts";

const ended = new AbortController();
for (const by of ["SIGINT", "SIGTERM"] as const) {
  if (by === "SIGTERM" && Deno.build.os === "windows") continue;
  Deno.addSignalListener(by, () => {
    // A second signal ends the process at once, without waiting until the lock is given back.
    if (ended.signal.aborted) Deno.exit(by === "SIGINT" ? 130 : 143);
    ended.abort(new Interrupted(by));
  });
}

// All output has been written. Open connections of clients must not keep the process alive.
Deno.exit(await run(programWords(Deno.args), makeProcessHost(ended.signal)));
