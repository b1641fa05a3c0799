import { type DueWarning, judgeWarnings, WHOLE_CLEANUP } from "../../core/cleanup/mod.ts";
import type { CleanupWorld, SurveyPorts } from "../cleanup/cleanup.ts";

/** Finds the environments that are about to end, over the listings of a cleanup. Sends no request. */
export function dueWarnings(
  { forge, settings }: Pick<SurveyPorts, "forge" | "settings">,
  { identity, platform, pulls }: CleanupWorld,
): readonly DueWarning[] {
  const { warnMs } = settings;
  if (warnMs === undefined || platform === undefined || pulls === undefined) return [];
  return [...pulls].sort(([a], [b]) => a - b).flatMap(([pr, pull]) => {
    const own = platform === "as_labels" ? platform : platform.filter((each) => each.pr === pr);
    const facts = { ...identity, now: forge.now(), pr, pull, platform: own, settings };
    return judgeWarnings(facts, { warnMs, options: WHOLE_CLEANUP });
  });
}
