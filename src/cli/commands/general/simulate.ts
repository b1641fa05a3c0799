import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";
import { serveToTheEnd } from "../../serve_to_the_end.ts";

/** Serves the built-in GitHub simulator. */
export async function runSimulate(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal } = env;
  const options = {
    port: values.readDefaulted("port", readPort),
    seed: values.text("seed"),
    here: values.flag("here"),
    repo: env.flags.repo,
  };
  if (options.here && options.seed !== undefined) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --here serves this clone, and --seed a file",
      "Give one of them",
    );
  }
  const { address, repository, about, finished } = await (await env.wiring()).simulator(options, signal);
  terminal.out(
    env.flags.json
      ? renderJsonLine({ address, graphql: `${address}/graphql`, repository })
      : `Showtime's GitHub simulator is listening on ${address}`,
  );
  if (about !== undefined) terminal.say(`It serves ${about}`);
  const variables =
    `GITHUB_REPOSITORY=${repository} GITHUB_API_URL=${address} GITHUB_GRAPHQL_URL=${address}/graphql`;
  env.next(`export ${variables}, then "showtime ${options.here ? "start 1 --platform docker" : "list"}"`);
  return await serveToTheEnd(finished, signal);
}
