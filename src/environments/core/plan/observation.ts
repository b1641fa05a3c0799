import type { PlatformEnvironment } from "../environment/environment.ts";
import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { LabelState } from "../labels/mod.ts";
import type { Trigger, Ttl } from "../labels/label.ts";
import type { LockView } from "../lock.ts";
import type { PermissionAnswer } from "../../../lib/permission.ts";

/** Where a label on the pull request comes from, as far as the timeline tells. Times: milliseconds since 1970. */
export interface LabelOrigin {
  /** Undefined where GitHub tells that it was set and by nobody: the account is gone. */
  readonly login: string | undefined;
  readonly bot: boolean;
  /** Added by the owner of this run's token. */
  readonly own: boolean;
  readonly at: number;
  /** The newest commit when the label was set: what a trigger approves. Undefined: one that is not known any more. */
  readonly approves: FullSha | undefined;
}

/** What is wished for from outside the labels: a command that acts as if a trigger were there. */
export interface Request {
  readonly trigger: Trigger;
  /** Rebuild what runs already (rule 8). */
  readonly force: boolean;
}

/** The event that started this run, where it is a workflow run caused by the pull request. */
export interface RunEvent {
  readonly action: string | undefined;
  readonly headSha: FullSha | undefined;
  readonly sender: string | undefined;
  /** The label of a `labeled` event. */
  readonly label: string | undefined;
  /** When the pull request was as the event tells it, in milliseconds since 1970. */
  readonly at?: number | undefined;
}

/** What is known of an SHA from earlier runs (the comment's record, the timeline). */
export interface PullRecord {
  /** Attempts to bring an SHA up that were made so far. */
  readonly attempts: ReadonlyMap<ShortSha, number>;
  /** The whole hash of each SHA that was brought up, as far as the comment is to be believed. */
  readonly shas?: ReadonlyMap<ShortSha, FullSha>;
  /** The size asked for earlier; kept for later commits. */
  readonly size: string | undefined;
  /** The notice that the comment shows, as `<reason>:<what it is about>`: it is not said twice. */
  readonly notice: string | undefined;
  /** Whether the pull request has a comment of ours at all. */
  readonly present: boolean;
  /** What the comment shows of the environments, by `describeShown()`; undefined where it does not tell. */
  readonly shown?: string | undefined;
  /** Node ids of further comments of ours: two runs that did not know of each other made one each. */
  readonly spareComments?: readonly string[];
}

/** Everything the planner looks at. */
export interface Observation {
  /** `owner/name`. */
  readonly repo: string;
  /** GitHub's time, milliseconds since 1970. */
  readonly now: number;
  readonly pr: PrNumber;
  readonly open: boolean;
  readonly body: string;
  readonly headRepo: string | undefined;
  readonly headSha: FullSha;
  /** The commit that is to run: the head, unless `--sha` names another commit of the pull request. */
  readonly target: FullSha;
  /** Commits of the pull request in the order of the timeline, oldest first, as far as it was read. */
  readonly commits: readonly FullSha[];
  /** The labels that are believed. */
  readonly labels: LabelState;
  /** All labels on the pull request, also those that are not believed. */
  readonly allLabels: LabelState;
  /** By label name, for the labels on the pull request that the timeline knows. */
  readonly origins: ReadonlyMap<string, LabelOrigin>;
  /** `as_labels`: nobody was asked, the platform is taken to be what the labels say. */
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly lock: LockView;
  /** Who this run acts for; undefined where nobody could be established. */
  readonly actor: string | undefined;
  /** Permissions by login, for the actor and everybody the decision depends on. */
  readonly people: ReadonlyMap<string, PermissionAnswer>;
  readonly event: RunEvent | undefined;
  readonly record: PullRecord;
  readonly request: Request | undefined;
  /** Whether the image of the target is in its store; undefined where it was not asked. */
  readonly imageExists: boolean | undefined;
}

/** The settings that bear on decisions; everything else of the configuration does not. */
export interface Policy {
  readonly autoSync: "always" | "trusted" | "never";
  /** Automatic attempts for an SHA beyond the first. */
  readonly retries: number;
  /** The time-to-live of an environment whose labels name none. */
  readonly defaultTtl: Ttl;
  /** `--ttl`: for environments created by this run. */
  readonly ttl: Ttl | undefined;
  /** `--size`, else undefined: what the pull request had before. */
  readonly size: string | undefined;
  readonly login: string | undefined;
  /** Flags whose variable is configured: lines in a pull request's body do not set them. */
  readonly configuredFlags?: readonly string[];
  /** The cap on ages, in milliseconds: who may not cause builds cannot ask for a longer time-to-live. */
  readonly maxAgeMs?: number | undefined;
  /** Whether the pull request has a comment in which something can be said. */
  readonly comments: boolean;
  /** The reference of the image that Showtime builds for a SHA: what is named otherwise is never deleted. */
  readonly imageOf: (short: ShortSha) => string;
  /** Deploy this image and build nothing (`--image-tag`, `--docker-tag`). */
  readonly givenImage: string | undefined;
}
