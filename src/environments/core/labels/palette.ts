import type { Label, Status, Trigger, Ttl } from "./label.ts";
import { formatTtl } from "./ttl.ts";

/** The look of a label's definition on GitHub. */
export interface LabelStyle {
  /** Six hex digits, without `#`. */
  readonly color: string;
  /** One sentence of at most 100 characters, plain ASCII: GitHub refuses emoji here. */
  readonly description: string;
}

const YELLOW = "FFD700";
const SAND = "FFE4B5";
const RED = "DC3545";
const GREEN = "28A745";
const BLUE = "C5DEF5";
const ORANGE = "FD7E14";
const GREY = "6A737D";
const PALE = "FFF9C4";

const STATUS_COLORS: Readonly<Record<Status, string>> = {
  building: YELLOW,
  built: YELLOW,
  deploying: YELLOW,
  running: GREEN,
  asleep: BLUE,
  updating: ORANGE,
  failed: RED,
  stopping: GREY,
};

const TRIGGER_WORDS: Readonly<Record<Trigger, string>> = {
  start: "Add this to create the preview environment of the pull request, or to rebuild it.",
  stop: "Add this to remove all preview environments of the pull request.",
  sync: "Add this to bring the preview environment of the pull request to its newest commit.",
  sleep: "Add this to put the preview environment to sleep; the start trigger wakes it.",
};

const STATUS_WORDS: Readonly<Record<Status, string>> = {
  building: "is being built",
  built: "is built and about to be deployed",
  deploying: "is being deployed",
  running: "is running",
  asleep: "is asleep; the start trigger wakes it",
  updating: "is being updated in place",
  failed: "failed; the comment says why",
  stopping: "is being removed",
};

/** Returns the color and the description of a label's definition. GitHub shows the description on hover. */
export function labelStyle(label: Label): LabelStyle {
  return { color: colorOf(label), description: describe(label) };
}

function colorOf(label: Label): string {
  switch (label.kind) {
    case "trigger":
      return YELLOW;
    case "freeze":
      return SAND;
    case "blocked":
      return RED;
    case "status":
      return STATUS_COLORS[label.status];
    case "lock":
    case "limits_lock":
      return GREY;
    default:
      return PALE;
  }
}

function describe(label: Label): string {
  switch (label.kind) {
    case "trigger":
      return TRIGGER_WORDS[label.trigger];
    case "freeze":
      return "While this is here, new commits do not update the preview environment.";
    case "blocked":
      return "While this is here, nothing is built or deployed for the pull request.";
    case "flag":
      return `Turns this feature flag ${
        label.on ? "on" : "off"
      } in the preview environment of the pull request.`;
    case "pr_ttl":
      return `Preview environments of this pull request live ${describeTtl(label.ttl)}.`;
    case "status":
      return `The preview environment of commit ${label.sha} ${STATUS_WORDS[label.status]}.`;
    case "active":
      return `People are sent to the preview environment of commit ${label.sha}.`;
    case "preparing":
      return `The preview environment of commit ${label.sha} is being prepared.`;
    case "created":
      return `When the preview environment of commit ${label.sha} was created, in UTC.`;
    case "address":
      return `Where the preview environment of commit ${label.sha} is reached.`;
    case "ttl":
      return `The preview environment of commit ${label.sha} lives ${describeTtl(label.ttl)}.`;
    case "requester":
      return `Who asked for the preview environment of commit ${label.sha}.`;
    case "lock":
      return `A run is changing the preview environments of pull request ${label.pr}.`;
    case "limits_lock":
      return "A run is counting the preview environments for the configured limits.";
    case "serves":
      return `The preview environment of commit ${label.sha} serves commit ${label.head} too.`;
    case "marker":
      return "This pull request has preview environments.";
  }
}

function describeTtl(ttl: Ttl): string {
  return ttl.kind === "close" ? "until it closes" : `for ${formatTtl(ttl)}`;
}
