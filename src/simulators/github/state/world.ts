import { ApiError, notFound } from "../api_error.ts";
import { nodeKey, type NodeKind } from "./node_id.ts";
import { People } from "./people.ts";
import type {
  Comment,
  Commit,
  CommitStatus,
  Definition,
  Deployment,
  NewTimelineEvent,
  Pull,
  Reaction,
  Run,
  TimelineRecord,
} from "./records.ts";
import type { Seed } from "../seed/seed.ts";
import { Table } from "./table.ts";

/** A change of a comment that GitHub tells others about: the event `issue_comment` with its action. */
export interface CommentEvent {
  readonly action: "created" | "edited" | "deleted";
  /** The comment after the change; for `deleted` as it was. */
  readonly comment: Comment;
  /** The login of the person or the app that made the change. */
  readonly sender: string;
  /** The text before an edit. */
  readonly from?: string;
}

interface Tables {
  readonly definitions: Table<number, Definition, "name">;
  readonly pulls: Table<number, Pull, "label" | "commit">;
  readonly comments: Table<number, Comment, "pull">;
  readonly reactions: Table<number, Reaction, "comment">;
  readonly deployments: Table<number, Deployment, "sha">;
  readonly statuses: Table<number, CommitStatus, "sha">;
  readonly runs: Table<number, Run>;
  readonly commits: Table<string, Commit, "prefix">;
}

function emptyTables(by: { readonly now: () => number; readonly changed: () => void }): Tables {
  return {
    definitions: new Table({ name: (row) => [row.name.toLowerCase()] }, by),
    pulls: new Table({ label: (row) => row.labels.map(String), commit: (row) => row.commits }, by),
    comments: new Table({ pull: (row) => [String(row.pull)] }, by),
    reactions: new Table({ comment: (row) => [String(row.comment)] }, by),
    deployments: new Table({ sha: (row) => [row.sha] }, by),
    statuses: new Table({ sha: (row) => [row.sha] }, by),
    runs: new Table({}, by),
    commits: new Table({ prefix: (row) => [row.sha.slice(0, 7)] }, by),
  };
}

/** The functions that are called when a world changes. */
export interface WorldWatch {
  /** Is called after each change of a record. */
  changed(): void;
  /** Is called with the events that a change appended to the timeline of a pull request. */
  happened(pull: Pull, options: { readonly before: Pull; readonly events: readonly TimelineRecord[] }): void;
  /** Is called after a person or an app changed a comment. */
  commented?(event: CommentEvent): void;
}

const FIRST_ID = 1000;
/** The milliseconds that each id stands for. With fewer, ids would outgrow GraphQL's Int within years. */
const MS_AN_ID = 125;

/**
 * Returns an id that is higher than all ids of a simulator that began earlier. GitHub's ids only grow, and
 * environments outlive the simulator on which they were made. `now` is in milliseconds since 1970.
 */
export function lastIdByClock(now: number): number {
  return FIRST_ID + Math.max(0, Math.floor((now - Date.UTC(2026, 0, 1)) / MS_AN_ID));
}

/** One repository on the simulated GitHub: its records, the roles of people, and the server's time. */
export class World {
  readonly seed: Seed;
  readonly people: People;
  readonly repositoryId: number;
  readonly now: () => number;
  readonly #tables: Tables;
  readonly #watch: WorldWatch | undefined;
  #lastId: number;

  constructor(
    seed: Seed,
    now: () => number,
    options: {
      readonly tables?: Tables;
      readonly lastId?: number | undefined;
      readonly watch?: WorldWatch;
    } = {},
  ) {
    this.seed = seed;
    this.repositoryId = seed.repositoryId;
    this.people = new People(seed);
    this.now = now;
    this.#watch = options.watch;
    this.#tables = options.tables ?? emptyTables({ now, changed: () => options.watch?.changed() });
    this.#lastId = options.lastId ?? FIRST_ID;
  }

  get definitions(): Tables["definitions"] {
    return this.#tables.definitions;
  }
  get pulls(): Tables["pulls"] {
    return this.#tables.pulls;
  }
  get comments(): Tables["comments"] {
    return this.#tables.comments;
  }
  get reactions(): Tables["reactions"] {
    return this.#tables.reactions;
  }
  get deployments(): Tables["deployments"] {
    return this.#tables.deployments;
  }
  get statuses(): Tables["statuses"] {
    return this.#tables.statuses;
  }
  get runs(): Tables["runs"] {
    return this.#tables.runs;
  }
  get commits(): Tables["commits"] {
    return this.#tables.commits;
  }

  /** Makes a copy of the world as it was at that time, for reading. */
  past(at: number): World {
    const tables = {
      definitions: this.definitions.past(at),
      pulls: this.pulls.past(at),
      comments: this.comments.past(at),
      reactions: this.reactions.past(at),
      deployments: this.deployments.past(at),
      statuses: this.statuses.past(at),
      runs: this.runs.past(at),
      commits: this.commits.past(at),
    };
    return new World(this.seed, this.now, { tables });
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Returns the pull request with that number. Throws 404 if there is no such pull request. */
  pull(number: number): Pull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw notFound();
    return pull;
  }

  /** Changes a pull request, and appends `events` to its timeline. */
  change(pull: Pull, options: Partial<Pull> & { readonly events?: readonly NewTimelineEvent[] }): Pull {
    const { events = [], ...change } = options;
    const appended = events.map((event): TimelineRecord => ({ ...event, id: this.nextId() }));
    const timeline = [...(change.timeline ?? pull.timeline), ...appended];
    const next: Pull = { ...pull, updatedAt: this.now(), ...change, timeline };
    this.pulls.put(next.number, next);
    if (appended.length > 0) this.#watch?.happened(next, { before: pull, events: appended });
    return next;
  }

  /** Reports a change of a comment to the watcher. */
  commented(event: CommentEvent): void {
    this.#watch?.commented?.(event);
  }

  /** Returns the record of a global node id. Throws if there is no such record of that kind. */
  node<V>(id: string, kind: NodeKind, options: { readonly find: (key: string) => V | undefined }): V {
    const key = nodeKey(kind, id);
    const row = key === undefined ? undefined : options.find(key);
    if (row === undefined) {
      throw new ApiError("not_found", `Could not resolve to a node with the global id of '${id}'`);
    }
    return row;
  }
}
