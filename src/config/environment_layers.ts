import { nearest } from "../lib/nearest.ts";
import { quote } from "../lib/quote.ts";
import type { Variables } from "../lib/variables.ts";
import { type Layer, singleLayer } from "./layer.ts";
import type { ConfigProblem } from "./problems.ts";
import { accepts, isText, keysAt, settingKind, type SettingPath, settingPaths } from "./schema_walk.ts";
import { readYamlValue } from "./yaml.ts";

const PREFIX = "SHOWTIME_";

/** Formats the name of the variable for the setting at `path`: `SHOWTIME_ECS__CLUSTER`. */
export function variableName(path: SettingPath): string {
  // Keys of maps of text keep their letter case, since they are names of variables themselves.
  const parts = path.map((key, i) =>
    isTextMap(path.slice(0, i)) ? key : key.toUpperCase().replaceAll("-", "_")
  );
  return PREFIX + parts.join("__");
}

/** Lists the variables of all settings, except for entries of maps, whose names the user chooses. */
export function settingVariables(): readonly string[] {
  return ["ECS_CLUSTER", ...settingPaths().filter((path) => path[0] !== "version").map(variableName)];
}

/**
 * Reads the settings of variables, from the weakest to the strongest. A `SHOWTIME_` variable beats one that
 * other programs read too. The variable of a map's entry beats the variable of the map. An empty variable has
 * no effect.
 */
export function readVariables(
  env: Variables,
): { layers: readonly Layer[]; problems: readonly ConfigProblem[] } {
  const layers: { readonly depth: number; readonly layer: Layer }[] = [];
  const problems: ConfigProblem[] = [];
  const cluster = env["ECS_CLUSTER"];
  if (cluster) {
    layers.push({
      depth: 0,
      layer: singleLayer("environment", "ECS_CLUSTER", { path: ["ecs", "cluster"], value: cluster }),
    });
  }
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || !text) continue;
    const parts = name.slice(PREFIX.length).split("__");
    const path = pathOf(parts);
    if (path === undefined) {
      if (parts.length > 1) problems.push(unknownVariable(name, parts));
      continue;
    }
    const parsed = parseSetting(path, text);
    if (parsed === undefined) problems.push(notYaml(name, path));
    else {layers.push({
        depth: path.length,
        layer: singleLayer("environment", name, { path, value: parsed.value }),
      });}
  }
  layers.sort((a, b) => a.depth - b.depth);
  return { layers: layers.map(({ layer }) => layer), problems };
}

/**
 * Parses the text of a variable or flag for the setting at `path`: text settings take it as it is, all others
 * read it as YAML. `null` and `~` unset a setting that can be unset. Undefined if the text is not YAML.
 */
export function parseSetting(path: SettingPath, text: string): { readonly value: unknown } | undefined {
  if (accepts(path, null) && (text === "null" || text === "~")) return { value: null };
  return isText(path) ? { value: text } : readYamlValue(text);
}

/**
 * Finds the setting that a variable's name, split at `__`, stands for; undefined if there is no such setting.
 */
function pathOf(parts: readonly string[]): SettingPath | undefined {
  const path: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (isTextMap(path)) {
      const name = parts.slice(index).join("__");
      return name === "" ? undefined : [...path, name];
    }
    path.push(settingKind(path) === "map" ? part.toLowerCase().replaceAll("_", "-") : keyOf(path, part));
    if (part !== part.toUpperCase() || part === "" || settingKind(path) === undefined) return undefined;
  }
  // A single word is a setting only if the file has a value of that name: other tools may use
  // SHOWTIME_ENVIRONMENT.
  if (path.length === 1 && (settingKind(path) === "section" || path[0] === "version")) return undefined;
  return path;
}

/** The key of a section that a part of a variable's name stands for. */
function keyOf(section: SettingPath, part: string): string {
  return keysAt(section).find((key) => key.toUpperCase().replaceAll("-", "_") === part) ?? part.toLowerCase();
}

/** Whether `path` is a map from names to text, so that the user chooses every name, even with `__` in it. */
function isTextMap(path: SettingPath): boolean {
  return settingKind(path) === "map" && settingKind([...path, "x"]) === "leaf";
}

function unknownVariable(name: string, parts: readonly string[]): ConfigProblem {
  let path: SettingPath = [];
  let near: string | undefined;
  for (const part of parts) {
    const key = isTextMap(path) ? part : part.toLowerCase();
    const keys = keysAt(path);
    const meant = keys.length === 0 || keys.includes(key) ? key : nearest(key, keys);
    if (meant === undefined) break;
    path = [...path, meant];
    near = settingKind(path) !== undefined && path.length === parts.length ? variableName(path) : undefined;
  }
  return {
    source: name,
    code: "unknown_variable",
    path: "",
    message: "there is no setting with this name",
    remedy: near === undefined
      ? "remove it; `showtime config schema` prints every key"
      : `did you mean ${near}?`,
  };
}

function notYaml(name: string, path: SettingPath): ConfigProblem {
  return {
    source: name,
    code: "syntax",
    path: path.join("."),
    message: "the value is not YAML",
    remedy: `write it as it would follow ${quote(`${path.at(-1)}:`)} in the file`,
  };
}
