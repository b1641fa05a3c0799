import type { FullSha } from "../../../lib/ids.ts";
import { UNIT_MS } from "../../../lib/duration.ts";
import { usageError } from "../../../lib/errors.ts";
import { ApiError } from "../api_error.ts";
import { plantPull } from "../seed/plant.ts";
import type { SeedPull } from "../seed/seed.ts";
import { baseHead } from "../state/commits.ts";
import { attachNames, detach, findDefinition } from "../state/labels.ts";
import { editPull, push } from "../state/pulls.ts";
import type { ChangedFile, Pull, RunStatus } from "../state/records.ts";
import type { World } from "../state/world.ts";

/** A person pushes a new head commit; `force` replaces the commits that were there. */
export interface PushControl {
  readonly pr: number;
  readonly sha: FullSha | string;
  readonly pusher?: string;
  readonly force?: boolean;
  /** The date in the commit, in milliseconds since 1970, which the person who pushes chooses. */
  readonly date?: number;
  /** The files that the commit changes: a path, or `old => new` for a file that it renames. */
  readonly changed?: readonly string[];
}

/** A person changes labels. The person is the token's owner unless `actor` names another. */
export interface LabelControl {
  readonly pr: number;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly actor?: string;
}

/** A person edits a pull request. */
export interface PullControl {
  readonly pr: number;
  readonly state?: "open" | "closed";
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  readonly merged?: boolean;
  readonly actor?: string;
}

/** A workflow run's status changes; an unknown run begins, on the base branch unless its head is given. */
export interface RunControl {
  readonly id: number;
  readonly status?: RunStatus;
  readonly conclusion?: string;
  readonly run_attempt?: number;
  readonly head_sha?: string;
  readonly head_branch?: string;
  readonly head_repository?: string;
  /** In milliseconds since 1970. */
  readonly created_at?: number;
}

/** Requests whose User-Agent contains `client` are held, or `count` of them are released. */
export interface HoldControl {
  readonly client: string;
  readonly count?: number;
}

function pullOf(world: World, number: number): Pull {
  const pull = world.pulls.get(number);
  if (pull === undefined) {
    throw usageError(
      "bad_control",
      `Changing #${number}: the simulator has no such pull request`,
      "Use the number of a pull request in the seed",
    );
  }
  return pull;
}

export function applyPush(world: World, control: PushControl): void {
  const sha = control.sha.toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw usageError("bad_control", `Pushing to #${control.pr}: "${control.sha}" is not 40 hex digits`);
  }
  const pull = pullOf(world, control.pr);
  const { pusher = pull.author, force = false, date } = control;
  push(world, pull, { sha, pusher, force, date, changed: control.changed?.map(changedFile) });
}

function changedFile(text: string): ChangedFile {
  const [first = "", second] = text.split(" => ");
  return second === undefined ? { path: first } : { path: second, previous: first };
}

export function applyLabel(world: World, control: LabelControl): void {
  const actor = control.actor ?? world.seed.tokenOwner;
  const pull = pullOf(world, control.pr);
  const definitions = (control.remove ?? []).flatMap((name) => findDefinition(world, name) ?? []);
  try {
    const rest = detach(world, pull, { definitions, actor });
    attachNames(world, rest, { names: control.add ?? [], actor });
  } catch (error) {
    if (error instanceof ApiError) {
      throw usageError("bad_control", `Labelling #${control.pr}: ${error.sentence}`);
    }
    throw error;
  }
}

export function applyPull(world: World, control: PullControl): void {
  const { pr, actor = world.seed.tokenOwner, ...change } = control;
  editPull(world, pullOf(world, pr), { ...change, actor });
}

/** Opens a pull request. Throws AppError `bad_control` if its number is taken. */
export function applyOpen(world: World, pull: SeedPull): Pull {
  if (world.pulls.get(pull.number) !== undefined) {
    throw usageError(
      "bad_control",
      `Opening #${pull.number}: the simulator has that pull request`,
      "Give it a number that is free",
    );
  }
  plantPull(world, pull);
  return pullOf(world, pull.number);
}

export function applyRun(world: World, control: RunControl): void {
  const at = world.now();
  const run = world.runs.get(control.id) ??
    {
      id: control.id,
      attempt: 1,
      status: "in_progress",
      conclusion: null,
      actor: world.seed.tokenOwner,
      event: "pull_request",
      headSha: baseHead(world),
      headBranch: world.seed.defaultBranch,
      headRepository: `${world.seed.owner}/${world.seed.name}`,
      createdAt: at,
    };
  const status = control.status ?? run.status;
  const conclusion = status === "completed" ? control.conclusion ?? run.conclusion ?? "success" : null;
  world.runs.put(run.id, {
    ...run,
    attempt: control.run_attempt ?? run.attempt,
    status,
    conclusion,
    headSha: control.head_sha ?? run.headSha,
    headBranch: control.head_branch ?? run.headBranch,
    headRepository: control.head_repository ?? run.headRepository,
    createdAt: control.created_at ?? run.createdAt,
    updatedAt: at,
  });
}

/**
 * Parses a duration such as `90s`, `2h` or `1d` to milliseconds. Throws AppError `bad_control` for any other
 * text.
 */
export function parseAdvance(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text.trim());
  if (match === null) {
    throw usageError(
      "bad_control",
      `Advancing the clock: "${text}" is not a duration`,
      "Write a number and ms, s, m, h, d or w, as in 2h",
    );
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
