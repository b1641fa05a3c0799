import { makeWiring } from "../../../../src/wiring/wiring.ts";
import { runCli } from "../../program/cli.ts";
import { runShowtime } from "../../program/process.ts";
import type { Ran, RunIn } from "./original_tool.ts";

/** Runs a command line of the original tool by ours, in this process or in one of its own. */
export async function runOurs(
  args: readonly string[],
  { cwd, env, inProcess }: RunIn & { readonly inProcess: boolean },
): Promise<Ran> {
  const words = ["cicdstatemgr", ...args];
  if (!inProcess) return await runShowtime(words, { cwd, env });
  const before = Deno.cwd();
  Deno.chdir(cwd);
  try {
    return await runCli(words, {
      env,
      wiring: (host) => ({ contexts: async (request) => await (await makeWiring(host)).contexts(request) }),
    });
  } finally {
    Deno.chdir(before);
  }
}
