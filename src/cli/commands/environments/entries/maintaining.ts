import type { Registry } from "../../../command.ts";
import { DRY_RUN, ENVIRONMENT_OPTIONS } from "../../../environment_options.ts";
import { CHANGES, LOOKS } from "../../kept_rights.ts";

/** The commands about the whole repository. */
export const MAINTAINING = {
  "setup-labels": {
    ...LOOKS,
    summary: "create or repair the label definitions",
    description:
      "Gives the labels that people add their definitions, with colour and description, so that people can pick " +
      "them on GitHub. Writes only what differs.",
    examples: [
      ["setup-labels", "once for a repository"],
      ["setup-labels --dry-run", "see what differs"],
    ],
    args: [],
    options: [DRY_RUN, ...ENVIRONMENT_OPTIONS],
    load: async () => (await import("../setup_labels.ts")).runSetupLabels,
  },
  cleanup: {
    ...CHANGES,
    takesLock: true,
    summary: "remove what has expired or is orphaned",
    description:
      "Finds and removes expired environments, leftovers of closed pull requests, dead locks and unused label " +
      "definitions. Orphaned services and images are removed only after a yes or with --force. If a kind of thing " +
      "could not be listed completely, nothing of that kind is removed. Cleanup also mends addresses of living " +
      "environments that the platform has changed or no longer has. Run cleanup on a schedule: its interval " +
      "sets the precision of a time-to-live.",
    examples: [
      ["cleanup --dry-run", "see what would go, and what stays and why"],
      ["cleanup", "each environment by its own time-to-live"],
      ["cleanup --older-than 48h --force", "one age for all, orphans too"],
    ],
    args: [],
    options: [
      { name: "older-than", value: "age", description: "one age for all, instead of each time-to-live" },
      { name: "respect-ttl", description: "go by each time-to-live (the default)" },
      { name: "max-age", value: "age", description: "no environment lives longer, close included" },
      {
        name: "cleanup-labels",
        description: "remove unused label definitions (default)",
        negated: "leave label definitions as they are",
      },
      {
        name: "cleanup-aws-orphans",
        description: "remove services and images without a pull request (default)",
        negated: "leave services and images as they are",
      },
      {
        name: "cleanup-closed-pr-labels",
        description: "remove leftovers of closed pull requests (default)",
        negated: "leave closed pull requests as they are",
      },
      { name: "label-limit", value: "n", description: "remove at most n label definitions" },
      { name: "force", short: "f", description: "remove orphans without a question" },
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../cleanup.ts")).runCleanup,
  },
  "cleanup-labels": {
    ...CHANGES,
    takesLock: false,
    summary: "remove unused label definitions",
    description:
      "Does only the label part of cleanup: removes definitions that carry a commit, of environments that are gone.",
    examples: [
      ["cleanup-labels --dry-run", "see which would go"],
      ["cleanup-labels --limit 100", "at most a hundred at once"],
    ],
    args: [],
    options: [
      { name: "limit", value: "n", description: "remove at most n" },
      DRY_RUN,
      ...ENVIRONMENT_OPTIONS,
    ],
    load: async () => (await import("../cleanup.ts")).runCleanupLabels,
  },
} satisfies Registry;
