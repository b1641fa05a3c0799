import type { CommandEntry } from "../../command.ts";
import { RUNS_STEPS } from "../kept_rights.ts";

/** The heading of flags about traces and logs. */
const TELEMETRY = "Telemetry flags:";

/** The entry of `pipeline run` in the registry. */
export const RUN: CommandEntry = {
  ...RUNS_STEPS,
  finishesUnread: true,
  afterInterruption: "Tear-downs ran. Run it again",
  summary: "run the steps of a pipeline on this machine",
  description:
    "Runs a tree of steps: in order or side by side, with set-ups and tear-downs that always run, and only the steps whose " +
    "files changed. On a terminal it shows the tree, in a pipe each line of output as `path | line`. An executable file " +
    "whose name does not end in .yml, .yaml or .json is an entry point: it is run with flags that name the root and the " +
    "trace. Ctrl-C ends the steps and runs tear-downs; a second one ends everything at once.",
  examples: [
    ["pipeline run build.yml", "run all steps"],
    ["pipeline run build.yml --only web/tests", "one step, with the set-ups and tear-downs around it"],
    ["pipeline run build.yml -c changed.txt", "only the steps whose files changed"],
    ["pipeline run build.yml --json > result.json", "the result as a document; output goes to stderr"],
    ["pipeline run ./build.py", "an entry point in any language"],
  ],
  exits: [
    ["0", "passed"],
    ["1", "failed; without `version: 1`: a mistake in the file"],
    ["2", "a mistake in the file, wrong usage; without `version: 1`: timed out"],
    ["3", "without `version: 1`: failed"],
    ["124", "timed out"],
    ["130", "interrupted, and 143 terminated: tear-downs ran"],
    ["any", "of an entry point: passed on"],
  ],
  args: [{
    name: "file",
    description: "YAML or JSON file, - for standard input, or an entry point",
    required: true,
  }],
  options: [
    {
      name: "root",
      short: "r",
      value: "dir",
      description: "folder that no step leaves; the working folder if left out",
    },
    {
      name: "changeset",
      short: "c",
      value: "file",
      description: "file of changed paths, one a line: skip steps that they do not concern",
    },
    {
      name: "only",
      value: "path",
      description: "run this step alone, with the set-ups and tear-downs around it",
    },
    { name: "env-file", value: "file", description: "variables of all steps, one KEY=value a line" },
    {
      name: "secrets-file",
      value: "file",
      description: "secrets in the same form; output shows *** instead",
    },
    { name: "max-parallel", value: "n", description: "run at most n programs at once in the whole build" },
    {
      name: "grace",
      value: "duration",
      default: "10s",
      description: "time to end after TERM, before KILL",
    },
    { name: "result", value: "file", description: "write the result to this file too, as --json prints it" },
    {
      name: "traces-endpoint",
      short: "t",
      value: "url",
      description: "send spans to this OTLP address",
      group: TELEMETRY,
    },
    {
      name: "logs-endpoint",
      short: "l",
      value: "url",
      description: "send output to this OTLP address",
      group: TELEMETRY,
    },
    {
      name: "service-name",
      short: "s",
      value: "name",
      description: "name of the service; bass:pipeline:<name> if left out",
      group: TELEMETRY,
    },
    {
      name: "trace-id",
      short: "i",
      value: "id",
      description: "32 hex digits; random if left out",
      group: TELEMETRY,
    },
    {
      name: "root-span-id",
      short: "d",
      value: "id",
      description: "16 hex digits of a span that the caller writes",
      group: TELEMETRY,
    },
    {
      name: "generate-root-span",
      short: "g",
      description: "write the span pipeline:<name> at the top",
      group: TELEMETRY,
    },
  ],
  load: async () => (await import("./run.ts")).runRun,
};
