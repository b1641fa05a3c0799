/** The names of commands and groups at the top level, by capability, in the order of help. */

/** The names in the registry of environments. */
export const ENVIRONMENTS = [
  "sync",
  "start",
  "stop",
  "status",
  "list",
  "explain",
  "history",
  "logs",
  "url",
  "open",
  "unlock",
  "sleep",
  "wake",
  "extend",
  "labels",
  "setup-labels",
  "cleanup",
  "handle-trigger",
  "cleanup-labels",
  "git-check",
] as const;

/** The names in the registry of assets. */
export const ASSETS = ["assets"] as const;

/** The names in the registry of contexts. */
export const CONTEXTS = ["context", "cicdstatemgr"] as const;

/** The names in the registry of pipelines. */
export const PIPELINES = ["pipeline"] as const;

/** The names in the registry of the server. */
export const SERVER = ["serve", "worker", "build", "keys"] as const;

/** The names in the registry of general commands. */
export const GENERAL = [
  "test-lifecycle",
  "simulate",
  "doctor",
  "init",
  "config",
  "completions",
  "version",
] as const;

/** One of {@link ENVIRONMENTS}. */
export type EnvironmentCommand = typeof ENVIRONMENTS[number];

/** One of {@link ASSETS}. */
export type AssetsCommand = typeof ASSETS[number];

/** One of {@link CONTEXTS}. */
export type ContextsCommand = typeof CONTEXTS[number];

/** One of {@link PIPELINES}. */
export type PipelinesCommand = typeof PIPELINES[number];

/** One of {@link SERVER}. */
export type ServerCommand = typeof SERVER[number];

/** One of {@link GENERAL}. */
export type GeneralCommand = typeof GENERAL[number];
