import type { EnvironmentView } from "../../../environments/app/show/environment_view.ts";
import { listEnvironments } from "../../../environments/app/show/list_environments.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv, CommandSpec } from "../../command.ts";
import { renderEnvironmentTable } from "../../render/mod.ts";
import { FIND_OBSTACLE } from "./shared.ts";

const STATUSES = [
  "building",
  "built",
  "deploying",
  "running",
  "updating",
  "failed",
  "stopping",
  "drifted",
  "absent",
] as const;

/** Lists all environments of the repository. */
export const LIST: CommandSpec = {
  name: "list",
  args: [],
  summary: "list all environments of the repository",
  description:
    "Lists the environments of every pull request, the active ones first, with what labels forgot and " +
    "what an older scheme left.",
  examples: [
    ["list", "see everything"],
    ["list --type orphaned", "see what nobody needs any more"],
    ["list --user maxime --wide", "see one person's, with more columns"],
  ],
  options: [
    { name: "status", value: "status", description: "only these", choices: STATUSES },
    { name: "user", value: "login", description: "only those this person asked for" },
    {
      name: "type",
      value: "type",
      description: "only these",
      choices: ["active", "building", "orphaned", "legacy"],
    },
    { name: "wide", short: "w", description: "more columns: ttl, size, platform, service, image, flags" },
  ],
  needs: "context",
  run: runList,
};

async function runList(env: CommandEnv): Promise<ExitCode> {
  const { context } = await env.ports(undefined, ["forge", "platform"]);
  const { environments, incomplete } = await listEnvironments(context, env.signal);
  const wanted = environments.filter(makeFilter(env));
  if (env.flags.json) env.json({ environments: wanted, incomplete });
  else if (wanted.length > 0) {
    const { style } = env;
    const now = context.forge.now();
    env.lines(renderEnvironmentTable(wanted, { style, now, wide: env.values.flag("wide") }));
  } else if (environments.length > 0) env.terminal.say("No environment fits the filters");
  else env.terminal.say(`${context.repo} has no environments`);
  for (const sentence of incomplete) env.terminal.warn(sentence);
  if (incomplete.length > 0) {
    env.next(FIND_OBSTACLE);
    return EXIT.incomplete;
  }
  env.next(nextStep(wanted));
  return EXIT.done;
}

function makeFilter({ values }: CommandEnv): (view: EnvironmentView) => boolean {
  const [status, type] = [values.text("status"), values.text("type")];
  const user = values.text("user")?.toLowerCase().replace(/^@/, "");
  return (view) =>
    (status === undefined || view.status === status) && (type === undefined || view.type === type) &&
    (user === undefined || view.requested_by?.toLowerCase() === user);
}

function nextStep(views: readonly EnvironmentView[]): string {
  const first = views[0];
  if (first === undefined) return '"showtime start <pr>" brings one up';
  const orphan = views.some((view) => view.type === "orphaned" || view.type === "legacy");
  const more = orphan ? '; "showtime cleanup --dry-run" shows what can go' : "";
  return `"showtime status ${first.pr}" tells more about one${more}`;
}
