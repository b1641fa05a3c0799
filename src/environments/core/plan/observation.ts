import type { FailedUpdate, RecordedContent, RememberedFailure } from "../comment/mod.ts";
import type { EnvironmentSettings } from "../environment/settings.ts";
import type { PlatformEnvironment } from "../environment/environment.ts";
import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";
import type { LabelState } from "../labels/mod.ts";
import type { Trigger, Ttl } from "../labels/label.ts";
import type { Census } from "./limits/census.ts";
import type { RecordedSleep } from "../sleep/mod.ts";
import type { LockView } from "../lock.ts";
import type { Comparison } from "./paths/comparison.ts";
import type { HeadStatus } from "../news/mod.ts";
import type { PermissionAnswer } from "../../../lib/permission.ts";

/** The origin of a label on the pull request, from the timeline. Times are milliseconds since 1970. */
export interface LabelOrigin {
  /** Undefined if GitHub names no account for the event: the account has been deleted. */
  readonly login: string | undefined;
  readonly bot: boolean;
  /** Whether Showtime writes as this account: the owner of this run's token, or a bot that is believed. */
  readonly own: boolean;
  readonly at: number;
  /** The target, if evidence shows that it was the head before the label was set; else undefined. */
  readonly approves: FullSha | undefined;
  /** Why the label does not approve the target. */
  readonly doubt?: ApprovalDoubt | undefined;
}

/**
 * Why a label does not approve the target. `moved`: the target became the head later. `unseen`: nothing shows
 * that it was the head before. `unreadable`: GitHub does not show the workflow runs, which could show it.
 */
export type ApprovalDoubt = "moved" | "unseen" | "unreadable";

/** A trigger, or the request that only a command makes. */
export type Asked = Trigger | "wake";

/** A request that does not come from a label: a command that acts like a trigger. */
export interface Request {
  readonly trigger: Asked;
  /** Whether an environment that runs already is rebuilt (rule 8). */
  readonly force: boolean;
  /** The comment that asks for it; undefined for a command at a terminal. */
  readonly comment?: RequestComment | undefined;
}

/** The moment of a comment with a command, and the commit that the command approves. */
export interface RequestComment extends Partial<Pick<LabelOrigin, "approves" | "doubt">> {
  /** When the comment was written, in milliseconds since 1970. */
  readonly at: number;
}

/** The event that started this run, if it is a workflow run that the pull request caused. */
export interface RunEvent {
  readonly action: string | undefined;
  readonly headSha: FullSha | undefined;
  readonly sender: string | undefined;
  /** The label of a `labeled` event. */
  readonly label: string | undefined;
  /** The time at which the pull request was as the event describes it, in milliseconds since 1970. */
  readonly at?: number | undefined;
  /** Whether the pull request was open at that time. */
  readonly open?: boolean | undefined;
}

/** The knowledge of earlier runs about the pull request, from the comment's record and the timeline. */
export interface PullRecord {
  /** The number of attempts so far to bring an SHA up. */
  readonly attempts: ReadonlyMap<ShortSha, number>;
  /** The full hash of each SHA that was brought up, from a comment that is believed. */
  readonly shas?: ReadonlyMap<ShortSha, FullSha>;
  /** The size that was asked for earlier. It is kept for later commits. */
  readonly size: string | undefined;
  /** The key of the notice that the comment shows, `<reason>:<subject>`, so that no notice is repeated. */
  readonly notice: string | undefined;
  /** The newest failure; undefined if a later attempt or a removal followed it. */
  readonly failure?: RememberedFailure | undefined;
  /** The newest failed update of an environment that serves on; undefined if its newest update succeeded. */
  readonly update?: FailedUpdate | undefined;
  /** The newest push of content into an environment. */
  readonly content?: RecordedContent | undefined;
  /** The environment that was put to sleep. */
  readonly sleep?: RecordedSleep | undefined;
  /** Whether the pull request has a comment of Showtime. */
  readonly present: boolean;
  /** The environments that the comment shows, by `describeShown()`; undefined if its record does not say. */
  readonly shown?: string | undefined;
  /** The environments of which the comment says that they do not answer. */
  readonly silent?: readonly ShortSha[];
  /** Node ids of further comments of Showtime: two runs that did not know of each other made one each. */
  readonly spareComments?: readonly string[];
}

/** Everything that the planner looks at. */
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
  /** The commit to run: the head, unless `--sha` names another commit of the pull request. */
  readonly target: FullSha;
  /** Commits of the pull request, oldest first, from the part of the timeline that was read. */
  readonly commits: readonly FullSha[];
  /** The labels that are believed. */
  readonly labels: LabelState;
  /** All labels on the pull request, also those that are not believed. */
  readonly allLabels: LabelState;
  /** Names of labels that a person may have meant as labels of Showtime. */
  readonly nearMisses?: readonly string[];
  /** By label name, for those labels on the pull request that have an event in the timeline. */
  readonly origins: ReadonlyMap<string, LabelOrigin>;
  /** `as_labels`: the platform was not asked, and is taken to be as the labels say. */
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  /** The machine whose engine has environments that this run's engine lacks; undefined if no other is known. */
  readonly otherEngine?: string | undefined;
  readonly lock: LockView;
  /** The login that this run acts for; undefined if it could not be identified. */
  readonly actor: string | undefined;
  /** Permissions by login, for the actor and all others that the decision depends on. */
  readonly people: ReadonlyMap<string, PermissionAnswer>;
  readonly event: RunEvent | undefined;
  readonly record: PullRecord;
  readonly request: Request | undefined;
  /** The status of the head commit; undefined if it was not asked for, or is not to be written. */
  readonly headStatus?: HeadStatus | "none" | undefined;
  /** Whether the image of the target is in its store; undefined if the store was not asked. */
  readonly imageExists: boolean | undefined;
  /** The same of the active environment, if that is not the target. */
  readonly activeImageExists?: boolean | undefined;
  /** The files that the target changed since the commit that is deployed; undefined if they were not asked for. */
  readonly comparison?: Comparison | undefined;
  /** The environments of the other pull requests; undefined if they were not counted. */
  readonly census?: Census | undefined;
}

/** The part of the configuration that decisions depend on. */
export interface Policy extends EnvironmentSettings {
  /** `--ttl`: for environments created by this run. */
  readonly ttl: Ttl | undefined;
  /** `--size`; undefined to keep the size that the pull request had before. */
  readonly size: string | undefined;
  /** Whether Showtime keeps a comment on the pull request. */
  readonly comments: boolean;
  /** Returns the reference of the image that Showtime builds for a SHA. No other image is ever deleted. */
  readonly imageOf: (short: ShortSha) => string;
  /** The pull request's address that stays from commit to commit; undefined if it has none. */
  readonly url?: string | undefined;
  /** The image to deploy instead of building one (`--image-tag`, `--docker-tag`). */
  readonly givenImage: string | undefined;
}
