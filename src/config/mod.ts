/**
 * Configuration: reads the file, variables and flags into one typed {@link Config}, and reports all their
 * problems at once. Everything here is pure: texts and variables are arguments, and no code in this folder
 * reads a file, the process's environment or the network, or knows a driver or a command.
 *
 * Read `schema.ts` for the keys of the file, `presets.ts` for the defaults, `load.ts` for the precedence of
 * sources.
 */
export type {
  AwsConfig,
  BuildConfig,
  Config,
  DockerConfig,
  EcsConfig,
  EnvironmentConfig,
  HealthConfig,
  SizeConfig,
} from "./environments/config.ts";
export type { AssetsConfig, EnvironmentAssets } from "./assets/assets_config.ts";
export { primaryKind, resolveContextSection } from "./contexts/context_section.ts";
export type { ContextSection } from "./contexts/schema.ts";
export { addDatabases, addInstance, removeInstance } from "./assets/edit_instances.ts";
export { type ImportedInstance, importSup, type LeftOut, type WantedVariable } from "./assets/import_sup.ts";
export { secretVariable } from "./assets/secret_references.ts";
export type { WrittenInstance } from "./assets/written_instance.ts";
export type { AwsFile, AwsFiles } from "./environments/aws_profile.ts";
export { type Missing, missingFile } from "./environments/missing_file.ts";
export { resolveFromFile } from "./file_paths.ts";
export { parseDuration } from "../lib/duration.ts";
export { settingVariables, variableName } from "./environment_layers.ts";
export { configJsonSchema } from "./json_schema.ts";
export type { Source, SourceKind } from "./layer.ts";
export { CONFIG_FILE, isMisnamed, MISNAMED_FILES, misnamedFile } from "./file_names.ts";
export { type ConfigInput, loadConfig, type LoadedConfig } from "./load.ts";
export { type PresetName, PRESETS } from "./environments/presets.ts";
export {
  ConfigError,
  type ConfigProblem,
  type ProblemCode,
  renderProblem,
  type SourcePosition,
} from "./problems.ts";
export { type ConfigRow, renderConfig } from "./render_config.ts";
export { namedRepository, remoteRepository, type Repository } from "./repository.ts";
export { imageRepository, pushesImages, requireForPlatform } from "./environments/required.ts";
export { configuredSecrets } from "./secrets.ts";
export { ConfigFile, type Settings } from "./environments/schema.ts";
export { resolveDockerHubLogin, resolveToken, type Token } from "./token.ts";
