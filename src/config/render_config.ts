import type { Source } from "./layer.ts";
import { settingPaths } from "./schema_walk.ts";

/** One line of `showtime config`. */
export interface ConfigRow {
  /** Dotted key of the file. */
  readonly key: string;
  /** As the source wrote it; text `(hidden)` where the name says that it is a secret. */
  readonly value: unknown;
  /** `value` for a table; empty where it is not set. */
  readonly text: string;
  /** `--platform`, `ECS_CLUSTER`, `showtime.yml:12`, `preset superset`. */
  readonly source: string;
}

const HIDDEN = "(hidden)";

/** The settings in force with the source of each, in the order of the file, secrets hidden. */
export function renderConfig(sources: ReadonlyMap<string, Source>): readonly ConfigRow[] {
  const order = settingPaths().map((path) => path.join("."));
  const rank = (key: string) =>
    order.findIndex((setting) => key === setting || key.startsWith(`${setting}.`));
  const rows = [...sources].map(([key, source]): ConfigRow & { readonly rank: number } => {
    const value = isSecret(key, source.value) ? HIDDEN : source.value;
    // What the file does not have comes last.
    const place = rank(key) < 0 ? order.length : rank(key);
    return { key, value, text: textOf(value), source: source.name, rank: place };
  });
  return rows.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...row }) => row);
}

/** Whether an entry's name says that its value is a secret, and the value is one rather than a placeholder. */
function isSecret(key: string, value: unknown): boolean {
  const entry = /^(?:environment\.variables|build\.args)\.(.*)$/.exec(key)?.[1];
  return entry !== undefined && /secret|token|password|key/i.test(entry) && value !== "{secret}" &&
    value !== "";
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : String(value);
}
