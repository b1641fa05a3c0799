import { STATUS_WORDS } from "../../../../environments/core/environment/status_words.ts";
import { type Registry, SHOWN_PULL_ARGUMENT } from "../../../command.ts";
import { ENVIRONMENT_OPTIONS, PLATFORM } from "../../../environment_options.ts";
import { LOOKS, NOTHING, READS_CLONE } from "../../kept_rights.ts";

/** The values of `list --status`. */
/** The statuses of a list, which reads no comments: only they say that an environment is on another machine. */
const STATUSES = Object.keys(STATUS_WORDS).filter((status) => status !== "elsewhere");

/** The commands that only read. */
export const SHOWING = {
  status: {
    ...LOOKS,
    isCommon: true,
    summary: "show the environments of a pull request",
    description:
      "Shows address, age, time left, waiting triggers and links of every environment of the pull request, and the " +
      "run that works on it. With --verbose it also lists each label of Showtime and marks unknown ones. If the " +
      "platform does not answer, the command goes by the labels and exits with 5. With --watch it shows the " +
      "environments again on each change, and ends when no run is at work or due. It looks every 15 seconds.",
    examples: [
      ["status 1234", "see what runs"],
      ["status 1234 --watch", "follow a build until it runs or fails"],
      ["status 1234 --verbose", "see the labels too"],
      ["status https://github.com/apache/superset/pull/1234 --json", "for a script"],
    ],
    args: [SHOWN_PULL_ARGUMENT],
    options: [
      { name: "watch", description: "show it again on each change, until no work is left" },
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../status.ts")).runStatus,
  },
  list: {
    ...LOOKS,
    isCommon: true,
    summary: "list all environments of the repository",
    description:
      "Lists the environments of every pull request, active ones first. The list includes services without labels " +
      "and labels of an older scheme.",
    examples: [
      ["list", "see everything"],
      ["list --status running,failed", "see what runs and what did not come up"],
      ["list --type orphaned", "see environments that have no pull request"],
      ["list --user maxime --wide", "see one person's, with more columns"],
    ],
    args: [],
    options: [
      {
        name: "status",
        value: "status",
        description: "only these, separated by commas",
        choices: STATUSES,
        several: true,
      },
      { name: "user", value: "login", description: "only those this person asked for" },
      {
        name: "type",
        value: "type",
        description: "only these",
        choices: ["active", "building", "orphaned", "legacy"],
      },
      { name: "wide", short: "w", description: "more columns: ttl, size, platform, service, image, flags" },
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../list.ts")).runList,
  },
  explain: {
    ...LOOKS,
    isCommon: true,
    summary: "explain what a sync would do, and why",
    description:
      "Shows the decision first, then why, what was seen, and what would change the decision. With --verbose it " +
      "adds the codes and the rule. Writes nothing. If the platform does not answer, the command goes by the labels " +
      "and exits with 5.",
    examples: [["explain 1234", "learn why nothing happens"]],
    args: [SHOWN_PULL_ARGUMENT],
    options: ENVIRONMENT_OPTIONS,
    load: async () => (await import("../explain.ts")).runExplain,
  },
  history: {
    ...LOOKS,
    summary: "show what happened to the environments of a pull request",
    description: "Lists label changes and deployments of the pull request, newest first.",
    examples: [
      ["history 1234", "see the last twenty events"],
      ["history 1234 --limit 100", "see more"],
    ],
    args: [SHOWN_PULL_ARGUMENT],
    options: [
      { name: "limit", value: "n", default: "20", description: "show at most n events" },
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../history.ts")).runHistory,
  },
  logs: {
    ...LOOKS,
    isCommon: true,
    streamsJson: true,
    summary: "print the log of an environment",
    description:
      "Prints the application's output: of the active environment, or of the one that --sha names. With --json each " +
      "line is a JSON object of its own. While an environment is being built, it names the run with the build's " +
      "output.",
    examples: [
      ["logs 1234 --tail 50", "see the last 50 lines"],
      ["logs 1234 --follow", "see new lines as they come"],
    ],
    args: [SHOWN_PULL_ARGUMENT],
    options: [
      { name: "follow", short: "f", description: "wait for new lines until interrupted" },
      { name: "tail", short: "n", value: "n", description: "only the last n lines" },
      { name: "sha", value: "sha", description: "of the environment of this commit" },
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../logs.ts")).runLogs,
  },
  url: {
    ...LOOKS,
    summary: "print the address of the active environment",
    description:
      "Prints the public address of the active environment and nothing else, for scripts. Fails if the platform no " +
      "longer has the environment. If the platform does not answer, prints the address of the label and a warning.",
    examples: [["url 1234", 'as in: open "$(showtime url 1234)"']],
    args: [SHOWN_PULL_ARGUMENT],
    options: ENVIRONMENT_OPTIONS,
    load: async () => (await import("../url.ts")).runUrl,
  },
  open: {
    ...LOOKS,
    opensBrowser: true,
    summary: "open the active environment in a browser",
    description:
      "Opens the address of the active environment with BROWSER, or with the system's opener. Without one, and " +
      "without permission to start one, it prints the address: the released executable may only run docker, git and " +
      "gh.",
    examples: [["open 1234", "open it, or see the address to click on"]],
    args: [SHOWN_PULL_ARGUMENT],
    options: ENVIRONMENT_OPTIONS,
    load: async () => (await import("../url.ts")).runOpen,
  },
  labels: {
    ...NOTHING,
    summary: "print the label reference",
    description:
      "Prints every label of Showtime: first those that a person adds, then those that Showtime writes.",
    examples: [["labels", "learn what each label means"]],
    args: [],
    options: [],
    load: async () => (await import("../labels.ts")).runLabels,
  },
  "git-check": {
    ...READS_CLONE,
    summary: "check whether the branch contains the required commit",
    description:
      "Checks whether the commit checked out here contains the commit that the configuration names as " +
      "required_commit. A branch without it cannot be built.",
    examples: [["git-check", "in a checkout of the branch"]],
    args: [],
    options: [PLATFORM],
    load: async () => (await import("../git_check.ts")).runGitCheck,
  },
} satisfies Registry;
