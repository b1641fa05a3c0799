/**
 * GitHub, as far as the use-cases need it. Reading never changes anything; every writing call belongs to
 * {@link ForgeWriter}. All lists are read to their last page. A list that cannot be read whole throws
 * AppError (`forge_unreachable`, `forge_refused`, `forge_rate_limited`, `forge_not_found`) instead of
 * returning a part.
 */

import type { LockRecord, RunView } from "../core/lock.ts";
import type { Comparison } from "../core/plan/mod.ts";
import type { FullSha, PrNumber, ShortSha } from "../../lib/ids.ts";
import type { PermissionAnswer } from "../../lib/permission.ts";
import type { HeadStatus } from "../core/news/mod.ts";
import type {
  DeploymentEvent,
  LabelDefinition,
  RetirementInfo,
  RetirementQuery,
  StatusWrite,
} from "./records.ts";

export type {
  DeploymentEvent,
  LabelDefinition,
  RetirementInfo,
  RetirementQuery,
  StatusWrite,
} from "./records.ts";

/** An account that did something on GitHub. */
export interface Actor {
  /** The login as people write it: a bot's ends in `[bot]`. */
  readonly login: string;
  readonly bot: boolean;
}

/** An event of a pull request, in GitHub's order. Times are milliseconds since 1970. */
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

/** A comment that carries a marker of Showtime. */
export interface MarkedComment {
  readonly nodeId: string;
  readonly body: string;
  readonly author: Actor | undefined;
  /** Whether the owner of this token wrote it. */
  readonly own: boolean;
}

/** Everything about one pull request that one observation reads. */
export interface PullSnapshot {
  readonly nodeId: string;
  readonly number: PrNumber;
  readonly open: boolean;
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  readonly author: string | undefined;
  readonly headSha: FullSha;
  /** `owner/name`; undefined if the fork was deleted. */
  readonly headRepo: string | undefined;
  /** The name of the head's branch. */
  readonly headRef: string | undefined;
  /** When the pull request was opened, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Names of all labels on it. */
  readonly labels: readonly string[];
  /**
   * Label events, commits and force pushes, oldest first; at least back to the newest event of each 🎪 label
   * that is on it, and to the newest force push before each trigger. A commit stands where its date belongs,
   * and the person who pushes chooses that date.
   */
  readonly timeline: readonly TimelineEvent[];
  /** Comments that start with a marker of Showtime, oldest first. */
  readonly comments: readonly MarkedComment[];
  /** The status of the head commit; `none` if it has none; undefined if it was not asked for or cannot be read. */
  readonly headStatus?: HeadStatus | "none" | undefined;
  /** Definitions whose name is exactly this pull request's lock (letter case aside). */
  readonly locks: readonly LockRecord[];
  /** Owner of the token. */
  readonly viewer: Actor | undefined;
  /** Permission of `options.actor`, read in the same request. */
  readonly actorPermission: PermissionAnswer | undefined;
  /** GitHub's time at this answer (its `Date` header), milliseconds since 1970. */
  readonly at: number;
  /** The last change of the pull request that this answer shows, milliseconds since 1970, whole seconds. */
  readonly updatedAt: number;
}

/** A pull request in a list. */
export interface PullSummary {
  readonly number: PrNumber;
  readonly title: string;
  readonly open: boolean;
  readonly headSha: FullSha;
  readonly author: string | undefined;
  readonly labels: readonly string[];
  /** The newest commits, oldest first: at most 50. */
  readonly commits?: readonly FullSha[];
}

/** A pull request of a branch. */
export interface BranchPull {
  readonly number: PrNumber;
  readonly title: string;
  readonly open: boolean;
}

/**
 * The earliest workflow run of a commit on a branch. `seen`: it was created `at`, in milliseconds since 1970.
 * `unreadable`: the token may not read workflow runs.
 */
export type HeadRun =
  | { readonly kind: "seen"; readonly at: number }
  | { readonly kind: "none" | "unreadable" };

/** The pull requests that have or prepare environments, read under the lock of the limits. */
export interface StartsSnapshot {
  /** Definitions whose name is exactly that of the limits' lock (letter case aside). */
  readonly locks: readonly LockRecord[];
  readonly pulls: readonly PullSummary[];
}

/** Calls that change nothing. */
export interface ForgeReader {
  /**
   * Returns GitHub's time: the newest answer's `Date` header, moved on by this machine's clock. Before the
   * first answer, returns this machine's time.
   */
  now(): number;
  /** Returns the number of requests sent so far (each page and retry counts). */
  requestCount(): number;
  /**
   * Returns the scopes of the token from the newest answer; undefined before the first answer, and for tokens
   * that have no scopes (fine-grained ones, and those of apps).
   */
  scopes(): readonly string[] | undefined;
  /** Returns the owner of the token if an earlier answer contained it, else undefined. Sends no request. */
  knownViewer(): Actor | undefined;
  /** Returns GitHub's numeric id of the repository if an earlier answer contained it. Sends no request. */
  knownRepositoryId(): number | undefined;
  /**
   * Finds the numeric id of the repository that has this name now, or that GitHub redirects the name to;
   * undefined if the token sees none. A name is asked for once.
   */
  findRepositoryId(repo: string, signal: AbortSignal): Promise<number | undefined>;
  /**
   * Reads a pull request. With `status` the head's status is read in the same request; with `news` the comments are
   * read to the last page. Throws AppError `pull_not_found` (naming repository and number) or
   * `repository_not_found`.
   */
  readPull(
    pr: PrNumber,
    options: { readonly actor: string | undefined; readonly status?: boolean; readonly news?: boolean },
    signal: AbortSignal,
  ): Promise<PullSnapshot>;
  /**
   * Reads all permissions in one request. Each login gets an answer, failures included: this never throws for
   * a refusal.
   */
  permissions(logins: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, PermissionAnswer>>;
  /** Reads the owner of the token; undefined if GitHub does not name one. */
  viewer(signal: AbortSignal): Promise<Actor | undefined>;
  /** Lists all pull requests that carry `label`, open first; about one request per 100 of them. */
  listPulls(
    options: { readonly label: string; readonly states: "open" | "all" },
    signal: AbortSignal,
  ): Promise<readonly PullSummary[]>;
  /** Reads these pull requests, with or without a label; those that do not exist are left out. */
  readPulls(numbers: readonly PrNumber[], signal: AbortSignal): Promise<readonly PullSummary[]>;
  /**
   * Finds the full hash of a commit of this pull request from 7 to 40 digits. Throws AppError
   * `unknown_commit`, exit code 2.
   */
  resolveCommit(pr: PrNumber, sha: string, signal: AbortSignal): Promise<FullSha>;
  /**
   * Reads a file on the base branch of a pull request, or without one on the default branch; undefined if
   * there is no file.
   */
  readBaseFile(
    path: string,
    options: { readonly pr: PrNumber | undefined },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Reads several files in one request, like {@link readBaseFile}; files that do not exist are left out. */
  readBaseFiles(
    paths: readonly string[],
    options: { readonly pr: PrNumber | undefined },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * Reads the text files below a folder at a commit, with paths relative to the folder, in one request; undefined if the
   * commit has no such folder. Files lie at most four levels deep.
   */
  readFolder(
    at: { readonly sha: FullSha; readonly folder: string },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined>;
  /**
   * Lists the checks that must succeed before a pull request is merged into the default branch; undefined if GitHub does
   * not show them.
   */
  requiredChecks(signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Reads the name of the default branch; undefined if the repository is empty. */
  defaultBranch(signal: AbortSignal): Promise<string | undefined>;
  /** Lists the pull requests whose head is that branch of that owner, at most 100 of them; one request. */
  pullsOfBranch(
    head: { readonly owner: string; readonly branch: string },
    signal: AbortSignal,
  ): Promise<readonly BranchPull[]>;
  /**
   * Reads a workflow run; undefined if it cannot be read (which proves nothing). Throws only if `signal`
   * aborts.
   */
  readRun(id: number, signal: AbortSignal): Promise<RunView | undefined>;
  /**
   * Finds the earliest workflow run with this head commit, branch and repository that is not older than
   * `since`, in one request.
   */
  firstRunOf(
    head: {
      readonly sha: FullSha;
      readonly branch: string;
      /** `owner/name` */
      readonly repo: string;
      /** Milliseconds since 1970. */
      readonly since: number;
    },
    signal: AbortSignal,
  ): Promise<HeadRun>;
  /**
   * Lists the files that differ between a commit and one that builds on it, in one request: the paths are undefined if
   * GitHub cuts the list, if `head` does not build on `base`, or if GitHub does not show both.
   */
  compare(commits: Pick<Comparison, "base" | "head">, signal: AbortSignal): Promise<Comparison>;
  /** Lists all label definitions whose name or description contains `query`. */
  listDefinitions(query: string, signal: AbortSignal): Promise<readonly LabelDefinition[]>;
  /** Reads the definition of that exact name (letter case aside) over REST, with its numeric id. */
  readLock(name: string, signal: AbortSignal): Promise<readonly LockRecord[]>;
  /**
   * Reads the definitions of the limits' lock and the open pull requests with that label, in one request for each
   * hundred of them.
   */
  readStarts(label: string, signal: AbortSignal): Promise<StartsSnapshot>;
  /**
   * Reads the numeric id, by node id, of every definition of that exact name; only needed if two have one
   * name.
   */
  lockNumbers(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Reads the facts that removing the records of these commits of `pr` needs. */
  retirementInfo(
    pr: PrNumber,
    of: { readonly shas: readonly ShortSha[] } & RetirementQuery,
    signal: AbortSignal,
  ): Promise<RetirementInfo>;
  /** Lists deployments of this pull request in these environments, newest first, at most `limit`. */
  listDeployments(
    pr: PrNumber,
    options: { readonly limit: number; readonly environments?: readonly string[] },
    signal: AbortSignal,
  ): Promise<readonly DeploymentEvent[]>;
}

/** A definition to create. */
export interface NewDefinition {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** One write of a batch. A batch is sent as one request, and its writes take effect in order. */
export type ForgeWrite =
  | { readonly kind: "attach"; readonly names: readonly string[] }
  | { readonly kind: "detach"; readonly names: readonly string[] }
  /** Edits the comment with that node id, or creates one if `nodeId` is undefined. */
  | { readonly kind: "comment"; readonly nodeId: string | undefined; readonly body: string }
  /** Edits the comment with news that has that node id, or creates one, which mentions people. */
  | { readonly kind: "news"; readonly nodeId: string | undefined; readonly body: string }
  | {
    readonly kind: "deployment_status";
    readonly deployment: string;
    readonly state: "in_progress" | "success" | "failure" | "inactive";
    readonly url: string | undefined;
    /** The page of the run that writes it. */
    readonly logUrl?: string | undefined;
    readonly description: string;
  }
  /** Deletes a comment by node id. A comment that is already gone is success. */
  | { readonly kind: "delete_comment"; readonly nodeId: string }
  | { readonly kind: "delete_definition"; readonly nodeId: string };

/** The result of a batch. */
export interface WriteResult {
  /**
   * Node id of the comment that a `comment` write created or edited; undefined if there was none or it
   * failed.
   */
  readonly comment: string | undefined;
  /** The same of a `news` write. */
  readonly news?: string | undefined;
  /**
   * Sentences about writes that GitHub refused although the rest succeeded (a comment, a deployment status).
   */
  readonly warnings: readonly string[];
  /**
   * The pull request's time of change after the batch's labels, milliseconds since 1970; undefined if the
   * batch changed no label.
   */
  readonly updatedAt: number | undefined;
}

/** Calls that change GitHub. */
export interface ForgeWriter {
  /**
   * Creates missing definitions, in one request for all that this process does not know yet; existing ones
   * stay as they are. With `repair`, colour and description of existing ones are set too. Returns the names
   * that were created or repaired.
   */
  define(
    definitions: readonly NewDefinition[],
    options: { readonly repair: boolean },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Sends a batch as one request. If the definition of a label to `attach` is not known, it is looked up, or
   * GitHub creates it in grey. A failed attach or detach throws AppError; a failed comment or deployment
   * status is a warning.
   */
  write(
    pr: { readonly number: PrNumber; readonly nodeId: string },
    batch: readonly ForgeWrite[],
    signal: AbortSignal,
  ): Promise<WriteResult>;
  /**
   * Creates a lock by compare-and-set on the definition's name: `created` with the numeric id (the epoch), or
   * `exists`.
   */
  createLock(
    definition: NewDefinition,
    signal: AbortSignal,
  ): Promise<
    { readonly kind: "created"; readonly nodeId: string; readonly epoch: number } | {
      readonly kind: "exists";
    }
  >;
  /** Rewrites a lock's description by node id; false if that definition is gone. */
  renewLock(nodeId: string, description: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Deletes a definition by node id; false if it was already gone. Throws AppError `forge_refused` if GitHub
   * refuses GraphQL.
   */
  deleteDefinition(nodeId: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Deletes definitions by node id, many in one request; one that is already gone is success. Throws like
   * {@link deleteDefinition}.
   */
  deleteDefinitions(nodeIds: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Creates a deployment of `sha` in an environment, `showtime` unless given. Returns its node id, or undefined with a
   * warning if the token may not create deployments.
   */
  createDeployment(
    pr: PrNumber,
    options: { readonly sha: FullSha; readonly description: string; readonly environment?: string },
    signal: AbortSignal,
  ): Promise<{ readonly deployment: string | undefined; readonly warning: string | undefined }>;
  /**
   * Writes a status of a commit. Writing it twice is as good as once. Throws AppError `status_refused` if GitHub does
   * not accept it.
   */
  writeStatus(status: StatusWrite, signal: AbortSignal): Promise<void>;
}

/** Reading and writing GitHub. */
export type Forge = ForgeReader & ForgeWriter;
