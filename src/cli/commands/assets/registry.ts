import type { CommandEntry, OptionSpec, Registry } from "../../command.ts";
import { DRY_RUN } from "../../environment_options.ts";
import type { AssetsCommand } from "../command_names.ts";
import { DIR_ARGUMENT, INSTANCE_ARGUMENT, SELECTION_OPTIONS } from "./shared.ts";

/** A command that reads an instance, and writes no file. */
const READS = { permissions: ["net", "read", "run", "env"], runsPrograms: false, takesLock: false } as const;

/** A command that writes to an instance, or into the folder. */
const WRITES = {
  permissions: ["net", "read", "write", "run", "env"],
  runsPrograms: false,
  takesLock: false,
} as const;

const DIR_OPTION: OptionSpec = {
  name: "dir",
  value: "dir",
  description: "folder of the assets; assets.dir if left out",
};
const YES: OptionSpec = { name: "yes", short: "y", description: "do not ask" };
const EXIT_CODE: OptionSpec = { name: "exit-code", description: "end with 6 if there are differences" };

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
    "Exit code 3: a conflict keeps the push from writing anything.",
  examples: [["assets plan qa", "look"], ["assets plan qa --exit-code", "for a program: 6 if there is work"]],
  args: [INSTANCE_ARGUMENT],
  options: [EXIT_CODE, ...PUSH_OPTIONS],
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
    ["assets push production --yes --expect DIGEST", "in CI, the plan that was reviewed"],
  ],
  args: [INSTANCE_ARGUMENT],
  options: [
    YES,
    { name: "expect", value: "digest", description: "refuse if the plan is not this one" },
    { name: "continue-on-error", description: "push what does not depend on a failed asset" },
    DRY_RUN,
    ...PUSH_OPTIONS,
  ],
  load: async () => (await import("./push.ts")).runPush,
};

/** The commands about Superset assets. */
export const ASSETS_COMMANDS: Registry<AssetsCommand> = {
  assets: {
    summary: "move Superset's datasets, charts and dashboards between instances and Git",
    commands: { export: EXPORT, plan: PLAN, push: PUSH },
  },
};
