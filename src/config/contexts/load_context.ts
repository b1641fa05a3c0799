import type { ContextSettings } from "../../contexts/core/settings.ts";
import { checkLayer } from "../check_layer.ts";
import { readVariables } from "../environment_layers.ts";
import type { Layer } from "../layer.ts";
import { ConfigError, type ConfigProblem, fileProblems } from "../problems.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import { isTree, type Tree } from "../tree.ts";
import { readYaml, renderYamlWarning } from "../yaml.ts";
import {
  isReference,
  mergeContextLayers,
  type ReferenceSources,
  resolveContextSection,
} from "./context_section.ts";
import { contextSectionProblems } from "./section_problems.ts";
import type { ContextSection } from "./schema.ts";

/** A text with its path for messages. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** Where the settings of contexts come from. */
export interface ContextSources extends ReferenceSources {
  /** The file with the section `context`; undefined without a file. */
  readonly file: NamedText | undefined;
  /**
   * Whether someone may have written the file who must not see secrets, such as the author of a pull request. Default false.
   */
  readonly isForeign?: boolean;
}

/** The settings, with sentences about what had no effect. */
export interface LoadedContext {
  readonly settings: ContextSettings;
  readonly warnings: readonly string[];
}

/**
 * Loads the settings of contexts from the section `context` and its variables. The rest of the file is not looked
 * at. Throws ConfigError `config_invalid` with every problem at once, and AppError
 * `secret_missing` (exit code 2) if the login of a store refers to nothing, and `secrets_refused` (exit code 3) if a foreign
 * file would have a password sent to the server that it names.
 */
export function loadContextSettings(sources: ContextSources): LoadedContext {
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
  if (sources.isForeign === true) assertOwnServer(section, ofFile);
  return {
    settings: resolveContextSection(section, sources),
    warnings: (yaml?.warnings ?? []).map(renderYamlWarning),
  };
}

/** A password that is a reference, or a variable, goes to no server that a foreign file names. */
function assertOwnServer({ datasources }: ContextSection, ofFile: Tree): void {
  const written = ["context", "datasources", "redis"].reduce<unknown>(
    (tree, key) => isTree(tree) ? tree[key] : undefined,
    ofFile,
  );
  if (!isTree(written) || Object.keys(written).every((key) => key === "isPrimary")) return;
  const password = datasources?.redis?.password;
  if (password === undefined || (password === written["password"] && !isReference(password))) return;
  throw new AppError(
    "secrets_refused",
    "Opening Redis: its password is a secret, and the configuration of a checkout may not say in Actions where that goes",
    {
      exitCode: EXIT.refused,
      hint: "Name a configuration that you trust with --config, or give the whole address as " +
        "SHOWTIME_CONTEXT__DATASOURCES__REDIS__URL",
    },
  );
}

/** Whether a problem is one of the section, of the whole file, or of a variable for the section. */
function isOurs({ path, source }: ConfigProblem): boolean {
  if (path !== "") return /^context\b/.test(path);
  return !source.startsWith("SHOWTIME_") || source.startsWith("SHOWTIME_CONTEXT__");
}

function invalid(problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError("config_invalid", "Reading the settings of contexts", problems);
}
