import type { ArgumentSpec, CommandEntry } from "../../command.ts";
import type { CommandRights } from "../../command_rights.ts";

const READS: CommandRights & { readonly takesLock: false } = {
  permissions: ["read"],
  runsPrograms: false,
  takesLock: false,
};

const FILE: ArgumentSpec = {
  name: "file",
  description: "YAML or JSON file, or - for standard input",
  required: true,
};

/** The entry of `pipeline check` in the registry. */
export const CHECK: CommandEntry = {
  ...READS,
  summary: "find every mistake in a pipeline's file",
  description:
    "Checks files of pipelines and prints each mistake with its line and its remedy. Nothing is run. A node has a name and " +
    "one of exec (a list: program and arguments), run (a text for sh -eu) and steps (a list of nodes). It may have order " +
    "(sequential or unordered), max-parallel, timeout (seconds, or as 10m), if-changeset-matches (a regular expression), " +
    "cwd, env, secrets, setup and teardown (nodes), and strict-teardown. `version: 1` stands beside the first name. A file " +
    "without it is a file of bass, in which an unknown key is a warning.",
  examples: [
    ["pipeline check build.yml", "before a commit"],
    ["pipeline check ci/*.yml --json", "several files, for an editor or a bot"],
    ["pipeline check - < build.json", "from standard input"],
  ],
  exits: [
    ["0", "no mistake; there may be warnings"],
    ["2", "a mistake in a file, a file that cannot be read, or wrong usage"],
  ],
  args: [{ ...FILE, repeats: true }],
  options: [],
  load: async () => (await import("./check.ts")).runCheck,
};

/** The entry of `pipeline show` in the registry. */
export const SHOW: CommandEntry = {
  ...READS,
  summary: "show the steps of a pipeline, and what would run",
  description:
    "Prints the tree of steps with the program and the conditions of each. With --changeset or --only it says which steps " +
    "would run, and why. Nothing is run.",
  examples: [
    ["pipeline show build.yml", "the whole tree"],
    ["pipeline show build.yml --only web/tests", "what one step brings with it"],
    ["pipeline show build.yml -c changed.txt", "what these changes would run"],
    ["pipeline show build.yml --json", "for programs"],
  ],
  exits: [
    ["0", "shown"],
    ["2", "a mistake in the file, no such step, or wrong usage"],
  ],
  args: [FILE],
  options: [
    {
      name: "changeset",
      short: "c",
      value: "file",
      description: "file of changed paths, one a line, as git diff --name-only prints",
    },
    {
      name: "only",
      value: "path",
      description: "one step, by its path: the names from the top, joined by /",
    },
  ],
  load: async () => (await import("./show.ts")).runShow,
};
