import { checkOnly } from "../../../environments/app/sync/check_only.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { type CommandEnv, type CommandSpec, type OptionSpec, PULL_ARGUMENT } from "../../command.ts";
import { makeSyncOptions, readChange, runChange } from "./change.ts";
import { IMAGE_OPTIONS, tellActions, warnOfPreset } from "./shared.ts";

const OPTIONS: readonly OptionSpec[] = [
  { name: "sha", value: "sha", description: "commit of the pull request, instead of its head" },
  { name: "check-only", description: "print key=value lines about what would be done" },
  ...IMAGE_OPTIONS,
];

/** Makes a pull request's environment agree with its labels. */
export const SYNC: CommandSpec = {
  name: "sync",
  args: [PULL_ARGUMENT],
  summary: "make the environment agree with the pull request's labels",
  description:
    "Looks at the labels, the platform and the pull request, decides what is to be done, and does it: " +
    "the command that a workflow runs on every event. Running it again finishes what an earlier run began; with " +
    "nothing to do it writes nothing.",
  examples: [
    ["sync 1234", "do whatever the labels ask for"],
    ["sync 1234 --check-only", "learn whether a build is needed, without any write"],
    ["sync 1234 --dry-run", "see the steps"],
  ],
  options: OPTIONS,
  needs: "context",
  run: runSync,
};

/** What the older workflow calls. */
export const HANDLE_TRIGGER: CommandSpec = {
  name: "handle-trigger",
  args: [PULL_ARGUMENT],
  summary: "the same as sync, under its older name",
  description: "Does what sync does. Workflows that were written for superset-showtime call it.",
  examples: [["handle-trigger 1234", "do whatever the labels ask for"]],
  options: OPTIONS,
  needs: "context",
  run: runSync,
};

async function runSync(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const change = readChange(env);
  if (!env.values.flag("check-only")) return await runChange(env, pr, { request: undefined, change });
  const { context, loaded } = await env.ports(pr, ["forge", "platform", "images"]);
  warnOfPreset(env, loaded);
  const options = { ...makeSyncOptions(env, context, { request: undefined, change }), planOnly: true };
  const facts = await checkOnly(context, pr, options, env.signal);
  if (env.flags.json) env.json(facts);
  // One line each, whatever a label is called.
  else env.lines(Object.entries(facts).map(([key, value]) => `${key}=${stripControls(value)}`));
  await tellActions(env, { outputs: facts });
  return EXIT.done;
}
