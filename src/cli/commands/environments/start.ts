import { type CommandEnv, type CommandSpec, PULL_ARGUMENT } from "../../command.ts";
import type { ExitCode } from "../../../lib/errors.ts";
import { readChange, runChange } from "./change.ts";
import { IMAGE_OPTIONS } from "./shared.ts";

/** Brings an environment up, as if the caller had set the start trigger. */
export const START: CommandSpec = {
  name: "start",
  args: [PULL_ARGUMENT],
  summary: "bring up an environment for the head commit",
  description:
    "Does what the start trigger does, with the rights of whoever calls. An environment that runs " +
    "already is left alone; with --force it is rebuilt in place, without downtime.",
  examples: [
    ["start 1234", "build the head commit and bring it up"],
    ["start 1234 --ttl 24h --size large", "for a day, with more memory"],
    ["start 1234 --image-tag latest", "bring up an image that exists"],
  ],
  options: [
    { name: "force", short: "f", description: "rebuild an environment that runs already" },
    { name: "sha", value: "sha", description: "commit of the pull request, instead of its head" },
    { name: "ttl", value: "ttl", description: "time to live: 90m, 24h, 7d, 2w or close" },
    {
      name: "size",
      value: "size",
      description: "kept for later commits of the pull request",
      choices: ["standard", "large"],
    },
    ...IMAGE_OPTIONS,
  ],
  needs: "context",
  run: runStart,
};

async function runStart(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const force = env.values.flag("force");
  return await runChange(env, pr, { request: { trigger: "start", force }, change: readChange(env) });
}
