import type { ArgumentSpec, CommandEntry, OptionSpec, Registry } from "../../command.ts";
import type { ContextsCommand } from "../command_names.ts";
import { CHECKS_FILES, DRY_RUN, ID, SET, USES_STORE, VAR, WAIT } from "./options.ts";
import { ORIGINAL_PAGE } from "./original/page.ts";

const PATH: ArgumentSpec = {
  name: "path",
  description: 'place in the tree: a.b, a["b.c"], list[0]',
  required: true,
};

const APP_OPTIONS: readonly OptionSpec[] = [
  { name: "app", value: "file", description: "application file: pipelines, their events, macros" },
  { name: "bases", value: "dir", description: "folder of the base files that it names" },
  { name: "context", value: "name", default: "stage", description: "the part of its cicd-contexts to use" },
];

const FORMAT: OptionSpec = {
  name: "format",
  value: "format",
  choices: ["yaml", "json", "shell"],
  description: "yaml if left out, or json under --json",
};

const INIT: CommandEntry = {
  ...USES_STORE,
  summary: "make a context and print its ID",
  description:
    "Builds a tree, stores it as version 1, and prints the ID, which other commands take from SHOWTIME_CONTEXT_ID. With " +
    "--app the tree is the merged application file; without it, it has only `state`. If the ID exists the command fails, " +
    "unless --replace or --if-absent says what to do.",
  examples: [
    ['context init --set state.commit="$GITHUB_SHA"', "with a random ID"],
    ["context init --id release-7 --app app.yaml --bases bases", "from an application file"],
    ["context init --id pr-12 --if-absent", "in a step that may run again"],
  ],
  args: [],
  options: [
    { name: "id", value: "id", description: "the ID of the new context; a random one if left out" },
    ...APP_OPTIONS,
    SET,
    { name: "event", value: "pipeline=event", description: "fire this event of the new context" },
    { name: "replace", description: "if it exists, build it anew as its next version" },
    { name: "if-absent", description: "if it exists, leave it as it is" },
    DRY_RUN,
    WAIT,
  ],
  load: async () => (await import("./init.ts")).runInit,
};

const GET: CommandEntry = {
  ...USES_STORE,
  summary: "print a value",
  description:
    "Prints a text as it is, and any other value as JSON. If there is no value, it prints nothing on stdout and the exit " +
    "code is 1. A JSONPath can find several values, which print as a list.",
  examples: [
    ["context get state.version", "one value"],
    ["context get state.notes --default none", "another text if there is no value"],
    ["context get state.message --render", "a template, rendered"],
    ["context get '$.pipelines.*.title'", "several, as a list"],
  ],
  args: [{ ...PATH, description: `${PATH.description}, or a JSONPath` }],
  options: [
    ID,
    { name: "default", value: "text", description: "print this if there is no value" },
    { name: "render", description: "render texts as templates" },
    VAR,
  ],
  load: async () => (await import("./get.ts")).runGet,
};

const SET_COMMAND: CommandEntry = {
  ...USES_STORE,
  summary: "set values, all or none",
  description:
    "Writes all pairs as one version, or none of them. Two writers at once lose nothing: the slower one starts over. " +
    "path=text sets a text, path:=JSON any JSON, and path@=FILE what a file holds: JSON or YAML by its content, else text. " +
    "path[]=text appends to a list, and path{}=text does so unless the list has the text.",
  examples: [
    ["context set state.version=1.4.0 state.tests:='{\"passed\": 12}'", "text and JSON"],
    ["context set 'state.hosts{}=eu-1'", "append unless it is there"],
    ["context set state.lock=mine --if-version 7", "only if version 7 is still the newest"],
  ],
  args: [{
    name: "pair",
    description: "a place and its new value, in one of these forms",
    required: true,
    repeats: true,
  }],
  options: [
    ID,
    {
      name: "if-version",
      value: "number",
      description: "write only if this is the newest version, else exit with 4",
    },
    DRY_RUN,
    WAIT,
  ],
  load: async () => (await import("./set.ts")).runSet,
};

const UNSET: CommandEntry = {
  ...USES_STORE,
  summary: "remove values, all or none",
  description: "Removes all values as one version, or none of them. An absent value is no error.",
  examples: [["context unset state.lock", "remove one value"]],
  args: [{ ...PATH, repeats: true }],
  options: SET_COMMAND.options,
  load: async () => (await import("./set.ts")).runUnset,
};

const EVENT: CommandEntry = {
  ...USES_STORE,
  summary: "fire an event: post, ask, trigger, set values",
  description:
    "Runs the handlers that the application file has under the event, in its order: they post to Slack, ask a person, " +
    "trigger a pipeline, comment on a pull request or set values. Each request is stored before it is sent and after it " +
    "was answered, so with --key a second call sends only what has no result yet. If a handler fails, the others run and " +
    "the exit code is 1.",
  examples: [
    ["context event build success --set state.tests=12", "set a value, then tell people"],
    ['context event build success --key "$GITHUB_RUN_ID"', "in a step that may run again"],
    ["context event deploy start --dry-run", "print the requests that it would send"],
  ],
  args: [
    { name: "pipeline", description: "name of the pipeline", required: true },
    { name: "event", description: "name of the event", required: true },
  ],
  options: [
    ID,
    SET,
    VAR,
    { name: "key", value: "key", description: "do only what no earlier call with this key has done" },
    {
      name: "unsure",
      value: "what",
      choices: ["send", "skip"],
      default: "send",
      description: "with --key: what to do with a request that was perhaps sent",
    },
    { ...DRY_RUN, description: "print requests and changes; send and store nothing" },
    WAIT,
  ],
  load: async () => (await import("./event.ts")).runEvent,
};

const GENERATE: CommandEntry = {
  ...USES_STORE,
  summary: "run a generator of the configuration",
  description:
    "Renders the names and values of a generator in the application file, and sets them as one version.",
  examples: [["context generate pipelines.build.generators.tags --var by=state.actor", "run one"]],
  args: [PATH],
  options: [ID, VAR, DRY_RUN, WAIT],
  load: async () => (await import("./event.ts")).runGenerate,
};

const SHOW: CommandEntry = {
  ...USES_STORE,
  summary: "print the whole tree",
  description:
    "Prints the newest version, or an older one, as YAML, JSON or shell variables. Values at the paths of context.redact " +
    "print as ***.",
  examples: [["context show", "as YAML"], ["context show 7 --format json", "version 7"]],
  args: [{ name: "version", description: "number of a version; the newest if left out", required: false }],
  options: [ID, FORMAT],
  load: async () => (await import("./show.ts")).runShow,
};

const DIFF: CommandEntry = {
  ...USES_STORE,
  summary: "show what changed between two versions",
  description: "Compares the newest version with the one before, or two others.",
  examples: [["context diff", "the last change"], ["context diff 3 7", "between two versions"]],
  args: [
    { name: "a", description: "version before; the one before b if left out", required: false },
    { name: "b", description: "version after; the newest if left out", required: false },
  ],
  options: [ID],
  load: async () => (await import("./show.ts")).runDiff,
};

const HISTORY: CommandEntry = {
  ...USES_STORE,
  summary: "list the versions: when, who, what",
  description:
    "Lists the versions that are kept, newest first, with their changes. A request of an event is a version before it is " +
    "sent and one after it was answered.",
  examples: [["context history", "who changed what, and when"]],
  args: [],
  options: [ID],
  load: async () => (await import("./history.ts")).runHistory,
};

const ROLLBACK: CommandEntry = {
  ...USES_STORE,
  summary: "make an old version the newest",
  description: "Writes a new version that equals an old one. Nothing is removed from the history.",
  examples: [["context rollback 7", "as it was at version 7"]],
  args: [{ name: "version", description: "number of the version", required: true }],
  options: [ID, DRY_RUN, WAIT],
  load: async () => (await import("./history.ts")).runRollback,
};

const WATCH: CommandEntry = {
  ...USES_STORE,
  streamsJson: true,
  summary: "print each new version, or wait for a value",
  description:
    "Prints the newest version and each later one as a line of JSON. With --until it ends as soon as the value is there, " +
    "so a pipeline can wait for a person. If the time is over or the context is deleted, the exit code is 1.",
  examples: [
    ["context watch", "follow all changes"],
    ["context watch --until state.choice=go --timeout 10m", "wait for a decision"],
  ],
  args: [],
  options: [
    ID,
    { name: "until", value: "path=value", description: "end when `get path` prints this value" },
    { name: "timeout", value: "duration", description: "give up after this time" },
  ],
  load: async () => (await import("./watch.ts")).runWatch,
};

const EXPORT: CommandEntry = {
  ...USES_STORE,
  summary: "write the configured copies again",
  description:
    "Writes the files that context.datasources names besides the store: YAML, JSON, shell variables, the ID. Each change " +
    "writes them too.",
  examples: [["context export", "in a new workspace"]],
  args: [],
  options: [ID, DRY_RUN],
  load: async () => (await import("./manage.ts")).runExport,
};

const LIST: CommandEntry = {
  ...USES_STORE,
  summary: "list the contexts of the store",
  description: "Lists IDs with their newest version and its time.",
  examples: [["context list", "all IDs"]],
  args: [],
  options: [],
  load: async () => (await import("./manage.ts")).runList,
};

const DELETE: CommandEntry = {
  ...USES_STORE,
  summary: "remove a context with its history",
  description: "Removes a context from the store, with all versions. Copies in files stay.",
  examples: [["context delete --id release-7", "when the work is done"]],
  args: [],
  options: [ID, DRY_RUN],
  load: async () => (await import("./manage.ts")).runDelete,
};

const VALIDATE: CommandEntry = {
  ...CHECKS_FILES,
  summary: "check configuration and application file",
  description:
    "Checks the section `context` of the configuration, and an application file with its bases and templates. It lists " +
    "all problems with their lines, and asks no server.",
  examples: [["context validate --app app.yaml --bases bases", "before a commit"]],
  args: [],
  options: [...APP_OPTIONS.slice(0, 2)],
  load: async () => (await import("./validate.ts")).runValidate,
};

const IMPORT: CommandEntry = {
  ...USES_STORE,
  summary: "take a tree from a file, or from cicdstatemgr",
  description:
    "Stores the tree of a YAML or JSON file as a new context. Without a file it takes the context with this ID from the " +
    "store of cicdstatemgr, whose configuration CICDSTATEMGR_CONFIG_PATH names.",
  examples: [
    ["context import tree.yaml --id release-7", "from a file"],
    ["context import --id release-7", "from cicdstatemgr's store"],
  ],
  args: [{ name: "file", description: "YAML or JSON file", required: false }],
  options: [
    ID,
    { name: "replace", description: "if it exists, store the tree as its next version" },
    DRY_RUN,
    WAIT,
  ],
  load: async () => (await import("./import.ts")).runImport,
};

const ORIGINAL: CommandEntry = {
  ...ORIGINAL_PAGE,
  load: async () => (await import("./original/run_original.ts")).runOriginal,
};

/** The commands about contexts. */
export const CONTEXTS_COMMANDS: Registry<ContextsCommand> = {
  context: {
    summary: "share state between the steps of CI, and act on events",
    description:
      "A context is a tree of values that the steps of a pipeline share: they read it, change it and fire events. Every " +
      "change is a version with its time and author. --id or SHOWTIME_CONTEXT_ID names the context. It is kept in " +
      ".showtime/contexts.db, or where context.datasources in showtime.yml says.",
    commands: {
      init: INIT,
      get: GET,
      set: SET_COMMAND,
      unset: UNSET,
      event: EVENT,
      generate: GENERATE,
      show: SHOW,
      diff: DIFF,
      history: HISTORY,
      rollback: ROLLBACK,
      watch: WATCH,
      export: EXPORT,
      list: LIST,
      delete: DELETE,
      validate: VALIDATE,
      import: IMPORT,
    },
  },
  cicdstatemgr: ORIGINAL,
};
