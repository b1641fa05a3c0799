import type { Permission } from "../../../lib/permission.ts";
import type { RunStatus, TimelineOrder } from "../state/records.ts";

/** A pull request in a seed. */
export interface SeedPull {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  readonly draft: boolean;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    readonly repo: string | null;
    /** The date in the commit, in milliseconds since 1970; undefined for the time of the start. */
    readonly date: number | undefined;
  };
  /** The commit of the base branch that the pull request starts from. */
  readonly base: string;
  readonly pusher: string;
  /**
   * Names of labels. A name without a definition gets a grey one. These labels have no entry in the timeline.
   */
  readonly labels: readonly string[];
  /** The content at the head of each file that the pull request changes, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly comments: readonly { readonly author: string; readonly body: string }[];
}

/** The state that a simulated GitHub starts with. */
export interface Seed {
  readonly owner: string;
  readonly name: string;
  /** The numeric id of the repository, which stays the same when it is renamed. */
  readonly repositoryId: number;
  /** Former names, as `owner/name`, which lead to the repository. */
  readonly formerNames: readonly string[];
  readonly private: boolean;
  readonly defaultBranch: string;
  /** The login that a token acts for if it is not in `tokens`. */
  readonly tokenOwner: string;
  /** The login of each token. A token whose login is null is refused. */
  readonly tokens: Readonly<Record<string, string | null>>;
  readonly collaborators: Readonly<Record<string, Permission>>;
  readonly labels: readonly {
    readonly name: string;
    readonly color: string;
    readonly description: string | null;
  }[];
  /** The content of each file on the base branch, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The commits of the base branch, oldest first. There is at least one. */
  readonly commits: readonly string[];
  readonly pulls: readonly SeedPull[];
  readonly runs: readonly {
    readonly id: number;
    readonly attempt: number;
    readonly status: RunStatus;
    readonly conclusion: string | null;
    readonly actor: string;
    readonly headSha: string;
    readonly headBranch: string;
    readonly headRepository: string;
    /** In milliseconds since 1970; undefined for the time of the start. */
    readonly createdAt: number | undefined;
  }[];
  /** The receivers of webhooks. Without a secret a webhook is not signed. */
  readonly hooks: readonly { readonly url: string; readonly secret: string | undefined }[];
  /** The order of a timeline's entries: that of the pushes, or that of the dates in the commits. */
  readonly timelineOrder: TimelineOrder;
  /**
   * The requests that each person may send in an hour. Without a limit requests are counted and never
   * refused.
   */
  readonly rateLimit: number | undefined;
  /** The checks that the protection of the default branch requires. */
  readonly requiredChecks: readonly string[];
  /** The checks that a ruleset requires for the default branch. */
  readonly rulesetChecks: readonly string[];
}
