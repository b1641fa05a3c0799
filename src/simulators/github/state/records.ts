import type { Permission } from "../../../lib/permission.ts";

/**
 * The records of the simulated GitHub. A record is never changed in place, so that a past state can be shown.
 */

export interface Definition {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly createdAt: number;
}

/** A file that a commit changes. */
export interface ChangedFile {
  readonly path: string;
  /** The name that the file had before; undefined if it was not renamed. */
  readonly previous?: string | undefined;
}

export interface Commit {
  readonly sha: string;
  /** The SHA of the commit before it; undefined for the first commit of the base branch. */
  readonly parent: string | undefined;
  readonly author: string;
  readonly message: string;
  /** The date in the commit, which its author chooses. */
  readonly at: number;
  /** The files that it changes. */
  readonly changed?: readonly ChangedFile[] | undefined;
}

/** The label as it was when the event happened. Its definition may be gone. */
export type LabelEventLabel = Pick<Definition, "id" | "name" | "color" | "description">;

export type TimelineRecord =
  & { readonly id: number }
  & (
    | {
      readonly kind: "labeled" | "unlabeled";
      readonly actor: string;
      readonly at: number;
      readonly label: LabelEventLabel;
    }
    | { readonly kind: "commit"; readonly sha: string }
    | {
      readonly kind: "force_push";
      readonly actor: string;
      readonly at: number;
      readonly before: string;
      readonly after: string;
    }
    | { readonly kind: "closed" | "reopened"; readonly actor: string; readonly at: number }
  );

/** A timeline event before it is appended, which gives it its id. */
export type NewTimelineEvent = TimelineRecord extends infer E
  ? E extends { id: number } ? Omit<E, "id"> : never
  : never;

export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  readonly draft: boolean;
  readonly headRef: string;
  /** The repository of the head as `owner/name`; null if the fork is gone. */
  readonly headRepo: string | null;
  /** The login that pushed the head commit. */
  readonly pusher: string;
  readonly baseSha: string;
  /** The SHAs of the commits, oldest first. The last one is the head. */
  readonly commits: readonly string[];
  /** The content at the head of each file that the pull request changes, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The ids of the labels' definitions, ascending. */
  readonly labels: readonly number[];
  readonly timeline: readonly TimelineRecord[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
}

export interface Comment {
  readonly id: number;
  readonly pull: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const DEPLOYMENT_STATES = [
  "error",
  "failure",
  "inactive",
  "in_progress",
  "queued",
  "pending",
  "success",
] as const;
export type DeploymentState = typeof DEPLOYMENT_STATES[number];

export interface DeploymentStatus {
  readonly id: number;
  readonly state: DeploymentState;
  readonly creator: string;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly createdAt: number;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly creator: string;
  readonly transient: boolean;
  readonly production: boolean;
  /** The statuses, oldest first. */
  readonly statuses: readonly DeploymentStatus[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const COMMIT_STATES = ["error", "failure", "pending", "success"] as const;

/** A status of a commit. The newest one of a context counts. */
export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: typeof COMMIT_STATES[number];
  readonly context: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly creator: string;
  readonly createdAt: number;
}

export const TIMELINE_ORDERS = ["pushes", "commit_dates"] as const;
export type TimelineOrder = typeof TIMELINE_ORDERS[number];

export const RUN_STATUSES = [
  "queued",
  "in_progress",
  "completed",
  "waiting",
  "requested",
  "pending",
] as const;
export type RunStatus = typeof RUN_STATUSES[number];

export interface Run {
  readonly id: number;
  readonly attempt: number;
  readonly status: RunStatus;
  readonly conclusion: string | null;
  readonly actor: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** The repository of the head as `owner/name`; null if the fork is gone. */
  readonly headRepository: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const ROLES: readonly Permission[] = ["admin", "maintain", "write", "triage", "read", "none"];
