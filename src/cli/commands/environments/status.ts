import { type EnvironmentView, viewSight } from "../../../environments/app/show/environment_view.ts";
import { viewFailures } from "../../../environments/app/show/failure_view.ts";
import { describeHolder, viewHolder } from "../../../environments/app/lock/lock_view.ts";
import type { ObservedPull } from "../../../environments/app/sync/observe_pull.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { renderEnvironment, renderSentence } from "../../render/mod.ts";
import { askAboutLabels, howToStart, lookOnce } from "./shared.ts";

/** Shows a pull request's environments. */
export async function runStatus(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const { observed, incomplete } = await lookOnce(ports, pr, env.signal);
  const views = viewSight(ports, observed);
  const { observation, snapshot } = observed;
  const { labels } = observation;
  askAboutLabels(env, labels);
  const failures = viewFailures(observed);
  if (env.flags.json) {
    env.json({
      pr,
      open: snapshot.open,
      head_sha: observation.headSha,
      environments: views,
      failures,
      incomplete,
      triggers: labels.triggers.map(({ name }) => name),
      frozen: labels.frozen.length > 0,
      blocked: labels.blocked.length > 0,
      lock: viewHolder(ports, observed),
      ...(env.flags.verbose
        ? { labels: labels.ours.map(({ name }) => name), unknown_labels: labels.foreign }
        : {}),
    });
    return incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
  }
  const { style } = env;
  const state = snapshot.open ? snapshot.draft ? "draft" : "open" : "closed";
  const head = shortSha(observation.headSha);
  const holder = describeHolder(ports, observed);
  const look = { style, now: ports.forge.now(), failures, worked: holder !== undefined };
  env.lines([
    `${style.link(style.bold(`#${pr}`), ports.links.pull(pr))} ${stripControls(snapshot.title)}`,
    `${state}, head ${style.link(head, ports.links.commit(observation.headSha))}`,
    ...(holder === undefined ? [] : renderSentence(holder, style)),
    ...views.flatMap((view) => renderEnvironment(view, look)),
    ...(views.length === 0 ? ["no environment"] : []),
    ...describeLabels(observed, env.flags.verbose).flatMap((line) =>
      renderSentence(line, style, { indent: 6 })
    ),
  ]);
  env.next(
    labels.triggers.length > 0
      ? `"showtime sync ${pr}" does what the triggers ask for`
      : views.length === 0
      ? howToStart(pr, { open: snapshot.open })
      : views[0]?.status === "failed" && snapshot.open
      ? `"showtime start ${pr}" tries again, "showtime explain ${pr}" says whether the next run does so by itself`
      : `"showtime explain ${pr}" says what would be done now${
        hasLog(observed, views[0]) ? `, "showtime logs ${pr}" shows the log` : ""
      }`,
  );
  return incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
}

/** Whether the environment has a log: only one on the platform does. */
function hasLog({ observation: { platform } }: ObservedPull, view: EnvironmentView | undefined): boolean {
  return platform !== "as_labels" && platform.some(({ short = null }) => short === view?.short_sha);
}

/** Lists triggers and lasting labels. With `all`, lists every label of Showtime and those that only look like one. */
function describeLabels({ observation: { labels } }: ObservedPull, all: boolean): readonly string[] {
  const names = [...labels.triggers.map(({ name }) => name), ...labels.frozen, ...labels.blocked];
  if (!all) return names.length === 0 ? [] : [`waiting or in force: ${names.map(stripControls).join(", ")}`];
  return [
    "labels:",
    ...labels.ours.map(({ name }) => `   ${stripControls(name)}`),
    ...labels.foreign.map((name) => `   ${stripControls(name)}   (unknown: ignored)`),
  ];
}
