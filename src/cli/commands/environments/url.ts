import { viewSight } from "../../../environments/app/show/environment_view.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { CommandEnv } from "../../command.ts";
import { howToStart, lookOnce } from "./shared.ts";

/** Prints the active address and nothing else. */
export async function runUrl(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const url = await findUrl(env, pr);
  if (env.flags.json) env.json({ pr, url });
  else env.lines([url]);
  return EXIT.done;
}

/** Prints the active address for a person to open: Showtime has no permission to start a browser. */
export async function runOpen(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const url = await findUrl(env, pr);
  if (env.flags.json) env.json({ pr, url, opened: false });
  else env.lines([env.style.link(url, url)]);
  env.next("open that address in a browser");
  return EXIT.done;
}

/** Finds the active address. Throws AppError `no_environment` if no environment is active. */
async function findUrl(env: CommandEnv, pr: PrNumber): Promise<string> {
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const { observed } = await lookOnce(ports, pr, env.signal);
  const views = viewSight(ports, observed);
  const url = views.find((view) => view.active && view.url !== null)?.url;
  if (url === undefined || url === null) {
    const waiting = views.find((view) => view.type === "building");
    throw new AppError(
      "no_environment",
      `Looking for the address of #${pr}: ${
        waiting === undefined ? "it has no active environment" : `its environment is ${waiting.status}`
      }`,
      { hint: waiting === undefined ? howToStart(pr) : `"showtime status ${pr}" shows its progress` },
    );
  }
  return url;
}
