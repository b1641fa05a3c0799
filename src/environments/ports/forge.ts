/**
 * GitHub, as far as the use-cases need it. Reading never changes anything; every writing call belongs to
 * {@link ForgeWriter}. All lists are read to their last page; what cannot be read whole throws AppError
 * (`forge_unreachable`, `forge_refused`, `forge_rate_limited`, `forge_not_found`) rather than give a part.
 */

import type { LockRecord, RunView } from "../core/lock.ts";
import type { FullSha, PrNumber, ShortSha } from "../../lib/ids.ts";
import type { PermissionAnswer } from "../../lib/permission.ts";

/** Who did something. */
export interface Actor {
  /** As people write it: a bot's ends in `[bot]`. */
  readonly login: string;
  readonly bot: boolean;
}

/** Something that happened on a pull request, in the order GitHub tells it. Times: milliseconds since 1970. */
export type TimelineEvent =
  | {
    readonly kind: "labeled" | "unlabeled";
    readonly name: string;
    readonly actor: Actor | undefined;
    readonly at: number;
  }
  | { readonly kind: "commit"; readonly sha: FullSha }
  | {
    readonly kind: "force_push";
    readonly sha: FullSha | undefined;
    readonly actor: Actor | undefined;
    readonly at: number;
  };

/** A comment that carries our marker. */
export interface MarkedComment {
  readonly nodeId: string;
  readonly body: string;
  readonly author: Actor | undefined;
  /** Written by the owner of this token. */
  readonly own: boolean;
}

/** Everything about one pull request that one look gives. */
export interface PullSnapshot {
  readonly nodeId: string;
  readonly number: PrNumber;
  readonly open: boolean;
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  readonly author: string | undefined;
  readonly headSha: FullSha;
  /** `owner/name`; undefined where the fork is gone. */
  readonly headRepo: string | undefined;
  /** Names of all labels on it. */
  readonly labels: readonly string[];
  /** Label events, commits and force pushes, oldest first; at least back to the newest event of each 🎪 label that is on it. */
  readonly timeline: readonly TimelineEvent[];
  /** Comments that start with the marker, oldest first. */
  readonly comments: readonly MarkedComment[];
  /** Definitions whose name is exactly this pull request's lock (letter case aside). */
  readonly locks: readonly LockRecord[];
  /** Owner of the token. */
  readonly viewer: Actor | undefined;
  /** Permission of `options.actor`, asked along. */
  readonly actorPermission: PermissionAnswer | undefined;
  /** GitHub's time at this answer (its `Date` header), milliseconds since 1970. */
  readonly at: number;
}

/** A pull request in a list. */
export interface PullSummary {
  readonly number: PrNumber;
  readonly title: string;
  readonly open: boolean;
  readonly headSha: FullSha;
  readonly author: string | undefined;
  readonly labels: readonly string[];
}

/** A label definition and which open pull requests carry it. */
export interface LabelDefinition {
  readonly nodeId: string;
  readonly name: string;
  readonly color: string;
  readonly description: string;
  /** Numbers of open pull requests that carry it; the first two are enough to know whether it is in use. */
  readonly openPulls: readonly PrNumber[];
}

/** What has to be known before an environment's record on GitHub is removed. */
export interface RetirementInfo {
  /** Definitions whose name contains one of the SHAs asked for. */
  readonly definitions: readonly LabelDefinition[];
  /** Node ids of deployments of these SHAs in the environment `showtime` that belong to this pull request. */
  readonly deployments: readonly string[];
}

/** A deployment of a pull request's commit, for `history`. */
export interface DeploymentEvent {
  readonly sha: FullSha;
  readonly state: string;
  /** When it came to that state, in milliseconds since 1970. */
  readonly at: number;
  readonly url: string | undefined;
}

/** Calls that change nothing. */
export interface ForgeReader {
  /** GitHub's time, from the newest answer's `Date` header moved on by this machine's clock; this machine's before that. */
  now(): number;
  /** Requests sent so far (each page and retry counts). */
  requestCount(): number;
  /**
   * The scopes of the token, as the newest answer told them; undefined before the first, and for tokens that have none
   * (fine-grained ones, and those of apps).
   */
  scopes(): readonly string[] | undefined;
  /** The owner of the token as an earlier answer told along; undefined before that. Asks nobody. */
  knownViewer(): Actor | undefined;
  /** Throws AppError `pull_not_found` (naming repository and number) or `repository_not_found`. */
  readPull(
    pr: PrNumber,
    options: { readonly actor: string | undefined },
    signal: AbortSignal,
  ): Promise<PullSnapshot>;
  /** One request for all; an answer for each login, failures included: this never throws for a refusal. */
  permissions(logins: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, PermissionAnswer>>;
  /** The owner of the token; undefined where GitHub does not tell. */
  viewer(signal: AbortSignal): Promise<Actor | undefined>;
  /** All pull requests that carry `label`, open first; about one request per 100 of them. */
  listPulls(
    options: { readonly label: string; readonly states: "open" | "all" },
    signal: AbortSignal,
  ): Promise<readonly PullSummary[]>;
  /** These pull requests, whether or not they carry a label; those that do not exist are left out. */
  readPulls(numbers: readonly PrNumber[], signal: AbortSignal): Promise<readonly PullSummary[]>;
  /** The full hash of a commit of this pull request (7 to 40 digits given). Throws AppError `unknown_commit`, exit code 2. */
  resolveCommit(pr: PrNumber, sha: string, signal: AbortSignal): Promise<FullSha>;
  /** A file on the base branch of a pull request, or on the default branch without one; undefined where there is none. */
  readBaseFile(
    path: string,
    options: { readonly pr: PrNumber | undefined },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** A workflow run; undefined where it cannot be read (which proves nothing). Never throws but for an abort. */
  readRun(id: number, signal: AbortSignal): Promise<RunView | undefined>;
  /** All label definitions whose name or description contains `query`. */
  listDefinitions(query: string, signal: AbortSignal): Promise<readonly LabelDefinition[]>;
  /** The definition of that exact name (letter case aside) read over REST, with its numeric id. */
  readLock(name: string, signal: AbortSignal): Promise<readonly LockRecord[]>;
  /** Numeric ids by node id of every definition of that exact name; only needed where two have one name. */
  lockNumbers(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** What has to be known before the records of these commits of `pr` are removed. */
  retirementInfo(pr: PrNumber, shas: readonly ShortSha[], signal: AbortSignal): Promise<RetirementInfo>;
  /** Deployments of this pull request in the environment `showtime`, newest first, at most `limit`. */
  listDeployments(
    pr: PrNumber,
    options: { readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly DeploymentEvent[]>;
}

/** A definition to create. */
export interface NewDefinition {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** One write of a batch; a batch goes out as one request and its writes take effect in order. */
export type ForgeWrite =
  | { readonly kind: "attach"; readonly names: readonly string[] }
  | { readonly kind: "detach"; readonly names: readonly string[] }
  /** Edits the comment with that node id, or makes one where `nodeId` is undefined. */
  | { readonly kind: "comment"; readonly nodeId: string | undefined; readonly body: string }
  | {
    readonly kind: "deployment_status";
    readonly deployment: string;
    readonly state: "in_progress" | "success" | "failure" | "inactive";
    readonly url: string | undefined;
    readonly description: string;
  }
  /** By node id. One that is gone already is success. */
  | { readonly kind: "delete_comment"; readonly nodeId: string }
  | { readonly kind: "delete_definition"; readonly nodeId: string };

/** What a batch did. */
export interface WriteResult {
  /** Node id of the comment that a `comment` write made or edited; undefined where there was none or it failed. */
  readonly comment: string | undefined;
  /** Sentences about writes that GitHub refused though the rest went through (a comment, a deployment status). */
  readonly warnings: readonly string[];
}

/** Calls that change GitHub. */
export interface ForgeWriter {
  /**
   * Makes sure that definitions exist, in one request for all that this process does not know yet; one that exists
   * is left as it is. With `repair`, colour and description of existing ones are set too.
   * Returns the names that were created or repaired.
   */
  define(
    definitions: readonly NewDefinition[],
    options: { readonly repair: boolean },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Sends a batch as one request. `attach` of a label whose definition is not known is looked up or defined in grey
   * by GitHub. A failed attach or detach throws AppError; a failed comment or deployment status is a warning.
   */
  write(
    pr: { readonly number: PrNumber; readonly nodeId: string },
    batch: readonly ForgeWrite[],
    signal: AbortSignal,
  ): Promise<WriteResult>;
  /** `created` with the numeric id (the epoch), or `exists`: compare-and-set on the definition's name. */
  createLock(
    definition: NewDefinition,
    signal: AbortSignal,
  ): Promise<
    { readonly kind: "created"; readonly nodeId: string; readonly epoch: number } | {
      readonly kind: "exists";
    }
  >;
  /** Rewrites a lock's description by node id; false where that definition is gone. */
  renewLock(nodeId: string, description: string, signal: AbortSignal): Promise<boolean>;
  /** Deletes a definition by node id; false where it was gone already. Throws AppError `forge_refused` where GraphQL is refused. */
  deleteDefinition(nodeId: string, signal: AbortSignal): Promise<boolean>;
  /** Deletes definitions by node id, many in one request; those that are gone already are success. Throws like {@link deleteDefinition}. */
  deleteDefinitions(nodeIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** Makes a deployment of `sha` in the environment `showtime`; returns its node id, or undefined with a reason where the right to it is missing. */
  createDeployment(
    pr: PrNumber,
    options: { readonly sha: FullSha; readonly description: string },
    signal: AbortSignal,
  ): Promise<{ readonly deployment: string | undefined; readonly warning: string | undefined }>;
}

/** GitHub, whole. */
export type Forge = ForgeReader & ForgeWriter;
