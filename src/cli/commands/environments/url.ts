import { viewSight } from "../../../environments/app/show/environment_view.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import { type CommandEnv, type CommandSpec, PULL_ARGUMENT } from "../../command.ts";
import { howToStart, lookOnce } from "./shared.ts";

/** Prints the active address and nothing else. */
export const URL_COMMAND: CommandSpec = {
  name: "url",
  args: [PULL_ARGUMENT],
  summary: "print the address of the active environment",
  description: "Prints the address that people are sent to, and nothing else, for scripts.",
  examples: [["url 1234", 'as in: open "$(showtime url 1234)"']],
  options: [],
  needs: "context",
  run: runUrl,
};

async function runUrl(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const { context } = await env.ports(pr, ["forge", "platform", "images"]);
  const { observed } = await lookOnce(context, pr, env.signal);
  const views = viewSight(context, observed);
  const url = views.find((view) => view.active && view.url !== null)?.url;
  if (url === undefined || url === null) {
    const waiting = views.find((view) => view.type === "building");
    throw new AppError(
      "no_environment",
      `Looking for the address of #${pr}: ${
        waiting === undefined ? "it has no active environment" : `its environment is ${waiting.status}`
      }`,
      { hint: waiting === undefined ? howToStart(pr) : `"showtime status ${pr}" tells how it goes on` },
    );
  }
  if (env.flags.json) env.json({ pr, url });
  else env.lines([url]);
  return EXIT.done;
}
