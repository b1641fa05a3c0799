/** The log of an environment. */

import { AppError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import { type EnvironmentView, type ViewPorts, viewSight } from "./environment_view.ts";
import type { LinkMaker } from "../run.ts";
import { statusWords } from "../../core/environment/status_words.ts";
import { readWithLabelFallback } from "./label_fallback.ts";
import { type ObservedPull, type ObservePorts, observePull } from "../observe/observe_pull.ts";

/** The ports and values that finding and reading a log uses. */
export interface LogPorts extends ObservePorts, ViewPorts {
  readonly forge: ObservePorts["forge"];
  readonly platform: PlatformReader;
  readonly settings: ObservePorts["settings"];
  readonly links: LinkMaker;
}

/** Selects a log, and how much of it to read. */
export interface LogOptions {
  /** 7 to 40 digits of the environment's commit; undefined for the active environment. */
  readonly sha: string | undefined;
  /** Only this many lines from the end. */
  readonly tail: number | undefined;
  /** Follows the log until the signal aborts. */
  readonly follow: boolean;
}

/** Opens the log of an environment. Throws AppError `no_environment` if no environment has a log. */
export async function openLogs(
  ports: LogPorts,
  pr: PrNumber,
  options: LogOptions,
  signal: AbortSignal,
): Promise<{ readonly view: EnvironmentView; readonly lines: AsyncIterable<string> }> {
  const look = { request: undefined, sha: undefined, held: undefined, people: new Map() };
  const { result: observed, failure } = await readWithLabelFallback(
    ports,
    (seeing) => observePull(seeing, pr, look, signal),
    signal,
  );
  const { platform } = observed.observation;
  const views = viewSight(ports, observed);
  const view = choose(views, options.sha);
  if (view === undefined) {
    const what = options.sha === undefined
      ? "there is no environment"
      : `there is no environment for "${options.sha}"`;
    throw new AppError("no_environment", `Reading the log of pull request #${pr}: ${what}`, {
      hint: nextStep(pr, views),
    });
  }
  const deployed = platform === "as_labels"
    ? undefined
    : platform.find((each) => (each.short ?? null) === view.short_sha);
  if (deployed === undefined) throw noLog(ports, { pr, view, observed }) ?? failure ?? gone(pr, view);
  return {
    view,
    lines: ports.platform.logs(deployed, { tail: options.tail, follow: options.follow }, signal),
  };
}

/** Makes the error for an environment that has no log, because it has not come up; undefined if it has. */
function noLog(
  { links }: { readonly links: Pick<LinkMaker, "run"> },
  at: { readonly pr: PrNumber; readonly view: EnvironmentView; readonly observed: ObservedPull },
): AppError | undefined {
  const { pr, view, observed: { observation: { lock } } } = at;
  const action = `Reading the log of pull request #${pr}`;
  if (view.status === "failed") {
    return new AppError("no_environment", `${action}: ${view.short_sha} did not come up, so it has no log`, {
      hint: `"showtime status ${pr}" says why`,
    });
  }
  if (view.type !== "building") return undefined;
  const run = lock.kind === "held" && lock.alive ? lock.owner?.run : undefined;
  const where = run === undefined ? "" : `, by run ${run.id} (${links.run(run.id)})`;
  return new AppError(
    "no_environment",
    `${action}: ${view.short_sha} ${statusWords(view.status)}${where}, so it has no log yet`,
    {
      hint: run === undefined
        ? `"showtime status ${pr} --watch" shows when it runs`
        : `Open ${
          links.run(run.id)
        } for the output of the build; "showtime status ${pr} --watch" shows when it runs`,
    },
  );
}

function gone(pr: PrNumber, view: EnvironmentView): AppError {
  return new AppError(
    "no_environment",
    `Reading the log of pull request #${pr}: the labels name ${view.short_sha}, and ${view.platform} does not have it`,
    { hint: `"showtime explain ${pr}" says what would bring it back` },
  );
}

/** Chooses the environment of a commit, or the first: the active one comes first in the list. */
function choose(views: readonly EnvironmentView[], sha: string | undefined): EnvironmentView | undefined {
  if (sha === undefined) return views[0];
  const wanted = sha.toLowerCase();
  if (!/^[0-9a-f]{7,40}$/.test(wanted)) return undefined;
  return views.find((each) =>
    each.sha === null
      ? each.short_sha !== null && wanted.startsWith(each.short_sha)
      : each.sha.startsWith(wanted)
  );
}

function nextStep(pr: PrNumber, views: readonly EnvironmentView[]): string {
  const known = views.flatMap((each) => each.short_sha === null ? [] : [each.short_sha]);
  return known.length === 0 ? `"showtime start ${pr}" creates one` : `There is one for ${known.join(", ")}`;
}
