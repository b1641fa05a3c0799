import type { Source } from "./layer.ts";
import { hideSecrets } from "./secrets.ts";
import { settingPaths } from "./schema_walk.ts";

/** One line of `showtime config`. */
export interface ConfigRow {
  /** Dotted key of the file. */
  readonly key: string;
  /** As the source wrote it; `(hidden)` stands for what is secret. */
  readonly value: unknown;
  /** `value` for a table; empty where it is not set. */
  readonly text: string;
  /** `--platform`, `ECS_CLUSTER`, `showtime.yml:12`, `preset superset`. */
  readonly source: string;
}

/** The settings in force with the source of each, in the order of the file, secrets hidden. */
export function renderConfig(sources: ReadonlyMap<string, Source>): readonly ConfigRow[] {
  const order = settingPaths().map((path) => path.join("."));
  const rank = (key: string) =>
    order.findIndex((setting) => key === setting || key.startsWith(`${setting}.`));
  const rows = [...sources].map(([key, source]): ConfigRow & { readonly rank: number } => {
    const value = hideSecrets(key, source);
    // What the file does not have comes last.
    const place = rank(key) < 0 ? order.length : rank(key);
    return { key, value, text: textOf(value), source: source.name, rank: place };
  });
  return rows.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...row }) => row);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : String(value);
}
