/**
 * Runs short commands in this process, and then writes what the runtime has compiled of the script meanwhile.
 * `tools/compile.ts` compiles this program with the script, as it compiles the executable, and runs it in an empty
 * folder: the first argument is the file to write.
 *
 * With a second argument it only looks whether the runtime takes what was written.
 */

import { run } from "../../src/cli/run.ts";
import { makeProcessHost } from "../../src/wiring/process.ts";

/** The script that the program began with. */
interface StartScript {
  readonly cachedDataRejected: boolean | undefined;
  createCachedData(): Uint8Array<ArrayBuffer>;
}

const ORIGINAL = { cicdstatemgr: { datasources: { yamlfile: { path: "a.yaml", isPrimary: true } } } };
const OWN =
  "version: 1\ncontext:\n  datasources:\n    jsonfile:\n      path: b.json\n      isPrimary: true\n" +
  "    yamlfile:\n      path: b.yaml\n";

async function main(script: StartScript, [output = "", check]: readonly string[]): Promise<void> {
  if (check !== undefined) {
    if (script.cachedDataRejected !== false) {
      throw new Error("Checking: the runtime does not take what it compiled");
    }
    return;
  }
  await Deno.writeTextFile("config.yaml", JSON.stringify(ORIGINAL));
  await Deno.writeTextFile("secrets.yaml", "");
  await commands({});
  await commands({ CICDSTATEMGR_CONFIG_PATH: "config.yaml", CICDSTATEMGR_SECRETS_PATH: "secrets.yaml" });
  await Deno.writeTextFile("showtime.yml", OWN);
  await commands({});
  await Deno.writeFile(output, script.createCachedData());
}

/** Runs them with the settings that are there. */
async function commands(variables: Readonly<Record<string, string>>): Promise<void> {
  const host = makeProcessHost(new AbortController().signal);
  const env = { ...host.io.env, SHOWTIME_CONTEXT_ID: "a", ...variables };
  const quiet = { ...host, io: { ...host.io, env, stdout() {}, stderr() {} }, onCommand() {} };
  const lines = [
    ["version"],
    ["context", "init", "--id", "a", "--set", "state.n=1"],
    ["context", "set", "state.n=2"],
    ["context", "get", "state.n"],
  ];
  for (const words of lines) {
    const code = await run(words, quiet);
    if (code !== 0) throw new Error(`Recording ${words.join(" ")}: exit ${code}`);
  }
}

const { startScript } = globalThis as unknown as { readonly startScript: StartScript };
await main(startScript, Deno.args);
// Open files of a store must not keep the process alive.
Deno.exit(0);
