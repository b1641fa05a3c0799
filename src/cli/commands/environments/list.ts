import type { EnvironmentView } from "../../../environments/app/show/environment_view.ts";
import { listEnvironments } from "../../../environments/app/show/list_environments.ts";
import { describeRealAddresses } from "../../../environments/app/sync/dry_rules.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderEnvironmentTable } from "../../render/mod.ts";
import { askAboutLabels, FIND_OBSTACLE } from "./shared.ts";

/** Lists all environments of the repository. */
export async function runList(env: CommandEnv): Promise<ExitCode> {
  const { ports } = await env.ports(undefined, ["forge", "platform"]);
  const isWanted = makeFilter(env);
  const listing = await listEnvironments(ports, env.signal);
  const { environments, incomplete, unverified, notes } = listing;
  askAboutLabels(env, listing.nearMisses);
  const wanted = environments.filter(isWanted);
  if (env.flags.json) env.json({ environments: wanted, incomplete });
  else if (wanted.length > 0) {
    const { style } = env;
    const now = ports.forge.now();
    env.lines(
      renderEnvironmentTable(wanted, { style, now, wide: env.values.flag("wide"), unverified, notes }),
    );
  } else if (environments.length > 0) env.terminal.say("No environment fits the filters");
  else if (!unverified) env.terminal.say(`${ports.repo} has no environments`);
  else env.terminal.say(`No label in ${ports.repo} names an environment`);
  if (listing.total !== undefined && env.values.flag("wide")) env.terminal.say(listing.total);
  const real = describeRealAddresses(ports, environments.map(({ address }) => address));
  if (real !== undefined) env.terminal.warn(real);
  for (const sentence of incomplete) env.terminal.warn(sentence);
  if (incomplete.length > 0) {
    env.next(FIND_OBSTACLE);
    return EXIT.incomplete;
  }
  env.next(nextStep(wanted));
  return EXIT.done;
}

function makeFilter({ values }: CommandEnv): (view: EnvironmentView) => boolean {
  const [statuses, type] = [values.several("status"), values.text("type")];
  const user = values.text("user")?.toLowerCase().replace(/^@/, "");
  return (view) =>
    (statuses === undefined || statuses.includes(view.status)) &&
    (type === undefined || view.type === type) &&
    (user === undefined || view.requested_by?.toLowerCase() === user);
}

function nextStep(views: readonly EnvironmentView[]): string {
  const first = views[0];
  if (first === undefined) return '"showtime start <pr>" brings one up';
  const orphan = views.some((view) => view.type === "orphaned" || view.type === "legacy");
  const more = orphan ? '; "showtime cleanup --dry-run" shows what can go' : "";
  return `"showtime status ${first.pr}" shows more about one${more}`;
}
