import type { ShortSha } from "../../../lib/ids.ts";
import { formatIsoSeconds } from "../../../lib/instant.ts";

/**
 * Returns the description of an address label whose environment does not answer. People read it on hover, and
 * a cleanup finds it in the listing of definitions.
 */
export function silentDescription(sha: ShortSha, since: number): string {
  return `The preview environment of commit ${sha} does not answer here since ${formatIsoSeconds(since)}.`;
}

/** Reads a {@link silentDescription}: milliseconds since 1970; undefined for any other description. */
export function readSilence(description: string | null | undefined): number | undefined {
  const at = Date.parse(/ does not answer here since (\S+)\.$/.exec(description ?? "")?.[1] ?? "");
  return Number.isNaN(at) ? undefined : at;
}
