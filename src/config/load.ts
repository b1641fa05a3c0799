import { isAbsolute } from "node:path";
import { type AssetsConfig, makeAssetsConfig } from "./assets/assets_config.ts";
import { checkLayer } from "./check_layer.ts";
import { type Config, makeConfig } from "./environments/config.ts";
import type { Variables } from "../lib/variables.ts";
import { parseSetting, readVariables } from "./environment_layers.ts";
import { mergeContextLayers } from "./contexts/context_section.ts";
import { contextSectionProblems } from "./contexts/section_problems.ts";
import type { ContextSection } from "./contexts/schema.ts";
import { type Layer, placeOf, singleLayer, type Source } from "./layer.ts";
import type { AwsFiles } from "./environments/aws_profile.ts";
import { resolveFromFile } from "./file_paths.ts";
import { lifetimeProblems } from "./environments/lifetime_problems.ts";
import { type PresetName, presetOf, PRESETS } from "./environments/presets.ts";
import { ConfigError, type ConfigProblem, fileProblems } from "./problems.ts";
import type { ConfigFile, Settings } from "./environments/schema.ts";
import { leavesOf, settingKind, type SettingPath } from "./schema_walk.ts";
import { isTree } from "./tree.ts";
import { readVariableSettings } from "./variable_settings.ts";
import { readYaml, renderYamlWarning, type YamlTree } from "./yaml.ts";

/** The sources of the configuration. */
export interface ConfigInput {
  /** The file, with the path for messages; undefined if there is no file. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
  /** The folder that paths of file and preset count from, as a path from the working folder; `.` without it. */
  readonly folder?: string;
  /** `owner/name`, if it is known. Only apache/superset has a preset without a file. */
  readonly repo?: string | undefined;
  readonly env: Variables;
  /** Values of flags by dotted key of the file, as text or typed: `{ "max_age": "7d" }`. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The shared files of AWS, whose profile may name the region; undefined if they were not read. */
  readonly aws?: AwsFiles | undefined;
}

/** The configuration, with the source of each setting. */
export interface LoadedConfig {
  readonly config: Config;
  readonly assets: AssetsConfig;
  /** The section `context`. Secrets are references still. */
  readonly context: ContextSection;
  /** Sources by dotted key of the file; an entry of a map has its own, `environment.variables.DEBUG`. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly warnings: readonly string[];
  /** The notice for a run that has no configuration file and needs one. */
  readonly assumed?: string | undefined;
}

/**
 * Merges all sources into the configuration: a flag beats a variable, which beats the file, which beats the
 * preset. Maps are merged entry by entry, and lists are replaced. Throws {@link ConfigError} `config_invalid`
 * with every problem of every source at once.
 */
export function loadConfig({ file, folder = ".", repo, env, flags, aws }: ConfigInput): LoadedConfig {
  const yaml = file === undefined ? undefined : readYaml(file.path, file.text);
  const fromFile: Layer[] = yaml === undefined || yaml.value === undefined
    ? []
    : [{ kind: "file", tree: yaml.value ?? {}, where: yaml.where }];
  const fromEnv = readVariables(env);
  const fromFlags = flagLayers(flags);
  const layers = [...fromFile, ...fromEnv.layers, ...fromFlags];
  const presetName = choosePreset(layers, file === undefined ? presetOf(repo) : "none");
  const others = readVariableSettings(env, { preset: presetName, aws });
  const problems = [
    ...fileProblems(yaml?.problems ?? [], fromFile.flatMap(checkLayer)),
    ...[...fromEnv.problems, ...[...fromEnv.layers, ...fromFlags].flatMap(checkLayer), ...others.problems],
  ];
  if (problems.length > 0) throw invalid(problems);

  const merged = mergeLayers([presetLayer(presetName), ...layers]);
  const settings = nest(merged);
  const assets = makeAssetsConfig(settings.assets);
  const context = mergeContextLayers(layers);
  const incomplete = [
    ...incompleteSizes(settings, layers),
    ...lifetimeProblems(settings, layers),
    ...contextSectionProblems(context, layers),
    ...assets.problems.map(({ path, message, remedy }): ConfigProblem => ({
      ...placeOf(path, layers),
      code: "missing",
      path: path.join("."),
      message,
      remedy,
    })),
  ];
  if (incomplete.length > 0) throw invalid(incomplete);
  const sources = new Map([...merged].map(([key, { source }]) => [key, source] as const));
  for (const [key, source] of others.sources) sources.set(key, source);
  return {
    config: makeConfig(resolvePaths(settings, sources, folder), others.settings),
    assets: {
      ...assets.config,
      file: file?.path,
      folder,
      dir: sources.get("assets.dir")?.kind === "environment"
        ? assets.config.dir
        : resolveFromFile(assets.config.dir, folder),
      environment: assets.config.environment && {
        ...assets.config.environment,
        // The folder is read from a commit, where a file outside of the clone has no place.
        dir: isAbsolute(folder)
          ? assets.config.environment.dir
          : resolveFromFile(assets.config.environment.dir, folder),
      },
    },
    context,
    sources,
    warnings: [
      ...(yaml?.warnings ?? []).map(renderYamlWarning),
      ...emptyFile(file, yaml),
      ...doubledCluster(env),
    ],
  };
}

function invalid(problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError("config_invalid", "Reading the configuration", problems);
}

function flagLayers(flags: Readonly<Record<string, unknown>>): readonly Layer[] {
  return Object.entries(flags).filter(([, value]) => value !== undefined).map(([key, value]) => {
    const path = key.split(".");
    const parsed = typeof value === "string" ? parseSetting(path, value) ?? { value } : { value };
    return singleLayer("flag", `--${path.at(-1)?.replaceAll("_", "-")}`, { path, value: parsed.value });
  });
}

function presetLayer(name: PresetName): Layer {
  return { kind: "preset", tree: PRESETS[name], where: () => ({ source: `preset ${name}` }) };
}

function choosePreset(layers: readonly Layer[], otherwise: PresetName): PresetName {
  const named = layers.map(({ tree }) => isTree(tree) ? tree["preset"] : undefined);
  return named.findLast((name): name is PresetName => name === "superset" || name === "none") ?? otherwise;
}

interface Leaf {
  readonly path: SettingPath;
  readonly source: Source;
}

/** Collects the leaves of all layers by dotted key; a later layer wins. Null removes an entry from a map. */
function mergeLayers(layers: readonly Layer[]): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const layer of layers) {
    for (const [path, value] of leavesOf(layer.tree)) {
      const key = path.join(".");
      const { source, line } = layer.where(path, "key");
      const name = line === undefined ? source : `${source}:${line}`;
      if (value === null && settingKind(path.slice(0, -1)) === "map") leaves.delete(key);
      else leaves.set(key, { path, source: { kind: layer.kind, name, value } });
    }
  }
  return leaves;
}

/**
 * Builds complete settings. The result fits the schema, since every layer does and the preset has every key.
 */
function nest(leaves: ReadonlyMap<string, Leaf>): Settings & Pick<ConfigFile, "assets"> {
  const root: Record<string, unknown> = { build: { args: {} }, environment: { variables: {} } };
  for (const { path, source } of leaves.values()) {
    let section = root;
    for (const key of path.slice(0, -1)) {
      const inner = section[key];
      const next: Record<string, unknown> = isTree(inner) ? inner : {};
      section[key] = next;
      section = next;
    }
    section[path.at(-1) ?? ""] = source.value;
  }
  return root as Settings & Pick<ConfigFile, "assets">;
}

/** Makes the paths of file and preset count from their folder. Those of flags and variables count from the working folder. */
function resolvePaths(
  settings: Settings,
  sources: ReadonlyMap<string, Source>,
  folder: string,
): Settings {
  const resolve = (key: string, path: string) => {
    const kind = sources.get(key)?.kind;
    return kind === "flag" || kind === "environment" ? path : resolveFromFile(path, folder);
  };
  const { build, ecs } = settings;
  const template = ecs.task_definition;
  return {
    ...settings,
    build: { ...build, context: resolve("build.context", build.context) },
    ecs: { ...ecs, task_definition: template === null ? null : resolve("ecs.task_definition", template) },
  };
}

/** Finds sizes that lack a number after all sources are merged. */
function incompleteSizes(settings: Settings, layers: readonly Layer[]): readonly ConfigProblem[] {
  return Object.entries(settings.environment.sizes).flatMap(([name, size]) =>
    (["cpu", "memory"] as const).filter((key) => size[key] === undefined).map((key): ConfigProblem => {
      const path = ["environment", "sizes", name];
      const layer = layers.find(({ tree }) =>
        leavesOf(tree).some(([leaf]) => path.every((part, i) => leaf[i] === part))
      );
      return {
        ...layer?.where(path, "key") ?? { source: "environment.sizes" },
        code: "missing",
        path: [...path, key].join("."),
        message: `a size needs ${key}, which is missing`,
        remedy: `add ${key}`,
      };
    })
  );
}

function emptyFile(file: ConfigInput["file"], yaml: YamlTree | undefined): readonly string[] {
  if (file === undefined || (yaml?.value ?? null) !== null) return [];
  return [`${file.path} has no setting in it, so only defaults are used`];
}

function doubledCluster(env: Variables): readonly string[] {
  const [general, own] = [env["ECS_CLUSTER"], env["SHOWTIME_ECS__CLUSTER"]];
  if (!general || !own || general === own) return [];
  return ["ECS_CLUSTER and SHOWTIME_ECS__CLUSTER differ: SHOWTIME_ECS__CLUSTER is used"];
}
