/** Checks that the workflows do what comments need: a schedule that is shorter than the warning, and the event. */

import { formatDuration } from "../../../lib/duration.ts";
import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import { findCrons, longestGapMs } from "../../core/setup/mod.ts";
import type { Forge } from "../../ports/forge.ts";

const CLEANUP = ".github/workflows/showtime-cleanup.yml";
const WORKFLOW = ".github/workflows/showtime.yml";

/** The settings that depend on the workflows. */
export interface CommentSettings {
  readonly warnMs?: number | undefined;
  readonly commands?: boolean | undefined;
}

/** Compares the settings with the workflows on the default branch; no finding if nothing depends on them. */
export async function diagnoseComments(
  forge: Pick<Forge, "readBaseFile">,
  { warnMs, commands }: CommentSettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const read = (path: string) => forge.readBaseFile(path, { pr: undefined }, signal);
  return [
    ...(warnMs === undefined ? [] : [warnFinding(warnMs, await read(CLEANUP))]),
    ...(commands === true ? [commandsFinding(await read(WORKFLOW))] : []),
  ];
}

/** A warning comes with a cleanup, so one that is shorter than two of them may come too late or not at all. */
function warnFinding(warnMs: number, cleanup: string | undefined): Finding {
  const name = "warning";
  const warn = formatDuration(warnMs);
  const warning = { status: "warning" } as const;
  if (cleanup === undefined) {
    return foundWrong(name, `environment.warn is ${warn}, and ${CLEANUP} is not on the default branch`, {
      ...warning,
      fix: `Run "showtime cleanup" at least every ${
        formatDuration(warnMs / 2)
      }, as the workflow of "showtime init" does`,
    });
  }
  const gapMs = longestGapMs(findCrons(cleanup));
  if (gapMs === undefined) {
    return foundWrong(name, `environment.warn is ${warn}, and the schedule of ${CLEANUP} cannot be read`, {
      ...warning,
      fix: `Run the cleanup at least every ${formatDuration(warnMs / 2)}`,
    });
  }
  const gap = formatDuration(gapMs);
  if (warnMs >= 2 * gapMs) return foundOk(name, `${warn} before the end; the cleanup runs every ${gap}`);
  return foundWrong(name, `environment.warn is ${warn}, and up to ${gap} lie between two cleanups`, {
    ...warning,
    fix: `Set environment.warn to ${formatDuration(2 * gapMs)} or more, or run the cleanup more often`,
  });
}

function commandsFinding(workflow: string | undefined): Finding {
  const name = "commands";
  if (workflow !== undefined && /^\s+issue_comment:/m.test(workflow)) {
    return foundOk(name, `${WORKFLOW} runs for comments`);
  }
  const what = workflow === undefined
    ? "is not on the default branch"
    : "does not run for comments (issue_comment)";
  return foundWrong(name, `comment.commands is on, and ${WORKFLOW} ${what}`, {
    status: "warning",
    fix: 'Run "showtime init" in a clone, and merge what it writes',
  });
}
