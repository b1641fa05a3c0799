import type { Permission } from "../../../lib/permission.ts";
import type { RunStatus } from "../state/records.ts";

/** A pull request in a seed. */
export interface SeedPull {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  readonly draft: boolean;
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: string | null };
  /** The commit of the base branch that it starts from. */
  readonly base: string;
  readonly pusher: string;
  /** Names; one without a definition gets one in grey. They have no timeline entry. */
  readonly labels: readonly string[];
  /** Files that it changes, with their content at its head. */
  readonly files: Readonly<Record<string, string>>;
  readonly comments: readonly { readonly author: string; readonly body: string }[];
}

/** What a simulated GitHub starts with. */
export interface Seed {
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  /** Who any token acts for that is not in `tokens`. */
  readonly tokenOwner: string;
  /** Login by token; null: a token that is refused. */
  readonly tokens: Readonly<Record<string, string | null>>;
  readonly collaborators: Readonly<Record<string, Permission>>;
  readonly labels: readonly {
    readonly name: string;
    readonly color: string;
    readonly description: string | null;
  }[];
  /** Content by path, on the base branch. */
  readonly files: Readonly<Record<string, string>>;
  /** The base branch, oldest first; at least one. */
  readonly commits: readonly string[];
  readonly pulls: readonly SeedPull[];
  readonly runs: readonly {
    readonly id: number;
    readonly attempt: number;
    readonly status: RunStatus;
    readonly conclusion: string | null;
    readonly actor: string;
  }[];
  /** Requests an hour that each person has; undefined: counted, never refused. */
  readonly rateLimit: number | undefined;
}
