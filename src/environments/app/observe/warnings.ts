/** The warnings on a pull request: which Showtime wrote, and which are about environments that are gone. */

import type { ShortSha } from "../../../lib/ids.ts";
import { parseWarning, type Warning } from "../../core/warning/mod.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import type { MarkedComment } from "../../ports/forge.ts";
import { isShowtimesComment } from "./pull_record.ts";

/** A warning with the node id of its comment. */
export interface FoundWarning extends Warning {
  readonly nodeId: string;
}

/** Returns the warnings that Showtime wrote, oldest first. */
export function ownWarnings(
  comments: readonly MarkedComment[],
  trustedBots: readonly string[] | undefined,
): readonly FoundWarning[] {
  return comments.flatMap((each) => {
    const warning = isShowtimesComment(each, trustedBots) ? parseWarning(each.body) : undefined;
    return warning === undefined ? [] : [{ ...warning, nodeId: each.nodeId }];
  });
}

/** Returns the node ids of warnings about environments that no label names any more, and of doubled ones. */
export function staleWarnings(
  comments: readonly MarkedComment[],
  { labels, trustedBots }: {
    readonly labels: LabelState;
    readonly trustedBots: readonly string[] | undefined;
  },
): readonly string[] {
  const newest = new Map<ShortSha, string>();
  const warnings = ownWarnings(comments, trustedBots);
  for (const { short, nodeId } of warnings) newest.set(short, nodeId);
  return warnings.flatMap(({ short, nodeId }) => {
    const lives = labels.environments.get(short)?.status !== undefined;
    return lives && newest.get(short) === nodeId ? [] : [nodeId];
  });
}
