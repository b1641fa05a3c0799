import type { Flags } from "../../environment/environment.ts";
import { visibleLines } from "./visible_lines.ts";

/** The number of `FEATURE_X=…` lines of a pull request's body that are read. Further lines are ignored. */
const BODY_FLAG_LIMIT = 50;

/**
 * Reads flags from `FEATURE_X=true` lines in a pull request's body, as an older tool did. Text that a reader of the
 * pull request does not see as the author's own does not count: comments, code and quotations.
 */
export function readBodyFlags(body: string): Flags {
  const flags: Record<string, boolean> = {};
  for (const line of visibleLines(body)) {
    const match = /^FEATURE_([A-Z][A-Z0-9_]{0,60})=(true|false)$/i.exec(line.trim());
    if (match?.[1] === undefined || Object.keys(flags).length >= BODY_FLAG_LIMIT) continue;
    flags[match[1].toUpperCase()] = match[2]?.toLowerCase() === "true";
  }
  return flags;
}
