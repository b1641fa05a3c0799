import { nearest } from "../lib/nearest.ts";
import { type Layer, singleLayer } from "./layer.ts";
import { type ConfigProblem, quote } from "./problems.ts";
import { accepts, isText, keysAt, settingKind, type SettingPath, settingPaths } from "./schema_walk.ts";
import { readYamlValue } from "./yaml.ts";

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

const PREFIX = "SHOWTIME_";

/** The variable that sets the setting at `path`: `SHOWTIME_ECS__CLUSTER`. */
export function variableName(path: SettingPath): string {
  // Names inside maps of text keep their letter case: they are variables' names themselves.
  const parts = path.map((key, i) =>
    isTextMap(path.slice(0, i)) ? key : key.toUpperCase().replaceAll("-", "_")
  );
  return PREFIX + parts.join("__");
}

/** The variables that set settings, but for the entries of maps, whose names are the user's. */
export function settingVariables(): readonly string[] {
  return ["ECS_CLUSTER", ...settingPaths().filter((path) => path[0] !== "version").map(variableName)];
}

/**
 * The settings that variables make, from the weakest to the strongest: a variable of our own beats one that others
 * read too, and one for an entry of a map beats the one for the map. An empty variable sets nothing.
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
 * The value that a variable's or flag's text gives the setting at `path`: text as it is, everything else by the rules
 * of YAML; `null` unsets what can be unset. Undefined where it is no YAML.
 */
export function parseSetting(path: SettingPath, text: string): { readonly value: unknown } | undefined {
  if (accepts(path, null) && (text === "null" || text === "~")) return { value: null };
  return isText(path) ? { value: text } : readYamlValue(text);
}

/** The setting that the parts of a variable's name lead to; undefined where there is none. */
function pathOf(parts: readonly string[]): SettingPath | undefined {
  const path: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (isTextMap(path)) {
      const name = parts.slice(index).join("__");
      return name === "" ? undefined : [...path, name];
    }
    path.push(settingKind(path) === "map" ? part.toLowerCase().replaceAll("_", "-") : part.toLowerCase());
    if (part !== part.toUpperCase() || part === "" || settingKind(path) === undefined) return undefined;
  }
  // One word alone is ours only where the file has a value of that name: SHOWTIME_ENVIRONMENT may be anybody's.
  if (path.length === 1 && (settingKind(path) === "section" || path[0] === "version")) return undefined;
  return path;
}

/** Whether what stands at `path` maps names to text, so that every name is the user's, `__` included. */
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
    message: "there is no setting of that name",
    remedy: near === undefined
      ? "take it out; `showtime config schema` prints every key"
      : `did you mean ${near}?`,
  };
}

function notYaml(name: string, path: SettingPath): ConfigProblem {
  return {
    source: name,
    code: "syntax",
    path: path.join("."),
    message: "the value is not YAML",
    remedy: `write it as the file would after ${quote(`${path.at(-1)}:`)}`,
  };
}
