import { type OptionSpec, PULL_ARGUMENT, type Registry } from "../../../command.ts";
import { DRY_RUN, ENVIRONMENT_OPTIONS } from "../../../environment_options.ts";
import { CHANGES, LOOKS } from "../../kept_rights.ts";

/** The flags that name an image to deploy instead of a built one. Both mean the same. */
const IMAGE_OPTIONS: readonly OptionSpec[] = [
  { name: "image-tag", value: "tag", description: "deploy this tag or image, build nothing" },
  { name: "docker-tag", value: "tag", description: "the same as --image-tag" },
];

const SHA: OptionSpec = {
  name: "sha",
  value: "sha",
  description: "commit of the pull request, instead of its head",
};

const SYNC_OPTIONS: readonly OptionSpec[] = [
  SHA,
  { name: "check-only", description: "print key=value lines about what would be done" },
  ...IMAGE_OPTIONS,
  DRY_RUN,
  ...ENVIRONMENT_OPTIONS,
];

/** The commands that change the environments of one pull request. */
export const CHANGING = {
  sync: {
    ...CHANGES,
    isCommon: true,
    summary: "make the environment agree with the pull request's labels",
    description:
      "Reads the labels, the platform and the pull request, decides what to do, and does it. Workflows run this " +
      "command on every event. Another run finishes what an interrupted run began; with nothing to do, it writes " +
      "nothing.",
    examples: [
      ["sync 1234", "do what the labels ask for"],
      ["sync 1234 --check-only", "learn whether a build is needed, without any write"],
      ["sync 1234 --dry-run", "see the steps"],
    ],
    args: [PULL_ARGUMENT],
    options: SYNC_OPTIONS,
    load: async () => (await import("../sync.ts")).runSync,
  },
  start: {
    ...CHANGES,
    isCommon: true,
    summary: "bring up an environment for the head commit",
    description:
      "Does what the start trigger does, with the caller's rights. An environment that already runs is left alone; " +
      "with --force it is rebuilt in place, without downtime.",
    examples: [
      ["start 1234", "build the head commit and bring it up"],
      ["start 1234 --ttl 24h --size large", "for a day, with more memory"],
      ["start 1234 --image-tag latest", "bring up an image that exists"],
    ],
    args: [PULL_ARGUMENT],
    options: [
      { name: "force", short: "f", description: "rebuild an environment that already runs" },
      SHA,
      { name: "ttl", value: "ttl", description: "time to live: 90m, 24h, 7d, 2w or close" },
      {
        name: "size",
        value: "size",
        description: "one of environment.sizes; kept for later commits of the pull request",
      },
      ...IMAGE_OPTIONS,
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../start.ts")).runStart,
  },
  stop: {
    ...CHANGES,
    isCommon: true,
    summary: "remove every environment of the pull request",
    description:
      "Does what the stop trigger does: removes the pull request's environments and every label of Showtime except " +
      "the one that blocks. Asks first on a terminal; without a terminal it asks nothing.",
    examples: [
      ["stop 1234", "see what would go, then say yes"],
      ["stop 1234 --force", "without a question"],
    ],
    args: [PULL_ARGUMENT],
    options: [
      { name: "force", short: "f", description: "do not ask" },
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../stop.ts")).runStop,
  },
  sleep: {
    ...CHANGES,
    summary: "stop the environment and keep it",
    description:
      "Does what the sleep label does: stops the active environment and keeps it with its image, its settings and its " +
      "secret. Its time-to-live counts on. A start or sync trigger wakes it, without a build.",
    examples: [
      ["sleep 1234", "it costs nothing until it is woken"],
      ["sleep 1234 --dry-run", "see what would be done"],
    ],
    args: [PULL_ARGUMENT],
    options: [DRY_RUN, ...ENVIRONMENT_OPTIONS],
    load: async () => (await import("../sleep.ts")).runSleep,
  },
  wake: {
    ...CHANGES,
    summary: "start the environment that sleeps, as it was",
    description:
      "Starts the environment again without a build, and waits until its health check answers. A newer commit that " +
      "waited is built after that.",
    examples: [
      ["wake 1234", "bring it back in a minute"],
      ["wake 1234 --dry-run", "see what would be done"],
    ],
    args: [PULL_ARGUMENT],
    options: [DRY_RUN, ...ENVIRONMENT_OPTIONS],
    load: async () => (await import("../sleep.ts")).runWake,
  },
  extend: {
    ...LOOKS,
    takesLock: true,
    isCommon: true,
    summary: "prolong the time to live, from now",
    description:
      "Writes the active environment's time-to-live so that the environment lives at least this long from now. " +
      "A time above max_age is refused. " +
      "Cleanup removes expired environments when it runs, so its schedule sets the precision.",
    examples: [
      ["extend 1234 24h", "keep it for another day"],
      ["extend 1234 close", "keep it until the pull request closes"],
    ],
    args: [
      PULL_ARGUMENT,
      { name: "ttl", description: "from now on: 90m, 24h, 7d, 2w, or close", required: true },
    ],
    options: [DRY_RUN, ...ENVIRONMENT_OPTIONS],
    load: async () => (await import("../extend.ts")).runExtend,
  },
  unlock: {
    ...LOOKS,
    summary: "remove a lock, after showing its owner",
    description:
      "Shows the owner of the pull request's lock and removes the lock if the owner is gone. A live owner's lock is " +
      "removed only with --force: that run then stops and writes nothing more. --limits is the lock under which " +
      "starts count environments.",
    examples: [
      ["unlock 1234", "remove what a dead run left"],
      ["unlock 1234 --dry-run", "only see the owner"],
      ["unlock --limits", "let the next start count again"],
    ],
    args: [{
      ...PULL_ARGUMENT,
      description: `${PULL_ARGUMENT.description}; left out with --limits`,
      required: false,
    }],
    options: [
      { name: "force", short: "f", description: "remove the lock of a live owner too" },
      { name: "limits", description: "the lock of the limits, and no pull request's" },
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../unlock.ts")).runUnlock,
  },
  "handle-trigger": {
    ...CHANGES,
    summary: "the same as sync, under its older name",
    description: "Does what sync does. Workflows written for superset-showtime call it.",
    examples: [["handle-trigger 1234", "do what the labels ask for"]],
    args: [PULL_ARGUMENT],
    options: SYNC_OPTIONS,
    load: async () => (await import("../sync.ts")).runSync,
  },
} satisfies Registry;
