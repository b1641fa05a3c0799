import { type EnvironmentKey, serviceNameOf } from "../environment/names.ts";
import type { DeployedSettings, SleepCause } from "../environment/environment.ts";
import { describeHookCommand, type HookCommand } from "../environment/hooks.ts";
import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { Label, Status, Ttl } from "../labels/label.ts";
import { formatLabel, type NamedLabel } from "../labels/mod.ts";
import type { HeadStatus } from "../news/mod.ts";

/** The action of a plan, for the workflow that called (`--check-only`). */
export type ActionNeeded =
  | "destroy_environment"
  | "create_environment"
  | "rolling_update"
  | "sleep_environment"
  | "wake_environment"
  | "no_action"
  | "blocked";

/** The reason for a plan: stable codes, one for each line of the rule table. */
export type Reason =
  | "pr_closed"
  | "stop_requested"
  | "blocked"
  | "not_authorized"
  | "in_progress"
  | "resumed"
  | "start_requested"
  | "rebuild_requested"
  | "sync_requested"
  | "drifted"
  | "other_machine"
  | "frozen"
  | "new_commit"
  | "untrusted_commit"
  | "auto_sync_off"
  | "paths_unchanged"
  | "over_limit"
  | "over_budget"
  | "retry_failed"
  | "settings_changed"
  | "image_gone"
  | "sleep_requested"
  | "sleep_scheduled"
  | "idle"
  | "wake_requested"
  | "wake_scheduled"
  | "asleep"
  | "housekeeping"
  | "up_to_date"
  | "no_environment"
  | "attempts_exhausted"
  | "expired";

/** The specification of an environment that is brought up. */
export interface BringUp {
  readonly sha: FullSha;
  readonly image: string;
  readonly settings: DeployedSettings;
  readonly ttl: Ttl;
  readonly requestedBy: string | undefined;
  /** Milliseconds since 1970. An environment that exists already keeps its time. */
  readonly createdAt: number;
  /** Whether the same SHA runs already, and serves until the new instance is healthy. */
  readonly inPlace: boolean;
}

/** An environment to put to sleep: it is stopped and kept. */
export interface Sleep {
  readonly short: ShortSha;
  readonly environment: EnvironmentKey;
  readonly cause: SleepCause;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** An environment to remove, with its parts on the platform and on GitHub. */
export interface Retirement {
  readonly short: ShortSha | undefined;
  /** Undefined if the platform has nothing of it. */
  readonly deployed: EnvironmentKey | undefined;
  /** The image to delete; undefined if Showtime did not build it or if it is still needed. */
  readonly image: string | undefined;
  /** The labels on the pull request that belong to it. */
  readonly labels: readonly NamedLabel[];
  /** The command `before_stop`, which runs first; undefined if none does. */
  readonly hook?: HookCommand | undefined;
}

/** One thing to do. The objects that `--dry-run` prints are the very objects that are applied. */
export type Step =
  | {
    readonly kind: "record_intent";
    readonly bringUp: BringUp;
    readonly status: Status;
    readonly build: boolean;
  }
  | { readonly kind: "consume_triggers"; readonly names: readonly string[] }
  | { readonly kind: "settle"; readonly environment: EnvironmentKey }
  | { readonly kind: "build"; readonly sha: FullSha; readonly image: string }
  /** `hook`: the command `after_start`, which runs when the environment is healthy; undefined if none is due. */
  | { readonly kind: "deploy"; readonly bringUp: BringUp; readonly hook?: HookCommand | undefined }
  /** Stops the environment. `triggers`: the labels that asked for it. They go when it is stopped. */
  | { readonly kind: "sleep"; readonly sleep: Sleep; readonly triggers: readonly string[] }
  /** Starts the environment that sleeps as it was, without an image. */
  | { readonly kind: "wake"; readonly bringUp: BringUp }
  /**
   * Pushes the commit's content into its environment. `address`: as for `activate`. `serving`: the environment runs
   * already, and only its content is missing.
   */
  | {
    readonly kind: "push_content";
    readonly sha: FullSha;
    readonly login: string | undefined;
    readonly address: string | undefined;
    readonly serving: boolean;
  }
  /** `address`: set if nothing is deployed; otherwise the deployment returns it. */
  | { readonly kind: "activate"; readonly bringUp: BringUp; readonly address: string | undefined }
  | { readonly kind: "retire"; readonly retirement: Retirement }
  | { readonly kind: "repair_labels"; readonly add: readonly Label[]; readonly remove: readonly NamedLabel[] }
  | { readonly kind: "remove_labels"; readonly names: readonly string[] }
  /** Takes and releases a lock that a dead run left. */
  | { readonly kind: "drop_lock" }
  /** Writes a comment anew that is out of date: its run did not know what had happened meanwhile. */
  | { readonly kind: "refresh_comment" }
  /** Deletes further comments, made by runs that did not know of the one that each pull request has. */
  | { readonly kind: "drop_comments"; readonly nodeIds: readonly string[] }
  /** Writes the status of the head commit, which has none or an outdated one. */
  | { readonly kind: "report_status"; readonly status: HeadStatus }
  /**
   * Shows a notice in the comment. `key`: the reason and its subject; undefined removes the notice. `saying`:
   * sentences of a refusal beside the plan's own work; without it the comment gives the reasons of the plan.
   */
  | { readonly kind: "notice"; readonly key: string | undefined; readonly saying?: readonly string[] };

/** The decision about a pull request. */
export interface Plan {
  readonly pr: PrNumber;
  readonly target: FullSha;
  readonly action: ActionNeeded;
  readonly reason: Reason;
  /** The number of the rule that fired, 1 to 20, for people: code asks for `reason` or `endsEverything`. */
  readonly rule: number;
  /**
   * Whether every environment of the pull request is to go, because it is closed or a stop was asked for.
   * Such a plan outweighs all others: it is never superseded, and a run that was turned away by a lock need
   * not repeat it.
   */
  readonly endsEverything: boolean;
  /** Whether an image is built. */
  readonly build: boolean;
  /** In order; empty if nothing at all is written. */
  readonly steps: readonly Step[];
  /** Sentences for people: the facts behind the decision, and what would change it. */
  readonly because: readonly string[];
}

function countLabels(count: number): string {
  return count === 0 ? "" : ` with its ${count} ${count === 1 ? "label" : "labels"}`;
}

function describeRepair(
  { add, remove }: { readonly add: readonly Label[]; readonly remove: readonly NamedLabel[] },
): string {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
  const parts = [
    ...(add.length === 0 ? [] : [`put on ${quoted(add.map((label) => formatLabel(label)))}`]),
    ...(remove.length === 0 ? [] : [`take off ${quoted(remove.map(({ name }) => name))}`]),
  ];
  return `repair labels: ${parts.join("; ")}`;
}

/** Describes a step in words. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "record_intent":
      return `record ${step.status} for ${step.bringUp.sha.slice(0, 7)} on the pull request`;
    case "consume_triggers":
      return `take off ${step.names.map((name) => `"${name}"`).join(", ")}`;
    case "settle":
      return `finish the interrupted change of ${serviceNameOf(step.environment)}`;
    case "build":
      return `build ${step.image}`;
    case "deploy":
      return `${step.bringUp.inPlace ? "update" : "start"} the environment for ${
        step.bringUp.sha.slice(0, 7)
      } from ${step.bringUp.image}${
        step.hook === undefined ? "" : `; run after_start in it: ${describeHookCommand(step.hook)}`
      }`;
    case "sleep":
      return `put the environment for ${step.sleep.short} to sleep`;
    case "wake":
      return `wake the environment for ${step.bringUp.sha.slice(0, 7)}`;
    case "push_content":
      return `push the assets of ${step.sha.slice(0, 7)} into its environment`;
    case "activate":
      return `send people to ${step.bringUp.sha.slice(0, 7)}`;
    case "retire":
      return `remove ${nameRetired(step.retirement)}${countLabels(step.retirement.labels.length)}${
        step.retirement.hook === undefined
          ? ""
          : `, after before_stop: ${describeHookCommand(step.retirement.hook)}`
      }`;
    case "repair_labels":
      return describeRepair(step);
    case "remove_labels":
      return `take off ${step.names.length} ${step.names.length === 1 ? "label" : "labels"}`;
    case "drop_lock":
      return "release the lock that a dead run left";
    case "refresh_comment":
      return "update the comment, which is out of date";
    case "drop_comments":
      return `remove ${step.nodeIds.length === 1 ? "a second comment" : "further comments"} of Showtime`;
    case "report_status":
      return `set the status of the head commit to ${step.status.state}`;
    case "notice":
      return step.key === undefined ? "remove the notice from the comment" : "say why in the comment";
  }
}

function nameRetired({ deployed, short }: Retirement): string {
  return deployed === undefined ? `the record of ${short ?? "an old environment"}` : serviceNameOf(deployed);
}
