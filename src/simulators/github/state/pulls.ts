import { usageError } from "../../../lib/errors.ts";
import { headOf } from "./commits.ts";
import type { ChangedFile, NewTimelineEvent, Pull } from "./records.ts";
import type { World } from "./world.ts";

/** The ids of workflow runs that pushes start are higher than this one, so that a seed's ids stay free. */
const FIRST_RUN = 1_000_000;

/** Adds a new head commit to a pull request. A forced push replaces all of its commits. */
export function push(
  world: World,
  pull: Pull,
  options: {
    readonly sha: string;
    readonly pusher: string;
    readonly force: boolean;
    /** The date in the commit, in milliseconds since 1970; undefined for the server's time. */
    readonly date?: number | undefined;
    readonly changed?: readonly ChangedFile[] | undefined;
  },
): Pull {
  const { sha, pusher, force, date, changed } = options;
  const at = world.now();
  const before = headOf(pull);
  if (before === sha) {
    throw usageError("bad_control", `Pushing to #${pull.number}: ${sha} is already its head`);
  }
  if (world.commits.get(sha) === undefined) {
    const parent = force ? pull.baseSha : before;
    world.commits.put(sha, {
      sha,
      parent,
      author: pusher,
      message: `Commit ${sha.slice(0, 7)}`,
      at: date ?? at,
      changed,
    });
  }
  if (pull.state === "open") startRun(world, pull, { sha, actor: pusher });
  const kept = force ? [] : pull.commits.filter((commit) => commit !== sha);
  const timeline = pull.timeline.filter((event) => !(force && event.kind === "commit"));
  const events: NewTimelineEvent[] = [{ kind: "commit", sha }];
  if (force) events.push({ kind: "force_push", actor: pusher, at, before, after: sha });
  return world.change(pull, { commits: [...kept, sha], pusher, timeline, events });
}

/** Starts a workflow run for a new head, as GitHub does for the event `pull_request`. */
function startRun(
  world: World,
  pull: Pull,
  { sha, actor }: { readonly sha: string; readonly actor: string },
): void {
  const at = world.now();
  const id = Math.max(FIRST_RUN, ...world.runs.values().map((run) => run.id)) + 1;
  world.runs.put(id, {
    id,
    attempt: 1,
    status: "queued",
    conclusion: null,
    actor,
    event: "pull_request",
    headSha: sha,
    headBranch: pull.headRef,
    headRepository: pull.headRepo,
    createdAt: at,
    updatedAt: at,
  });
}

/** Changes the fields that a person edits on a pull request's page. */
export function editPull(
  world: World,
  pull: Pull,
  options: {
    readonly state?: "open" | "closed" | undefined;
    readonly title?: string | undefined;
    readonly body?: string | undefined;
    readonly draft?: boolean | undefined;
    readonly merged?: boolean | undefined;
    readonly actor: string;
  },
): Pull {
  const at = world.now();
  const state = options.merged === true ? "closed" : options.state ?? pull.state;
  const events: NewTimelineEvent[] = state === pull.state
    ? []
    : [{ kind: state === "closed" ? "closed" : "reopened", actor: options.actor, at }];
  return world.change(pull, {
    state,
    title: options.title ?? pull.title,
    body: options.body ?? pull.body,
    draft: options.draft ?? pull.draft,
    merged: state === "open" ? false : options.merged ?? pull.merged,
    closedAt: state === "open" ? null : pull.closedAt ?? at,
    events,
  });
}
