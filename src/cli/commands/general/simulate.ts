import { type AppError, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";
import { serveToTheEnd } from "../../serve_to_the_end.ts";

/** Serves the built-in GitHub simulator. */
export async function runSimulate(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal, flags } = env;
  const [here, play, seed] = [values.flag("here"), values.flag("play"), values.text("seed")];
  if (here && seed !== undefined) {
    throw conflict("--here serves this clone, and --seed a file", "Give one of them");
  }
  if (here && play) {
    const hint = 'Leave --play out, and build the clone with "showtime start 1 --platform docker"';
    throw conflict("--play builds the demo's application, and --here serves this clone", hint);
  }
  const options = {
    port: values.readDefaulted("port", readPort),
    seed,
    here,
    play,
    repo: flags.repo,
    flags,
    terminal,
    pr: undefined,
  };
  const simulator = await (await env.wiring()).simulator(options, signal);
  const { address, page, repository, about, finished } = simulator;
  const graphql = `${address}/graphql`;
  if (flags.json) terminal.out(renderJsonLine({ address, graphql, repository, page }));
  else {
    terminal.out(`Showtime's GitHub simulator is listening on ${address}`);
    terminal.out(`Open ${page} in a browser`);
  }
  if (about !== undefined) terminal.say(here ? `It serves ${about}` : about);
  if (play) env.next(`press "Start" on that page; Ctrl-C removes everything`);
  else {
    const variables =
      `GITHUB_REPOSITORY=${repository} GITHUB_API_URL=${address} GITHUB_GRAPHQL_URL=${graphql}`;
    env.next(`export ${variables}, then "showtime ${here ? "start 1 --platform docker" : "list"}"`);
  }
  return await serveToTheEnd(finished, signal);
}

function conflict(state: string, hint: string): AppError {
  return usageError("flags_conflict", `Reading the command line: ${state}`, hint);
}
