import type { Source } from "./layer.ts";
import { hideSecrets } from "./secrets.ts";
import { settingPaths } from "./schema_walk.ts";

/** One line of `showtime config`. */
export interface ConfigRow {
  /** The dotted key in the file. */
  readonly key: string;
  /** The value as the source writes it; `(hidden)` for a secret. */
  readonly value: unknown;
  /** The value for a table; empty if it is not set. */
  readonly text: string;
  /** `--platform`, `ECS_CLUSTER`, `showtime.yml:12`, `preset superset`. */
  readonly source: string;
}

/**
 * Renders the settings in force with the source of each, in the order of the file and with secrets hidden.
 */
export function renderConfig(sources: ReadonlyMap<string, Source>): readonly ConfigRow[] {
  const order = settingPaths().map((path) => path.join("."));
  const rank = (key: string) =>
    order.findIndex((setting) => key === setting || key.startsWith(`${setting}.`));
  const rows = [...sources].map(([key, source]): ConfigRow & { readonly rank: number } => {
    const value = hideSecrets(key, source);
    // Settings that the file cannot have come last.
    const place = rank(key) < 0 ? order.length : rank(key);
    return { key, value, text: textOf(value), source: source.name, rank: place };
  });
  return rows.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...row }) => row);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
