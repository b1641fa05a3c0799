/**
 * The registry of commands: each capability with its names. A command line loads the registry of the command it names
 * and no other.
 *
 * A new command: add its name to `command_names.ts` and its entry to the capability's registry (the compiler holds both
 * equal), write its module, and rewrite the help goldens.
 */

import type { Capability } from "../registry.ts";
import { ASSETS, CONTEXTS, ENVIRONMENTS, GENERAL, PIPELINES } from "./command_names.ts";

/** Every capability with commands, in the order of help. */
export const CAPABILITIES: readonly Capability[] = [
  {
    title: "environments",
    names: ENVIRONMENTS,
    load: async () => (await import("./environments/registry.ts")).ENVIRONMENT_COMMANDS,
  },
  {
    title: "assets",
    names: ASSETS,
    load: async () => (await import("./assets/registry.ts")).ASSETS_COMMANDS,
  },
  {
    title: "contexts",
    names: CONTEXTS,
    load: async () => (await import("./contexts/registry.ts")).CONTEXTS_COMMANDS,
  },
  {
    title: "pipelines",
    names: PIPELINES,
    load: async () => (await import("./pipelines/registry.ts")).PIPELINE_COMMANDS,
  },
  {
    title: "general",
    names: GENERAL,
    load: async () => (await import("./general/registry.ts")).GENERAL_COMMANDS,
  },
];
