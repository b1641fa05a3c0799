import { AppError } from "../../../lib/errors.ts";
import { type Operation, valueAt } from "../tree/operations.ts";
import { formatPath } from "../tree/path.ts";
import { equalValues, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import {
  type EnvironmentMark,
  type EnvironmentNews,
  isEnded,
  isInProgress,
  knownEnvironments,
  markPath,
  markValue,
  objectPath,
  type PullNews,
  readMark,
  REPOSITORY_PATH,
  textIn,
} from "./environment_marks.ts";

/** How many environments that ended are kept. */
const KEPT_ENDED = 20;

/** Makes the operations after which a context has the environments of the news; none if nothing changes. */
export function recordEnvironments(tree: ValueMap, news: PullNews): readonly Operation[] {
  const present = new Set(news.environments.map(({ sha }) => sha));
  const gone = news.atWork ? [] : knownEnvironments(tree).filter((sha) => !present.has(sha));
  const operations = [
    ...news.environments.flatMap((each) => recordOne(tree, each, news)),
    ...gone.flatMap((sha) => recordEnd(tree, sha, news)),
  ];
  if (operations.length === 0) return [];
  return [...recordRepository(tree, news), ...operations, ...dropOldest(gone)];
}

/** Throws AppError `context_elsewhere` (exit code 1) if a context follows the pull request of another repository. */
export function assertFollows(tree: ValueMap, { repository }: Pick<PullNews, "repository">): void {
  const followed = valueAt(tree, REPOSITORY_PATH);
  if (typeof followed !== "string" || followed.toLowerCase() === repository.toLowerCase()) return;
  throw new AppError(
    "context_elsewhere",
    `Following the environments of ${repository} in its context: the store has one of ${followed} with this ID`,
    {
      hint:
        "Give each repository a store of its own, such as another database of Redis. After a renaming, set " +
        `${formatPath(REPOSITORY_PATH)} to the new name`,
    },
  );
}

function recordRepository(tree: ValueMap, { repository }: PullNews): readonly Operation[] {
  if (valueAt(tree, REPOSITORY_PATH) === repository) return [];
  return [{ op: "set", path: REPOSITORY_PATH, value: repository }];
}

function recordOne(tree: ValueMap, news: EnvironmentNews, { at }: PullNews): readonly Operation[] {
  const { sha, status, object } = news;
  const mark = readMark(tree, sha);
  if (mark !== undefined && mark.seen > at) return [];
  // A status that lasts until the next request, and a step of work that is recorded, make no version.
  if (status === "stopping" || status === "built") return [];
  if (mark !== undefined && isInProgress(status) && isInProgress(mark.status)) return [];
  const same = mark?.status === status;
  const since = news.since ?? (same ? mark.since : undefined);
  const unchanged = same && since === mark.since && equalValues(valueAt(tree, objectPath(sha)), object);
  // The time of an event that was fired without one becomes known.
  const fired = same && mark.since === undefined && mark.fired?.event === status
    ? { ...mark.fired, since }
    : mark?.fired;
  return unchanged ? [] : write(sha, { object, mark: { status, since, seen: at, fired } });
}

/** Records that an environment has no labels any more. */
function recordEnd(tree: ValueMap, sha: string, { at, ended }: PullNews): readonly Operation[] {
  const object = valueAt(tree, objectPath(sha));
  const mark = readMark(tree, sha);
  if (mark === undefined || !isValueMap(object) || isEnded(mark.status) || mark.seen > at) return [];
  const expires = textIn(object, "expires_at");
  const status = ended.get(sha) ?? (expires !== undefined && expires <= at ? "expired" : "stopped");
  const last: readonly (readonly [string, Value])[] = [
    ["status", status],
    ["active", false],
    ["address", null],
    ["url", null],
  ];
  return write(sha, {
    object: new Map([...object, ...last]),
    mark: {
      status,
      since: mark.since,
      seen: at,
      // An environment that did not come up has ended already: nothing more is announced.
      fired: mark.status === "failed" ? { event: status, since: mark.since } : mark.fired,
    },
  });
}

function write(
  sha: string,
  { object, mark }: { readonly object: ValueMap; readonly mark: EnvironmentMark },
): readonly Operation[] {
  return [
    { op: "set", path: objectPath(sha), value: object },
    { op: "set", path: markPath(sha), value: markValue(mark) },
  ];
}

/** Forgets the oldest of the environments that are gone. */
function dropOldest(gone: readonly string[]): readonly Operation[] {
  return gone.slice(0, Math.max(0, gone.length - KEPT_ENDED)).flatMap((sha): readonly Operation[] => [
    { op: "unset", path: objectPath(sha) },
    { op: "unset", path: markPath(sha) },
  ]);
}
