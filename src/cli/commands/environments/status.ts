import { type EnvironmentView, viewSight } from "../../../environments/app/show/environment_view.ts";
import { adviceFacts } from "../../../environments/app/show/advice_facts.ts";
import { viewFailures } from "../../../environments/app/show/failure_view.ts";
import { describeHolder, viewHolder } from "../../../environments/app/lock/lock_view.ts";
import type { ObservedPull } from "../../../environments/app/observe/observe_pull.ts";
import { commitsBehind, describeBehind } from "../../../environments/core/environment/distance.ts";
import { activeSha, servedHead } from "../../../environments/core/labels/mod.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { exitCodeOfEnd } from "../../interrupted.ts";
import type { CommandEnv, CommandPorts } from "../../command.ts";
import { renderEnvironment, renderJsonLine, renderSentence } from "../../render/mod.ts";
import { adviseAround } from "../../advise_around.ts";
import { askAboutLabels, FIND_OBSTACLE, howToStart, lookOnce } from "./shared.ts";

/** How often `--watch` looks, in milliseconds: 240 looks an hour, of 1 to 3 requests each. */
const WATCH_MS = 15_000;

type StatusPorts = CommandPorts<"forge" | "platform" | "images" | "clock">;

interface Look {
  readonly observed: ObservedPull;
  readonly incomplete: readonly string[];
}

/** Shows a pull request's environments. With `--watch` again on each change, until no work is under way. */
export async function runStatus(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const watches = env.values.flag("watch");
  let shown: string | undefined;
  for (;;) {
    const look = await lookOnce(ports, pr, env.signal);
    const document = documentOf(env, ports, look);
    // The lease of a lock moves on by itself and is no change.
    const state = JSON.stringify({ ...document, lock: document.lock?.run_url ?? document.lock?.owner });
    if (state !== shown) {
      if (shown === undefined) askAboutLabels(env, look.observed.observation.nearMisses);
      if (!env.flags.json) env.lines([...(shown === undefined ? [] : [""]), ...render(env, ports, look)]);
      else if (watches) env.lines([renderJsonLine(document)]);
      else env.json(document);
      shown = state;
    }
    if (!watches || isSettled(ports, look)) {
      env.next(nextStep(ports, look));
      return look.incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
    }
    try {
      await ports.clock.sleep(WATCH_MS, env.signal);
    } catch (error) {
      // A signal is a usual end of watching, and no failure.
      const code = exitCodeOfEnd(env.signal);
      if (code === undefined) throw error;
      return code;
    }
  }
}

/** Whether no run works on the pull request, and none is due for a trigger or a newer commit. */
function isSettled({ settings }: StatusPorts, { observed: { observation } }: Look): boolean {
  if (observation.lock.kind === "held" && observation.lock.alive) return false;
  const { blocked, frozen, waits, pushes, open } = adviceFacts(observation, settings);
  if (blocked !== undefined) return true;
  const follows = open && waits && frozen === undefined && pushes === "update";
  return observation.labels.triggers.length === 0 && !follows;
}

function documentOf(env: CommandEnv, ports: StatusPorts, { observed, incomplete }: Look) {
  const { observation, snapshot } = observed;
  const { labels } = observation;
  return {
    pr: observation.pr,
    open: snapshot.open,
    head_sha: observation.headSha,
    environments: viewSight(ports, observed),
    failures: viewFailures(observed),
    incomplete,
    triggers: labels.triggers.map(({ name }) => name),
    frozen: labels.frozen.length > 0,
    blocked: labels.blocked.length > 0,
    lock: viewHolder(ports, observed),
    ...(env.flags.verbose
      ? { labels: labels.ours.map(({ name }) => name), unknown_labels: labels.foreign }
      : {}),
  };
}

function render(
  { style, flags }: CommandEnv,
  ports: StatusPorts,
  { observed, incomplete }: Look,
): readonly string[] {
  const { observation, snapshot } = observed;
  const { pr, headSha } = observation;
  const views = viewSight(ports, observed);
  const state = snapshot.open ? snapshot.draft ? "draft" : "open" : "closed";
  const holder = describeHolder(ports, observed);
  const look = {
    style,
    now: ports.forge.now(),
    failures: viewFailures(observed),
    worked: holder !== undefined,
    notes: notesOn(observed),
    unverified: incomplete.length > 0,
  };
  return [
    `${style.link(style.bold(`#${pr}`), ports.links.pull(pr))} ${stripControls(snapshot.title)}`,
    `${state}, head ${style.link(shortSha(headSha), ports.links.commit(headSha))}`,
    ...(holder === undefined ? [] : renderSentence(holder, style)),
    ...views.flatMap((view) => renderEnvironment(view, look)),
    ...(views.length === 0 ? ["no environment"] : []),
    ...describeLabels(observed, flags.verbose).flatMap((line) => renderSentence(line, style, { indent: 6 })),
  ];
}

/** Describes what people cannot see at the address: which commit is missing there, and why. */
function notesOn({ observation }: ObservedPull): readonly string[] {
  const { labels, commits, headSha, open, platform } = observation;
  const runs = activeSha(labels, shortSha(headSha));
  if (!open || runs === undefined) return [];
  const serves = servedHead(labels, { runs, head: headSha });
  const behind = describeBehind(commitsBehind(commits, { runs, head: headSha }));
  return [
    ...(serves !== undefined
      ? [`serves ${serves} too: no file of build.paths changed`]
      : behind === ""
      ? []
      : [`${behind} ${shortSha(headSha)}`]),
    ...labels.frozen.slice(0, 1).map((name) => `frozen by "${name}"`),
    ...labels.blocked.slice(0, 1).map((name) => `blocked by "${name}"`),
    // The platform knows the flags of what runs, and they are shown with its other facts.
    ...(platform === "as_labels"
      ? Object.entries(labels.flags).map(([flag, on]) => `${flag} is turned ${on ? "on" : "off"} by a label`)
      : []),
  ];
}

function nextStep(ports: StatusPorts, { observed, incomplete }: Look): string {
  if (incomplete.length > 0) return FIND_OBSTACLE;
  const { observation: { pr, labels }, snapshot: { open } } = observed;
  const first = viewSight(ports, observed)[0];
  const around = adviseAround(ports, observed);
  if (around !== undefined) return around;
  if (labels.triggers.length > 0) return `"showtime sync ${pr}" does what the triggers ask for`;
  if (first === undefined) return howToStart(pr, { open });
  if (first.status === "failed") {
    return `"showtime start ${pr}" tries again, "showtime explain ${pr}" says whether the next run does so by itself`;
  }
  const log = hasLog(observed, first) ? `, "showtime logs ${pr}" shows the log` : "";
  return `"showtime explain ${pr}" says what would be done now${log}`;
}

/** Whether the environment has a log: only one on the platform does. */
function hasLog({ observation: { platform } }: ObservedPull, view: EnvironmentView): boolean {
  return platform !== "as_labels" && platform.some(({ short = null }) => short === view.short_sha);
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
