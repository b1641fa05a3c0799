import type { LoadedConfig } from "../load.ts";

/** Where a configuration file was looked for, and not found. */
export interface Missing {
  /** `owner/name` */
  readonly repo: string;
  /** The base branch was looked at, and this is its name where it is known; undefined: the working copy was. */
  readonly base: { readonly branch: string | undefined; readonly inWorkingCopy: boolean } | undefined;
}

/**
 * What is to be said where there is no file and nobody asked for the preset of apache/superset: whoever has another
 * repository does not expect it. Undefined for that repository and its forks, and where a preset was named.
 */
export function assumedPreset(
  { sources }: Pick<LoadedConfig, "sources">,
  { repo, base }: Missing,
): string | undefined {
  const preset = sources.get("preset");
  if (preset?.kind !== "preset" || preset.value !== "superset") return undefined;
  if (repo.split("/").at(-1)?.toLowerCase() === "superset") return undefined;
  const where = base === undefined
    ? `for ${repo}`
    : `on the base branch ${base.branch === undefined ? "" : `${base.branch} `}of ${repo}`;
  const merge = base?.inWorkingCopy === true
    ? " (the working copy has one: it counts once it is merged, or with --config showtime.yml)"
    : "";
  return `There is no showtime.yml ${where}, so the set-up of apache/superset is used: ` +
    `"showtime init" writes one${merge}`;
}
