import { viewSight } from "../../../environments/app/show/environment_view.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { CommandEnv } from "../../command.ts";
import { adviseAround } from "../../advise_around.ts";
import { howToStart, lookOnce } from "./shared.ts";

/** Prints the active address and nothing else. */
export async function runUrl(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const url = await findUrl(env, pr);
  if (env.flags.json) env.json({ pr, url });
  else env.lines([url]);
  return EXIT.done;
}

/** Opens the active address in the person's browser, or prints it. */
export async function runOpen(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const url = await findUrl(env, pr);
  const opened = await (await (await env.wiring()).browser()).open(url);
  if (env.flags.json) env.json({ pr, url, opened });
  else if (opened) env.terminal.say(`${url} is open in the browser`);
  else env.lines([env.style.link(url, url)]);
  env.next(opened ? `"showtime logs ${pr}" shows its log` : "open that address in a browser");
  return EXIT.done;
}

/**
 * Finds the active address. Throws AppError `no_environment` if no environment is active, or the platform
 * lost it.
 */
async function findUrl(env: CommandEnv, pr: PrNumber): Promise<string> {
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const { observed } = await lookOnce(ports, pr, env.signal);
  const { platform, otherEngine } = observed.observation;
  const views = viewSight(ports, observed);
  const active = views.find((view) => view.active);
  const action = `Looking for the address of #${pr}`;
  if (active?.status === "asleep") {
    const where = active.url === null ? "; its address is known then" : ` at ${active.url}`;
    const hint = `"showtime wake ${pr}" wakes it${where}`;
    throw new AppError("no_environment", `${action}: its environment ${active.short_sha} is asleep`, {
      hint,
    });
  }
  const lost = active !== undefined && platform !== "as_labels" && otherEngine === undefined &&
    platform.find(({ short = null }) => short === active.short_sha)?.address === undefined;
  if (lost) {
    throw new AppError(
      "no_environment",
      `${action}: the labels name ${active.short_sha}, and ${active.platform} does not have it any more`,
      { hint: `"showtime explain ${pr}" says what would bring it back` },
    );
  }
  if (active === undefined || active.url === null) {
    const waiting = views.find((view) => view.type === "building");
    const why = waiting === undefined
      ? "it has no active environment"
      : `its environment is ${waiting.status}`;
    const next = waiting === undefined ? howToStart(pr) : `"showtime status ${pr}" shows its progress`;
    throw new AppError("no_environment", `${action}: ${why}`, {
      hint: adviseAround(ports, observed) ?? next,
    });
  }
  return active.url;
}
