import type { CommandEntry, OptionSpec } from "../../../command.ts";
import { USES_STORE } from "../options.ts";

/** The flags of the original tool's command line, in the order of its help. */
export const ORIGINAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: "log-level",
    short: "l",
    value: "level",
    default: "DEBUG",
    description: "DEBUG to CRITICAL; from ERROR on, warnings are not printed",
  },
  { name: "config", value: "file", description: "configuration file; else CICDSTATEMGR_CONFIG_PATH" },
  { name: "secrets", value: "file", description: "file of secrets; else CICDSTATEMGR_SECRETS_PATH" },
  { name: "init-new", value: "id", description: "build a context with this ID and print the ID" },
  {
    name: "init-cicd-context-name",
    value: "name",
    default: "stage",
    description: "which of the cicd-contexts",
  },
  {
    name: "init-bases-dir",
    value: "dir",
    description: "folder of the bases; else CICDSTATEMGR_BASES_DIR_PATH",
  },
  {
    name: "init-app-config-file",
    value: "file",
    description: "application file; else CICDSTATEMGR_INIT_APP_CONFIG_PATH",
  },
  { name: "id", value: "id", description: "the context; else CICDSTATEMGR_CONTEXT_DATA_ID" },
  {
    name: "tmpl-ctx-var",
    value: "name=expression",
    repeats: true,
    description: "a variable for templates: what a JSONPath names, else the text itself",
  },
  { name: "load", description: "read from the primary store, then write every store" },
  { name: "get", value: "expression", description: "print what a JSONPath names" },
  {
    name: "set",
    value: "path=value",
    repeats: true,
    description: "set a value, or several between |; file://PATH stands for the content of a file",
  },
  { name: "pre-set-force-reload", description: "accepted: every call reads the primary store" },
  { name: "handle-event", value: "pipeline=event", description: "fire an event" },
  { name: "generate", value: "expression", description: "run the generator that a JSONPath names" },
];

/** Everything about the command except its module. */
export const ORIGINAL_PAGE: Omit<CommandEntry, "load"> = {
  ...USES_STORE,
  summary: "the command line of cicdstatemgr, for pipelines that have it",
  description:
    "Takes the flags and variables of cicdstatemgr. The first of these is done: --init-new, --load, --get, " +
    "--generate, --handle-event, --set. An executable that is called cicdstatemgr does this without the " +
    "word.",
  examples: [
    ["cicdstatemgr --init-new run-7 --set state.key=value", "build a context"],
    ["cicdstatemgr --id run-7 --get state.key", "print a value"],
    ["cicdstatemgr --id run-7 --handle-event build=success", "fire an event"],
  ],
  args: [],
  options: ORIGINAL_OPTIONS,
  readsWords: true,
};
