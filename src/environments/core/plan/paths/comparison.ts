import type { FullSha } from "../../../../lib/ids.ts";
import { matchesAny } from "./glob.ts";

/** The files that differ between the commit that is deployed and a newer one. */
export interface Comparison {
  readonly base: FullSha;
  readonly head: FullSha;
  /**
   * Both names of a file that was renamed. Undefined if the list is cut, if the deployed commit is not among those that
   * the newer one builds on, or if GitHub does not compare them: then any file may differ.
   */
  readonly paths: readonly string[] | undefined;
}

/** Finds a changed file that goes into the image; undefined if none does, or if it is not known. */
export function touchedPath(comparison: Comparison, patterns: readonly string[]): string | undefined {
  return comparison.paths?.find((path) => matchesAny(patterns, path));
}
