import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv, CommandSpec } from "../../command.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import { readPort } from "../../read_arguments.ts";
import { renderJsonLine } from "../../render/mod.ts";

const DEFAULT_PORT = 4000;

/** Serves the built-in GitHub simulator. */
export const SIMULATE: CommandSpec = {
  name: "simulate",
  args: [],
  summary: "serve the built-in GitHub simulator",
  description:
    "Serves GitHub's REST and GraphQL API on 127.0.0.1 until it is interrupted, for trying things out and " +
    "for tests. Point a client at it with GITHUB_API_URL and GITHUB_GRAPHQL_URL (<address>/graphql).",
  examples: [
    ["simulate", `on port ${DEFAULT_PORT}, with an example pull request`],
    ["simulate --port 0 --seed world.json", "on any free port, with a world of your own"],
  ],
  options: [
    {
      name: "port",
      short: "p",
      value: "port",
      description: `port to listen on (${DEFAULT_PORT}); 0 takes any`,
    },
    { name: "seed", value: "file", description: "JSON file with the repository to begin with" },
  ],
  needs: "simulator",
  run: runSimulate,
};

async function runSimulate(env: CommandEnv): Promise<ExitCode> {
  const { values, signal, terminal } = env;
  const options = { port: values.read("port", readPort) ?? DEFAULT_PORT, seed: values.text("seed") };
  const { address, finished } = await (await env.wiring()).simulator(options, signal);
  terminal.out(
    env.flags.json
      ? renderJsonLine({ address, graphql: `${address}/graphql` })
      : `Showtime's GitHub simulator is listening on ${address}`,
  );
  env.next(`export GITHUB_API_URL=${address} GITHUB_GRAPHQL_URL=${address}/graphql, then "showtime list"`);
  await finished;
  // It has no other end.
  const code = exitCodeOfEnd(signal);
  if (code !== undefined) return code;
  signal.throwIfAborted();
  return EXIT.done;
}
