import { PULL_ARGUMENT, type Registry } from "../../command.ts";
import { SHELLS } from "../../completion/shells.ts";
import { DRY_RUN, ENVIRONMENT_OPTIONS, PLATFORM } from "../../environment_options.ts";
import { CHANGES, LOOKS, NOTHING, READS_CLONE } from "../kept_rights.ts";
import type { GeneralCommand } from "../command_names.ts";

/** The heading of `init`'s flags for assets. */
const ASSETS_GROUP = "Superset assets:";

/** The port of `simulate` without `--port`. */
const DEFAULT_PORT = 4000;

/** The commands that belong to no capability. */
export const GENERAL_COMMANDS: Registry<GeneralCommand> = {
  "test-lifecycle": {
    ...CHANGES,
    afterInterruption:
      'Its lock and its trigger are removed. With --real-github "showtime stop <pr>" removes the rest',
    summary: "play a whole life and show the labels after each step",
    description:
      "Plays trigger, build, run, push, blue-green, freeze, expiry and stop on the built-in simulator, and shows the " +
      "labels after each step. It runs real containers if a Docker engine answers. The number is that of the simulated " +
      "pull request. With --real-github it plays on that pull request of the repository, which must have no " +
      "environment and no label of Showtime, and removes its trigger if the play fails. With --browser it plays nothing " +
      "itself: the page whose address it prints is for you to play on.",
    examples: [
      ["test-lifecycle", "watch it, here or on the page whose address it prints"],
      ["test-lifecycle --browser", "play on that page yourself"],
      ["test-lifecycle --speed max", "without pauses"],
      ["test-lifecycle 1234 --real-github", "on a real pull request"],
    ],
    args: [{ ...PULL_ARGUMENT, required: false }],
    options: [
      { name: "real-github", description: "on a real pull request, not on the simulator" },
      { name: "browser", description: "wait for you to play on its page" },
      { name: "speed", value: "factor", description: "2 is twice as fast, max leaves no pauses" },
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("./test_lifecycle.ts")).runTestLifecycle,
  },
  simulate: {
    // Packages read a few variables while they load. Git is asked about the clone of --here.
    permissions: ["net", "read", "run", "env"],
    runsPrograms: false,
    rightsWith: { play: CHANGES },
    takesLock: false,
    summary: "serve the built-in GitHub simulator",
    description:
      "Serves GitHub's REST and GraphQL API on 127.0.0.1 until it is interrupted, for trying things out and for " +
      "tests. Point a client at it with GITHUB_API_URL and GITHUB_GRAPHQL_URL (<address>/graphql). With --here it serves " +
      "the clone in the working folder: its repository, and pull request 1 with its branch and commit. It also serves " +
      "a page for each pull request, and the board of environments at /environments. With --play sync runs after each " +
      "event, with real containers if a Docker engine answers, and Ctrl-C removes them.",
    examples: [
      ["simulate", `on port ${DEFAULT_PORT}, with an example pull request`],
      ["simulate --play", "to press Start on its page and be in the container"],
      ["simulate --here", "with the clone in this folder as pull request 1"],
      ["simulate --port 0 --seed world.json", "on any free port, with a world of your own"],
    ],
    args: [],
    options: [
      {
        name: "port",
        short: "p",
        value: "port",
        default: String(DEFAULT_PORT),
        description: "port to listen on; 0 takes any free one",
      },
      { name: "seed", value: "file", description: "JSON file with the repository to begin with" },
      { name: "here", description: "the clone in this folder, as pull request 1" },
      { name: "play", description: "run sync after each event, with the demo's application" },
    ],
    load: async () => (await import("./simulate.ts")).runSimulate,
  },
  doctor: {
    ...LOOKS,
    runsPrograms: true,
    isCommon: true,
    summary: "check what a run needs, and say how to fix it",
    description:
      "Checks token, scopes, permission, labels, clock, docker, registry and configuration. On ECS it also checks the " +
      "AWS identity, each AWS permission, and the resources that must exist. Changes nothing: a request that tests " +
      "the right to change something is about pull request 0. Exit code 5: something would keep a sync from " +
      "working.",
    examples: [
      ["doctor", "look for what is wrong"],
      ["doctor --platform ecs --json", "the same about ECS, for a program"],
    ],
    args: [],
    options: ENVIRONMENT_OPTIONS,
    load: async () => (await import("./doctor.ts")).runDoctorCommand,
  },
  init: {
    permissions: ["net", "read", "write", "run", "env"],
    runsPrograms: true,
    takesLock: false,
    isCommon: true,
    summary: "write showtime.yml and the workflows",
    description:
      "Writes showtime.yml and the workflows, with the least rights they need, into the working folder, and lists " +
      "the set-up that is left to do. On ECS it also writes the policies of AWS, to files beside showtime.yml. Asks at " +
      "most four questions on a terminal, skips those that a flag answers, and asks none elsewhere. With --assets it " +
      "writes the workflows for Superset assets instead. Overwrites existing files only with --force.",
    examples: [
      ["init", "answer a few questions"],
      ["init --dry-run", "see what would be written"],
      ["init --forks --image ghcr.io/acme/shop", "without those questions"],
      ["init --assets --source production --target qa", "workflows that review and push Superset assets"],
    ],
    args: [],
    options: [
      {
        name: "forks",
        description: "pull requests from forks too",
        negated: "only branches of this repository",
      },
      { name: "image", value: "repository", description: "image repository, without a tag" },
      { name: "port", value: "port", description: "the port that the application listens on" },
      { name: "cluster", value: "name", description: "the ECS cluster" },
      { name: "region", value: "region", description: "the region of AWS, as AWS_REGION names it" },
      {
        name: "access-keys",
        description: "log in to AWS with keys in GitHub's secrets",
        negated: "log in to AWS with a role, by OIDC",
      },
      { name: "default-branch", value: "name", description: "the default branch, instead of the one found" },
      { name: "assets", description: "the workflows for Superset assets", group: ASSETS_GROUP },
      {
        name: "source",
        value: "instance",
        description: "the instance that is exported every night",
        group: ASSETS_GROUP,
      },
      {
        name: "target",
        value: "instance",
        repeats: true,
        description: "an instance that merges are pushed to",
        group: ASSETS_GROUP,
      },
      { name: "force", short: "f", description: "overwrite existing files" },
      DRY_RUN,
      PLATFORM,
    ],
    load: async () => (await import("./init.ts")).runInit,
  },
  config: {
    ...READS_CLONE,
    summary: "print the configuration and where each value comes from",
    description:
      "Prints every setting in force with its source: a flag, a variable, a line of showtime.yml or the preset. " +
      "Secrets are hidden.",
    examples: [
      ["config", "see what is configured"],
      ["config schema > showtime.schema.json", "for an editor"],
    ],
    args: [{
      name: "what",
      description: "print the JSON Schema of the file instead",
      required: false,
      choices: ["schema"],
    }],
    options: [PLATFORM],
    load: async () => (await import("./config.ts")).runConfig,
  },
  completions: {
    ...NOTHING,
    summary: "print a completion script for a shell",
    description:
      "Prints the script that completes commands, flags and the numbers of pull requests that have environments. " +
      'Open a new shell afterwards and press the tab key after "showtime ".',
    examples: [
      ["completions bash >> ~/.bash_completion", "for bash"],
      ['completions zsh > "${fpath[1]}/_showtime"', "for zsh"],
      ["completions fish > ~/.config/fish/completions/showtime.fish", "for fish"],
      ["completions powershell >> $PROFILE", "for PowerShell"],
    ],
    args: [{ name: "shell", description: "one of", required: true, choices: SHELLS }],
    options: [],
    load: async () => (await import("./completions.ts")).runCompletions,
  },
  version: {
    ...NOTHING,
    summary: "print version, build and target",
    description: "Prints the version, how it was built, for which system, and on which Deno it runs.",
    examples: [["version", "for a report"]],
    args: [],
    options: [],
    load: async () => (await import("./version.ts")).runVersion,
  },
};
