/**
 * The tables of docs/configuration.md, made from the schema and the presets of `src/config`.
 *
 *     deno task docs:settings
 *
 * A test compares the page with what this file makes.
 *
 * @module
 */

import { configJsonSchema, PRESETS } from "../src/config/mod.ts";
import { leavesOf, type SettingPath, settingPaths } from "../src/config/schema_walk.ts";
import { isTree, type Tree } from "../src/config/tree.ts";

const PAGE = new URL("../docs/configuration.md", import.meta.url);
const PLACE = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/;

/** A setting as the page shows it. */
interface Row {
  /** Dotted key of the file. */
  readonly key: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Renders the tables: all settings section by section, then the values of the preset `superset`. */
export function renderSettings(): string {
  const sections = Map.groupBy(settingRows(), ({ key }) => key.includes(".") ? key.split(".")[0] ?? "" : "");
  const tables = [...sections].map(([section, rows]) =>
    table(section === "" ? "### General" : `### \`${section}\``, ["setting", "default", "meaning"], {
      rows: rows.map(({ key, fallback, meaning }) => [`\`${key}\``, fallback, meaning]),
    })
  );
  const preset = table("### What `preset: superset` changes", ["setting", "value"], { rows: presetRows() });
  return [...tables, preset].join("\n\n");
}

/** Puts the tables into their place in the page. Throws if the page has no such place. */
export function replaceSettings(page: string): string {
  if (!PLACE.test(page)) throw new Error("docs/configuration.md has no place for the settings");
  return page.replace(
    PLACE,
    (_whole, open: string, close: string) => `${open}\n${renderSettings()}\n\n${close}`,
  );
}

function settingRows(): readonly Row[] {
  const paths = settingPaths().flatMap((path): readonly SettingPath[] =>
    path.join(".") === "environment.sizes"
      ? [path, [...path, "<name>", "cpu"], [...path, "<name>", "memory"]]
      : [path]
  );
  return paths.map((path) => ({
    key: path.join("."),
    fallback: path.includes("<name>") ? "" : show(valueAt(PRESETS.none, path)),
    meaning: meaningOf(path),
  }));
}

function meaningOf(path: SettingPath): string {
  const schema = schemaAt(path);
  const { description } = schema;
  if (typeof description !== "string") throw new Error(`The schema does not describe ${path.join(".")}`);
  const choices = Array.isArray(schema["enum"]) ? ` One of ${schema["enum"].map(show).join(", ")}.` : "";
  return escapeCell(description) + choices;
}

function schemaAt(path: SettingPath): Tree {
  return path.reduce((schema, key): Tree => {
    const inner = key === "<name>" ? schema["additionalProperties"] : asTree(schema["properties"])[key];
    return asTree(inner);
  }, asTree(configJsonSchema()));
}

function asTree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function presetRows(): readonly (readonly string[])[] {
  return leavesOf(PRESETS.superset)
    .filter(([path, value]) => path[0] !== "preset" && show(valueAt(PRESETS.none, path)) !== show(value))
    .map(([path, value]) => [`\`${path.join(".")}\``, show(value)]);
}

function valueAt(tree: unknown, path: SettingPath): unknown {
  return path.reduce((value, key) => asTree(value)[key], tree);
}

/** A value as the file would have it. */
function show(value: unknown): string {
  if (value === null || value === undefined) return "not set";
  return `\`${escapeCell(flow(value))}\``;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (!isTree(value)) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function table(
  heading: string,
  columns: readonly string[],
  { rows }: { readonly rows: readonly (readonly string[])[] },
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`.replaceAll("  ", " ");
  return [heading, "", line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line)].join(
    "\n",
  );
}

if (import.meta.main) {
  await Deno.writeTextFile(PAGE, replaceSettings(await Deno.readTextFile(PAGE)));
}
