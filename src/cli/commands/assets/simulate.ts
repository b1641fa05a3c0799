import type { ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";
import { serveToTheEnd } from "../../serve_to_the_end.ts";

/** Serves the built-in Superset simulator. */
export async function runAssetsSimulate(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal } = env;
  const options = {
    port: values.readDefaulted("port", readPort),
    seed: values.text("seed"),
  };
  const { address, finished } = await (await env.wiring()).supersetSimulator(options, signal);
  terminal.out(
    env.flags.json ? renderJsonLine({ address }) : `Showtime's Superset simulator is listening on ${address}`,
  );
  env.next(`Use it as the url of an instance in assets.instances, with admin/admin as the login`);
  return await serveToTheEnd(finished, signal);
}
