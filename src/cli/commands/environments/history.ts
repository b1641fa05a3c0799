import { readHistory } from "../../../environments/app/show/history.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { formatInstant, formatIso } from "../../../lib/instant.ts";
import type { CommandEnv } from "../../command.ts";
import { readCount } from "../../read_arguments.ts";
import { renderTable } from "../../render/mod.ts";

/** Shows the history of a pull request's environments. */
export async function runHistory(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const limit = env.values.readDefaulted("limit", readCount);
  const { ports } = await env.ports(pr, ["forge"]);
  const found = await readHistory(ports, pr, { limit: limit + 1 }, env.signal);
  const history = found.slice(0, limit);
  if (env.flags.json) {
    env.json({ pr, history: history.map((each) => ({ ...each, at: formatIso(each.at) })) });
    return EXIT.done;
  }
  if (history.length === 0) {
    env.terminal.say(`Nothing has happened on #${pr} yet`);
    env.next(`"showtime status ${pr}" shows what there is now`);
    return EXIT.done;
  }
  const columns = [{ title: "WHEN" }, { title: "COMMIT" }, { title: "WHAT", shrinks: true }, {
    title: "WHO",
    shrinks: true,
  }];
  const rows = history.map(({ at, sha, text, actor, url }) => [
    { text: formatInstant(at) },
    { text: sha?.slice(0, 7) ?? "-" },
    { text, url: url ?? undefined },
    { text: actor ?? "-" },
  ]);
  env.lines(renderTable(columns, rows, { style: env.style }));
  if (found.length > limit) env.terminal.say(`--limit ${more(limit)} shows older ones`);
  env.next(`"showtime status ${pr}" shows what there is now`);
  return EXIT.done;
}

/** Returns the next round number above a limit. */
function more(limit: number): number {
  let round = 10;
  while (round * 5 <= limit) round *= 10;
  return [1, 2, 5, 10].map((each) => each * round).find((each) => each > limit) ?? limit * 2;
}
