import type { ContextSettings } from "../../contexts/core/settings.ts";
import { toValue, type Value, type ValueMap } from "../../contexts/core/tree/value.ts";
import { usageError } from "../../lib/errors.ts";
import type { Variables } from "../../lib/variables.ts";
import { checkLayer } from "../check_layer.ts";
import { readVariables } from "../environment_layers.ts";
import { resolveFromFile } from "../file_paths.ts";
import { type Layer, placeOf } from "../layer.ts";
import { ConfigError, type ConfigProblem, fileProblems } from "../problems.ts";
import { isTree, type Tree } from "../schema_walk.ts";
import { readYaml } from "../yaml.ts";
import { contextProblems, makeContextSettings } from "./context_settings.ts";
import { readOriginalConfig } from "./original_config.ts";
import type { ContextSection } from "./schema.ts";

/** A text with its path for messages. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** Where the settings of contexts come from. */
export interface ContextSources {
  /** The file with the section `context`; not read if there is a file of the original tool. */
  readonly file: NamedText | undefined;
  /** The folder that paths of `file` count from, as a path from the working folder. */
  readonly folder?: string;
  /** The original tool's own file. */
  readonly originalConfig?: NamedText | undefined;
  /** The original tool's file of secrets. */
  readonly secrets?: NamedText | undefined;
  readonly env: Variables;
  /** Reads the file of a reference `${file:PATH}`; undefined if it cannot be read. */
  readonly readSecret?: (path: string) => string | undefined;
}

/** The settings, with sentences about what had no effect. */
export interface LoadedContext {
  readonly settings: ContextSettings;
  readonly warnings: readonly string[];
}

/**
 * Loads the settings of contexts from the section `context` and its variables, or from the original tool's file. The rest
 * of the file is not looked at. Throws ConfigError `config_invalid` with every problem at once, and AppError
 * `secret_missing` (exit code 2) if the login of a store refers to nothing.
 */
export function loadContextSettings(sources: ContextSources): LoadedContext {
  if (sources.originalConfig !== undefined) {
    return readOriginalConfig({ config: sources.originalConfig, secrets: sources.secrets });
  }
  const { file, env } = sources;
  const yaml = file === undefined ? undefined : readYaml(file.path, file.text);
  const ofFile = isTree(yaml?.value) && "context" in yaml.value ? { context: yaml.value["context"] } : {};
  const fromEnv = readVariables(env);
  const fromFile: readonly Layer[] = yaml === undefined
    ? []
    : [{ kind: "file", tree: ofFile, where: yaml.where }];
  const variables = fromEnv.layers.filter(({ tree }) => isTree(tree) && "context" in tree);
  const layers = [...fromFile, ...variables];
  const problems = [
    ...fileProblems((yaml?.problems ?? []).filter(isOurs), fromFile.flatMap(checkLayer)),
    ...[...fromEnv.problems.filter(isOurs), ...variables.flatMap(checkLayer)],
  ];
  if (problems.length > 0) throw invalid(problems);
  const section = mergeContextLayers(layers);
  const together = contextSectionProblems(section, layers);
  if (together.length > 0) throw invalid(together);
  return { settings: resolveContextSection(section, sources), warnings: yaml?.warnings ?? [] };
}

/** Merges the section `context` of all sources; a later one wins. Sections without a key stay. */
export function mergeContextLayers(layers: readonly Layer[]): ContextSection {
  const sections = layers.map(({ tree }) => isTree(tree) && isTree(tree["context"]) ? tree["context"] : {});
  return sections.reduce(mergeTrees, {}) as ContextSection;
}

/** Lists what shows only when all sources are merged. */
export function contextSectionProblems(
  section: ContextSection,
  layers: readonly Layer[],
): readonly ConfigProblem[] {
  return contextProblems(section).map(({ path, message, remedy }) => ({
    ...placeOf(["context", ...path], layers),
    code: "missing",
    path: ["context", ...path].join("."),
    message,
    remedy,
  }));
}

/** Makes the settings of a section without problems, and reads what its references lead to. */
export function resolveContextSection(
  section: ContextSection,
  { folder = ".", env, readSecret }: Pick<ContextSources, "folder" | "env" | "readSecret">,
): ContextSettings {
  const pathOf = (path: string) => resolveFromFile(path, folder);
  const resolve = (value: string | undefined) => {
    const [, kind, name = ""] = /^\$\{(env|file):(.+)\}$/.exec(value ?? "") ?? [];
    if (kind === undefined) return value;
    return (kind === "env" ? env[name] : readSecret?.(pathOf(name))) || undefined;
  };
  const slackToken = resolve(section.slack?.token);
  const triggerToken = resolve(section.trigger?.token);
  return makeContextSettings(section, {
    pathOf,
    resolve,
    needed(key, value) {
      const found = resolve(value);
      if (found !== undefined) return found;
      const name = value.replace(/^\$\{\w+:|\}$/g, "");
      const state = value.startsWith("${env:") ? `the variable ${name} is not set` : `${name} cannot be read`;
      throw usageError("secret_missing", `Opening Redis: ${state}`, `Set it; context.${key} refers to it`);
    },
    slackToken,
    autoArgs: toValue(section.trigger?.["auto-args"] ?? {}) as ValueMap,
    configData: new Map(),
    secretData: new Map([...tokenOf("slack", slackToken), ...tokenOf("trigger", triggerToken)]),
  });
}

/** Whether a problem is one of the section, of the whole file, or of a variable for the section. */
function isOurs({ path, source }: ConfigProblem): boolean {
  if (path !== "") return /^context\b/.test(path);
  return !source.startsWith("SHOWTIME_") || source.startsWith("SHOWTIME_CONTEXT__");
}

function tokenOf(name: string, token: string | undefined): readonly (readonly [string, Value])[] {
  return token === undefined ? [] : [[name, new Map([["token", token]])]];
}

function mergeTrees(earlier: Tree, later: Tree): Tree {
  const result: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? mergeTrees(old, value) : value;
  }
  return result;
}

function invalid(problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError("config_invalid", "Reading the settings of contexts", problems);
}
