import type { FullSha } from "../../../lib/ids.ts";
import { usageError } from "../../../lib/errors.ts";
import { ApiError } from "../api_error.ts";
import { JsonReader } from "../seed/json_reader.ts";
import { attachNames, detach, findDefinition } from "../state/labels.ts";
import { editPull, push } from "../state/pulls.ts";
import type { Pull, RunStatus } from "../state/records.ts";
import { RUN_STATUSES } from "../state/records.ts";
import type { World } from "../state/world.ts";

/** A new head commit; `force` replaces the commits that were there. */
export interface PushControl {
  readonly pr: number;
  readonly sha: FullSha | string;
  readonly pusher?: string;
  readonly force?: boolean;
}

/** A person changes labels. Without an actor it is the token's owner. */
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

/** A workflow run goes on; an unknown one begins. */
export interface RunControl {
  readonly id: number;
  readonly status?: RunStatus;
  readonly conclusion?: string;
  readonly run_attempt?: number;
}

function pullOf(world: World, number: number): Pull {
  const pull = world.pulls.get(number);
  if (pull === undefined) {
    throw usageError(
      "bad_control",
      `Changing #${number}: there is no such pull request`,
      "Use a number of the seed",
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
  push(world, pull, { sha, pusher: control.pusher ?? pull.author, force: control.force ?? false });
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

export function applyRun(world: World, control: RunControl): void {
  const at = world.now();
  const run = world.runs.get(control.id) ??
    {
      id: control.id,
      attempt: 1,
      status: "in_progress",
      conclusion: null,
      actor: world.seed.tokenOwner,
      createdAt: at,
    };
  const status = control.status ?? run.status;
  const conclusion = status === "completed" ? control.conclusion ?? run.conclusion ?? "success" : null;
  world.runs.put(run.id, {
    ...run,
    attempt: control.run_attempt ?? run.attempt,
    status,
    conclusion,
    updatedAt: at,
  });
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a duration such as `90s`, `2h` or `1d`. */
export function parseAdvance(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ""];
  if (match === null || unit === undefined) {
    throw usageError(
      "bad_control",
      `Advancing the clock: "${text}" is no duration`,
      "Write a number and ms, s, m, h, d or w, as in 2h",
    );
  }
  return Number(match[1]) * unit;
}

function finish<T>(reader: JsonReader, options: { readonly what: string; readonly value: T }): T {
  const { what, value } = options;
  if (reader.problems.length > 0) throw usageError("bad_control", `${what}: ${reader.problems.join("; ")}`);
  return value;
}

/** `{[key]: value}` where the member is there, else `{}`. */
function given<K extends string, T>(
  reader: JsonReader,
  key: K,
  options: { readonly read: (reader: JsonReader) => T },
): { readonly [P in K]?: T } {
  return (reader.value === undefined ? {} : { [key]: options.read(reader) }) as { readonly [P in K]?: T };
}

const TEXT = { read: (reader: JsonReader) => reader.text() };
const FLAG = { read: (reader: JsonReader) => reader.flag() };
const TEXTS = { read: (reader: JsonReader) => reader.items().map((item) => item.text()) };

/** Readers of the bodies of control requests; each throws AppError `bad_control` that names every problem. */
export const CONTROL_READERS = {
  push(json: unknown): PushControl {
    const reader = new JsonReader(json);
    const body = reader.object(["pr", "sha", "pusher", "force"]);
    const value = {
      pr: body.pr.integer(1),
      sha: body.sha.text(),
      ...given(body.pusher, "pusher", TEXT),
      ...given(body.force, "force", FLAG),
    };
    return finish(reader, { what: "Pushing", value });
  },
  label(json: unknown): LabelControl {
    const reader = new JsonReader(json);
    const body = reader.object(["pr", "add", "remove", "actor"]);
    const value = {
      pr: body.pr.integer(1),
      ...given(body.add, "add", TEXTS),
      ...given(body.remove, "remove", TEXTS),
      ...given(body.actor, "actor", TEXT),
    };
    return finish(reader, { what: "Labelling", value });
  },
  pull(json: unknown): PullControl {
    const reader = new JsonReader(json);
    const body = reader.object(["pr", "state", "title", "body", "draft", "merged", "actor"]);
    const value = {
      pr: body.pr.integer(1),
      ...given(body.state, "state", { read: (state) => state.oneOf(["open", "closed"] as const) }),
      ...given(body.title, "title", TEXT),
      ...given(body.body, "body", TEXT),
      ...given(body.draft, "draft", FLAG),
      ...given(body.merged, "merged", FLAG),
      ...given(body.actor, "actor", TEXT),
    };
    return finish(reader, { what: "Changing a pull request", value });
  },
  run(json: unknown): RunControl {
    const reader = new JsonReader(json);
    const body = reader.object(["id", "status", "conclusion", "run_attempt"]);
    const value = {
      id: body.id.integer(1),
      ...given(body.status, "status", { read: (status) => status.oneOf(RUN_STATUSES) }),
      ...given(body.conclusion, "conclusion", TEXT),
      ...given(body.run_attempt, "run_attempt", { read: (attempt) => attempt.integer(1) }),
    };
    return finish(reader, { what: "Changing a workflow run", value });
  },
  clock(json: unknown): string {
    const reader = new JsonReader(json);
    const { advance } = reader.object(["advance"]);
    return finish(reader, { what: "Advancing the clock", value: advance.text() });
  },
  hold(json: unknown): { readonly client: string; readonly count?: number } {
    const reader = new JsonReader(json);
    const body = reader.object(["client", "count"]);
    const value = {
      client: body.client.matching(/\S/, { what: "a part of a User-Agent" }),
      ...given(body.count, "count", { read: (count) => count.integer(1) }),
    };
    return finish(reader, { what: "Holding requests", value });
  },
};
