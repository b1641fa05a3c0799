import type { ArgumentSpec, CommandEntry, OptionSpec, Registry } from "../../command.ts";
import type { ContextsCommand } from "../command_names.ts";
import { ORIGINAL } from "./original/entry.ts";
import { CHECKS_FILES, ID, SET, USES_STORE, VAR, WAIT } from "./options.ts";

const PATH: ArgumentSpec = {
  name: "path",
  description: 'place in the tree: a.b, a["b.c"], list[0]',
  required: true,
};

const APP_OPTIONS: readonly OptionSpec[] = [
  { name: "app", value: "file", description: "application file with pipelines and their events" },
  { name: "bases", value: "dir", description: "folder of the files that it names as bases" },
  { name: "context", value: "name", default: "stage", description: "which of its cicd-contexts" },
];

const FORMAT: OptionSpec = {
  name: "format",
  value: "format",
  choices: ["yaml", "json", "shell"],
  description: "how to print it; yaml, and json under --json",
};

const INIT: CommandEntry = {
  ...USES_STORE,
  summary: "make a context and print its ID",
  description:
    "Builds the tree from an application file and its bases, and stores it as version 1. Without --app the context has " +
    "only its state. A context that exists is an error.",
  examples: [
    ['context init --set version="$GITHUB_SHA"', "a new ID for every run"],
    ["context init --id release-7 --app app.yaml --bases bases --context prod", "from an application file"],
    ["context init --id pr-12 --if-absent", "in a step that may be repeated"],
  ],
  args: [],
  options: [
    { name: "id", value: "id", description: "the ID; a new one if left out" },
    ...APP_OPTIONS,
    SET,
    { name: "event", value: "pipeline=event", description: "fire an event afterwards" },
    { name: "replace", description: "build a context that exists anew, as its next version" },
    { name: "if-absent", description: "leave a context that exists" },
    WAIT,
  ],
  load: async () => (await import("./init.ts")).runInit,
};

const GET: CommandEntry = {
  ...USES_STORE,
  summary: "print a value",
  description:
    "Prints a text as it is, and anything else as JSON. An absent value is exit code 1 with nothing on stdout. A JSONPath " +
    "finds several values: $.., *, [0:2], ['key'].",
  examples: [
    ["context get state.version", "one value"],
    ["context get state.notes --default none", "or something else"],
    ["context get state.message --render", "with its templates rendered"],
    ["context get '$.pipelines.*.title'", "several, as a list"],
  ],
  args: [{ ...PATH, description: `${PATH.description}, or a JSONPath` }],
  options: [
    ID,
    { name: "default", value: "text", description: "print this if the value is absent" },
    { name: "render", description: "treat texts as templates" },
    VAR,
  ],
  load: async () => (await import("./get.ts")).runGet,
};

const SET_COMMAND: CommandEntry = {
  ...USES_STORE,
  summary: "set values, all or none",
  description:
    "Writes one version with every pair. Writers at the same time lose nothing: each waits for its turn. path=text, " +
    "path:=JSON, path[]=text appends, path{}=text appends unless it is there, path@=FILE reads JSON, YAML or text.",
  examples: [
    ["context set state.version=1.4.0 state.tests:='{\"passed\": 12}'", "text and JSON"],
    ["context set 'state.hosts{}=eu-1'", "append unless it is there"],
    ["context set state.lock=mine --if-version 7", "only if nobody wrote since"],
  ],
  args: [{ name: "pair", description: "path=text, or another form", required: true, repeats: true }],
  options: [
    ID,
    {
      name: "if-version",
      value: "number",
      description: "write only if this is the newest version, else exit 4",
    },
    WAIT,
  ],
  load: async () => (await import("./set.ts")).runSet,
};

const UNSET: CommandEntry = {
  ...USES_STORE,
  summary: "remove values, all or none",
  description: "Writes one version without the values. An absent value is no error.",
  examples: [["context unset state.lock", "remove one value"]],
  args: [{ ...PATH, repeats: true }],
  options: SET_COMMAND.options,
  load: async () => (await import("./set.ts")).runUnset,
};

const EVENT: CommandEntry = {
  ...USES_STORE,
  summary: "fire an event: post, ask, trigger, set values",
  description:
    "Runs the handlers that the application file has for the event, in their order. With --key a repetition does only " +
    "what is not done yet. A handler that fails is exit code 1.",
  examples: [
    ["context event build success --set state.tests=12", "set a value, then tell people"],
    ['context event build success --key "$GITHUB_RUN_ID"', "in a step that may be repeated"],
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
    { name: "key", value: "key", description: "do what this key has not done yet" },
    {
      name: "unsure",
      value: "what",
      choices: ["send", "skip"],
      default: "send",
      description: "with --key: what to do about a request that may have been sent",
    },
    { name: "dry-run", description: "print the requests, send and store nothing" },
    WAIT,
  ],
  load: async () => (await import("./event.ts")).runEvent,
};

const GENERATE: CommandEntry = {
  ...USES_STORE,
  summary: "run a generator of the configuration",
  description: "Renders the items of a generator and sets the values that they name.",
  examples: [["context generate pipelines.build.generators.dockerfile --var base=state.base", "run one"]],
  args: [PATH],
  options: [ID, VAR, WAIT],
  load: async () => (await import("./event.ts")).runGenerate,
};

const SHOW: CommandEntry = {
  ...USES_STORE,
  summary: "print the whole tree",
  description:
    "Prints the newest version, or an older one. Values at the places of context.redact print as ***.",
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
  description: "Lists the kept versions, newest first, with their operations and the requests of events.",
  examples: [["context history", "look"]],
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
  options: [ID, WAIT],
  load: async () => (await import("./history.ts")).runRollback,
};

const WATCH: CommandEntry = {
  ...USES_STORE,
  streamsJson: true,
  summary: "print each new version, or wait for a value",
  description:
    "Prints the newest version and each later one as a line of JSON. With --until it ends when the value is there: so a " +
    "pipeline waits for a person. A timeout and a deleted context are exit code 1.",
  examples: [
    ["context watch", "follow"],
    ["context watch --until state.choice=go --timeout 10m", "wait for a decision"],
  ],
  args: [],
  options: [
    ID,
    { name: "until", value: "path=value", description: "end when `get` prints this value there" },
    { name: "timeout", value: "duration", description: "give up after this time" },
  ],
  load: async () => (await import("./watch.ts")).runWatch,
};

const EXPORT: CommandEntry = {
  ...USES_STORE,
  summary: "write the configured copies again",
  description: "Writes the files that context.datasources names besides the primary: YAML, JSON, shell, ID.",
  examples: [["context export", "in a new workspace"]],
  args: [],
  options: [ID],
  load: async () => (await import("./manage.ts")).runExport,
};

const LIST: CommandEntry = {
  ...USES_STORE,
  summary: "list the contexts of the store",
  description: "Lists IDs with their newest version and its time.",
  examples: [["context list", "look"]],
  args: [],
  options: [],
  load: async () => (await import("./manage.ts")).runList,
};

const DELETE: CommandEntry = {
  ...USES_STORE,
  summary: "remove a context with its history",
  description: "Removes a context from the store. Copies in files stay.",
  examples: [["context delete --id release-7", "when the work is done"]],
  args: [],
  options: [ID],
  load: async () => (await import("./manage.ts")).runDelete,
};

const VALIDATE: CommandEntry = {
  ...CHECKS_FILES,
  summary: "check configuration and application file",
  description:
    "Checks the section context, and an application file with its bases and templates. It asks no server.",
  examples: [["context validate --app app.yaml --bases bases", "before a commit"]],
  args: [],
  options: [...APP_OPTIONS.slice(0, 2)],
  load: async () => (await import("./validate.ts")).runValidate,
};

const IMPORT: CommandEntry = {
  ...USES_STORE,
  summary: "take a tree from a file, or from cicdstatemgr",
  description:
    "Stores the tree of a YAML or JSON file as a context. Without a file it reads the context from the primary of the " +
    "configuration in CICDSTATEMGR_CONFIG_PATH.",
  examples: [
    ["context import tree.yaml --id release-7", "from a file"],
    ["context import --id release-7", "from cicdstatemgr's store"],
  ],
  args: [{ name: "file", description: "YAML or JSON file", required: false }],
  options: [
    ID,
    { name: "replace", description: "write over a context that exists, as its next version" },
    WAIT,
  ],
  load: async () => (await import("./import.ts")).runImport,
};

/** The commands about contexts. */
export const CONTEXTS_COMMANDS: Registry<ContextsCommand> = {
  context: {
    summary: "state that steps of CI share, and what happens on events",
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
