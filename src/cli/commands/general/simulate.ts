import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";

/** Serves the built-in GitHub simulator. */
export async function runSimulate(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal } = env;
  const options = { port: values.readDefaulted("port", readPort), seed: values.text("seed") };
  const { address, finished } = await (await env.wiring()).simulator(options, signal);
  terminal.out(
    env.flags.json
      ? renderJsonLine({ address, graphql: `${address}/graphql` })
      : `Showtime's GitHub simulator is listening on ${address}`,
  );
  env.next(`export GITHUB_API_URL=${address} GITHUB_GRAPHQL_URL=${address}/graphql, then "showtime list"`);
  await finished;
  // A signal is the only end of the simulator.
  const code = exitCodeOfEnd(signal);
  if (code !== undefined) return code;
  signal.throwIfAborted();
  return EXIT.done;
}
