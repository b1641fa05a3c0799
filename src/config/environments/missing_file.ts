import type { LoadedConfig } from "../load.ts";

/** The place that has no configuration file. */
export interface Missing {
  /** `owner/name` */
  readonly repo: string;
  /** The base branch, with its name if that is known; undefined if the working copy was searched instead. */
  readonly base: { readonly branch: string | undefined; readonly inWorkingCopy: boolean } | undefined;
}

/**
 * Returns the notice for a repository without a file, where only defaults are in force. Undefined for apache/superset,
 * which needs no file, and if a source names a preset.
 */
export function missingFile(
  { sources }: Pick<LoadedConfig, "sources">,
  { repo, base }: Missing,
): string | undefined {
  const preset = sources.get("preset");
  if (preset?.kind !== "preset" || preset.value === "superset") return undefined;
  const where = base === undefined
    ? `for ${repo}`
    : `on the base branch ${base.branch === undefined ? "" : `${base.branch} `}of ${repo}`;
  const merge = base?.inWorkingCopy === true
    ? " (the working copy has one: it counts once it is merged, or with --config showtime.yml)"
    : "";
  return `There is no showtime.yml ${where}, so only defaults are used: "showtime init" writes one${merge}`;
}
