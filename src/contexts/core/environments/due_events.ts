import type { Operation } from "../tree/operations.ts";
import type { ValueMap } from "../tree/value.ts";
import {
  type FiredEvent,
  isEnded,
  isInProgress,
  knownEnvironments,
  markPath,
  markValue,
  type PullNews,
  readMark,
} from "./environment_marks.ts";

/** How long after its end an environment's event is tried, in milliseconds. */
const TRIED_MS = 24 * 60 * 60_000;

/** An event that is not announced yet. */
export interface DueEvent extends FiredEvent {
  readonly sha: string;
  /** The commit, the status, and when the status began: a repetition has the same key. */
  readonly key: string;
}

/** Lists the events that a context has not announced: those of living environments first. */
export function dueEvents(
  tree: ValueMap,
  { at, atWork }: Pick<PullNews, "at" | "atWork">,
): readonly DueEvent[] {
  const due = knownEnvironments(tree).flatMap((sha): readonly DueEvent[] => {
    const mark = readMark(tree, sha);
    if (mark === undefined) return [];
    const { status, since, fired, seen } = mark;
    const stale = isEnded(status) && Date.parse(at) - Date.parse(seen) > TRIED_MS;
    if (stale || !isDue({ status, since, fired, atWork })) return [];
    return [{ sha, event: status, since, key: `${sha}.${status}.${since ?? seen}` }];
  });
  return [...due.filter(({ event }) => !isEnded(event)), ...due.filter(({ event }) => isEnded(event))];
}

function isDue({ status, since, fired, atWork }: {
  readonly status: string;
  readonly since: string | undefined;
  readonly fired: FiredEvent | undefined;
  readonly atWork: boolean;
}): boolean {
  const kind = kindOf(status);
  if (kind === undefined || (atWork && kind !== "work")) return false;
  if (fired === undefined || kindOf(fired.event) !== kind) return true;
  // A time that is not known yet is taken to be the same.
  return since !== undefined && fired.since !== undefined && fired.since !== since;
}

/** Statuses of one kind follow each other without a new event. A status without a kind has no event. */
function kindOf(status: string): "work" | "end" | "running" | "failed" | undefined {
  if (isInProgress(status)) return "work";
  if (isEnded(status)) return "end";
  return status === "running" || status === "failed" ? status : undefined;
}

/** Makes the operation that marks an event as announced; undefined if the environment has another status by now. */
export function markFired(tree: ValueMap, { sha, event, since }: DueEvent): Operation | undefined {
  const mark = readMark(tree, sha);
  if (mark?.status !== event) return undefined;
  return { op: "set", path: markPath(sha), value: markValue({ ...mark, fired: { event, since } }) };
}
