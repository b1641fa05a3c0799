/**
 * The registry of commands: each capability with its names. A command line loads the registry of the command it names
 * and no other.
 *
 * A new command: add its name here and its entry to the capability's registry (the compiler holds both equal), write its
 * module, and rewrite the help goldens.
 */

import type { Capability } from "../registry.ts";

const ENVIRONMENTS = [
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
  "extend",
  "labels",
  "setup-labels",
  "cleanup",
  "handle-trigger",
  "cleanup-labels",
  "git-check",
] as const;

const GENERAL = [
  "test-lifecycle",
  "simulate",
  "doctor",
  "init",
  "config",
  "completions",
  "version",
] as const;

/** The names in the registry of environments. */
export type EnvironmentCommand = typeof ENVIRONMENTS[number];

/** The names in the registry of general commands. */
export type GeneralCommand = typeof GENERAL[number];

/** Every capability with commands, in the order of help. */
export const CAPABILITIES: readonly Capability[] = [
  {
    title: "environments",
    names: ENVIRONMENTS,
    load: async () => (await import("./environments/registry.ts")).ENVIRONMENT_COMMANDS,
  },
  {
    title: "general",
    names: GENERAL,
    load: async () => (await import("./general/registry.ts")).GENERAL_COMMANDS,
  },
];
