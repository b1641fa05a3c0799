import type { CommandEntry, OptionSpec, Registry } from "../../command.ts";
import { DRY_RUN } from "../../environment_options.ts";
import type { AssetsCommand } from "../command_names.ts";
import { INSTANCES, LOGIN, LOGOUT } from "./instances_registry.ts";
import { LOOKS_AT_INSTANCE as READS, WRITES } from "./rights.ts";
import { DIR_ARGUMENT, INSTANCE_ARGUMENT, SELECTION_OPTIONS } from "./arguments.ts";

const DIR_OPTION: OptionSpec = {
  name: "dir",
  value: "dir",
  description: "folder of the assets; assets.dir if left out",
};
const YES: OptionSpec = { name: "yes", short: "y", description: "do not ask" };
const EXIT_CODE: OptionSpec = { name: "exit-code", description: "end with 6 if there are differences" };

const REVIEW: Pick<OptionSpec, "name" | "value"> = { name: "pr", value: "number" };

const PUSH_OPTIONS: readonly OptionSpec[] = [
  { name: "force", description: "overwrite what was edited on the instance" },
  { name: "adopt", description: "take over assets of which no earlier content is known" },
  DIR_OPTION,
  ...SELECTION_OPTIONS,
];

const EXPORT: CommandEntry = {
  ...WRITES,
  summary: "make the folder what an instance holds",
  description:
    "Exports datasets, charts and dashboards into a folder of YAML for review in Git. Equal content gives " +
    "equal files. A file is removed only if its asset is proven gone from the instance.",
  examples: [
    ["assets export production", "everything, into the configured folder"],
    ['assets export qa --name "Harbour*"', "some dashboards with all that they use"],
  ],
  args: [INSTANCE_ARGUMENT, DIR_ARGUMENT],
  options: [
    { name: "force", description: "overwrite edits that are not committed" },
    { name: "allow-removals", description: "remove files also if many assets are gone at once" },
    { name: "redact", description: "mask secrets instead of refusing them" },
    ...SELECTION_OPTIONS,
  ],
  load: async () => (await import("./export.ts")).runExport,
};

const PLAN: CommandEntry = {
  ...READS,
  summary: "show what a push would do",
  description:
    "Compares the folder with an instance and shows what a push would create, update, skip or refuse. " +
    "Exit code 3: a conflict keeps the push from writing anything. --pr keeps one comment with summary, differences " +
    "and digest on a pull request.",
  examples: [
    ["assets plan qa", "look"],
    ["assets plan qa --exit-code", "for a program: 6 if there is work"],
    ["assets plan qa --pr 12", "in CI, for review"],
  ],
  args: [INSTANCE_ARGUMENT],
  options: [
    EXIT_CODE,
    { ...REVIEW, description: "keep one comment with the plan on this pull request" },
    ...PUSH_OPTIONS,
  ],
  load: async () => (await import("./push.ts")).runPlan,
};

const PUSH: CommandEntry = {
  ...WRITES,
  summary: "push the folder to an instance",
  description:
    "Plans, takes a snapshot, imports, and verifies by exporting again. Databases of the instance are never " +
    "changed. A push with a conflict writes nothing at all.",
  examples: [
    ["assets push qa", "ask, then push"],
    ["assets push production --yes --pr 12", "in CI, the plan that was reviewed in pull request 12"],
  ],
  args: [INSTANCE_ARGUMENT],
  options: [
    YES,
    { name: "expect", value: "digest", description: "refuse if the plan is not this one" },
    { ...REVIEW, description: "refuse if the plan is not the one in the comment on this pull request" },
    { name: "continue-on-error", description: "push what does not depend on a failed asset" },
    DRY_RUN,
    ...PUSH_OPTIONS,
  ],
  load: async () => (await import("./push.ts")).runPush,
};

const DIFF: CommandEntry = {
  ...READS,
  summary: "show what differs between two sides",
  description:
    "Compares two sides, each a folder, git:REVISION, a ZIP of Superset or a configured instance. Speaks of " +
    "dashboards as people do: charts, tabs, rows and widths; SQL, CSS and text by line.",
  examples: [
    ["assets diff git:main assets", "what this branch changes"],
    ["assets diff production qa", "what differs between two instances"],
    ["assets diff assets qa --format html > diff.html", "to look at in a browser"],
  ],
  args: [
    { name: "a", description: "a folder, git:REVISION, a ZIP, or an instance", required: true },
    { name: "b", description: "the same; what was added is here", required: true },
  ],
  options: [
    {
      name: "format",
      value: "format",
      choices: ["text", "json", "markdown", "html"],
      default: "text",
      description: "how to print it",
    },
    EXIT_CODE,
    ...SELECTION_OPTIONS,
  ],
  load: async () => (await import("./diff.ts")).runDiff,
};

const STATUS: CommandEntry = {
  ...READS,
  summary: "show how the folder and an instance stand to each other",
  description:
    "Shows for each asset whether it was changed in the folder, on the instance, or on both since the last " +
    "export or push.",
  examples: [["assets status qa", "look"], [
    "assets status production --exit-code",
    "6 if something differs",
  ]],
  args: [INSTANCE_ARGUMENT],
  options: [EXIT_CODE, DIR_OPTION, ...SELECTION_OPTIONS],
  load: async () => (await import("./compare.ts")).runAssetsStatus,
};

const VALIDATE: CommandEntry = {
  permissions: ["net", "read", "run", "env"],
  runsPrograms: false,
  takesLock: false,
  summary: "check the folder without a server",
  description:
    "Checks files, references, duplicates and secrets, and finds what Superset's importer would refuse.",
  examples: [["assets validate", "before a commit"]],
  args: [DIR_ARGUMENT],
  options: [],
  load: async () => (await import("./compare.ts")).runValidate,
};

const MAP: CommandEntry = {
  ...WRITES,
  summary: "show which database stands for which",
  description:
    "Shows how the folder's databases lead to those of an instance, with the reason, and proposes what is " +
    "missing. --write writes the proposals into databases.map of the configuration. Exit code 3: a database leads " +
    "nowhere.",
  examples: [["assets map qa", "look"], ["assets map qa --write", "take over what it proposes"]],
  args: [INSTANCE_ARGUMENT],
  options: [
    { name: "write", description: "write the proposals into the configuration file" },
    DIR_OPTION,
  ],
  load: async () => (await import("./map.ts")).runMap,
};

const RUNS: CommandEntry = {
  ...READS,
  summary: "list the pushes that can be undone",
  description:
    "Lists the pushes, rollbacks and prunes of an instance that are recorded on this machine, newest first.",
  examples: [["assets runs qa", "look"]],
  args: [INSTANCE_ARGUMENT],
  options: [],
  load: async () => (await import("./runs.ts")).runRuns,
};

const ROLLBACK: CommandEntry = {
  ...WRITES,
  summary: "undo a push",
  description:
    "Puts back what a run changed, with its owners, and deletes what it created. An asset that was edited on the " +
    "instance since the run is a conflict, and so is a created one that others use. A rollback is itself a run.",
  examples: [["assets rollback qa", "undo the last push"], [
    "assets rollback qa 20260105T080000Z-1a2b3c --yes",
    "undo a run",
  ], ["assets rollback qa --from snapshot --yes", "undo a run of CI"]],
  args: [INSTANCE_ARGUMENT, {
    name: "run",
    description: "name of the run; the last push if left out",
    required: false,
  }],
  options: [
    YES,
    { name: "force", description: "overwrite edits since the run, and leave what others use" },
    { name: "from", value: "dir", description: "folder of a run, such as an artifact of CI" },
    DIR_OPTION,
    DRY_RUN,
  ],
  load: async () => (await import("./runs.ts")).runRollback,
};

const PRUNE: CommandEntry = {
  ...WRITES,
  summary: "delete what the folder has dropped",
  description:
    "Lists assets that were pushed to the instance and that the folder no longer has. --yes deletes them, " +
    "dashboards first, unless somebody edited or uses them. Databases are never deleted.",
  examples: [["assets prune qa", "look"], ["assets prune qa --yes", "delete them"]],
  args: [INSTANCE_ARGUMENT],
  options: [YES, DIR_OPTION, DRY_RUN],
  load: async () => (await import("./runs.ts")).runPrune,
};

/** The port of `assets simulate` without `--port`. */
const SIMULATOR_PORT = 8088;

const SIMULATE: CommandEntry = {
  permissions: ["net", "read", "env"],
  runsPrograms: false,
  takesLock: false,
  summary: "serve the built-in Superset simulator",
  description:
    "Serves the part of Superset's API that moves assets on 127.0.0.1 until it is interrupted, for trying things " +
    "out and for tests. The login is admin/admin.",
  examples: [
    ["assets simulate", `an empty Superset on port ${SIMULATOR_PORT}`],
    ["assets simulate --port 0 --seed superset.json", "on any free port, with assets of your own"],
  ],
  args: [],
  options: [
    {
      name: "port",
      short: "p",
      value: "port",
      default: String(SIMULATOR_PORT),
      description: "port to listen on; 0 takes any free one",
    },
    { name: "seed", value: "file", description: "JSON file with the assets to begin with" },
  ],
  load: async () => (await import("./simulate.ts")).runAssetsSimulate,
};

const EXPORT_ALL: CommandEntry = {
  ...EXPORT,
  summary: "export everything (the older script's name)",
  description: "The same as export. Without names it reads superset-production into the configured folder.",
  examples: [["assets export_all", "superset-production into the configured folder"]],
  args: [
    { ...INSTANCE_ARGUMENT, description: "name in assets.instances; superset-production if left out" },
    DIR_ARGUMENT,
  ],
  load: async () => (await import("./old_names.ts")).runExportAll,
};

const MAP_DATABASE_UUIDS: CommandEntry = {
  ...MAP,
  summary: "show the database mapping (the older script's name)",
  description: "The same as map. No file of the folder is rewritten: a push maps the databases on its way.",
  examples: [["assets map_database_uuids superset-qa", "look"]],
  args: [{ name: "target", description: "name in assets.instances", required: true }],
  load: async () => (await import("./old_names.ts")).runMapDatabaseUuids,
};

const SYNC_ASSETS: CommandEntry = {
  ...PUSH,
  summary: "push one instance's export to another (the older script's name)",
  description:
    "The same as push with --adopt and --continue-on-error. The folder must hold the last whole export of the " +
    "source. It asks once, and fails if a single asset fails.",
  examples: [["assets sync_assets superset-production superset-qa", "after export_all"]],
  args: [
    { name: "source", description: "the instance that the folder was exported from", required: true },
    { name: "target", description: "the instance to push to", required: true },
  ],
  load: async () => (await import("./old_names.ts")).runSyncAssets,
};

/** The commands about Superset assets. */
export const ASSETS_COMMANDS: Registry<AssetsCommand> = {
  assets: {
    summary: "move Superset's datasets, charts and dashboards between instances and Git",
    commands: {
      instances: { summary: "the configured instances", commands: INSTANCES },
      login: LOGIN,
      logout: LOGOUT,
      export: EXPORT,
      validate: VALIDATE,
      diff: DIFF,
      status: STATUS,
      map: MAP,
      plan: PLAN,
      push: PUSH,
      runs: RUNS,
      rollback: ROLLBACK,
      prune: PRUNE,
      simulate: SIMULATE,
      export_all: EXPORT_ALL,
      map_database_uuids: MAP_DATABASE_UUIDS,
      sync_assets: SYNC_ASSETS,
    },
  },
};
