/** The pull requests of one repository that want a sync, as the server remembers them: at most one sync waits for each. */

import { mergeEvents, type PullEvent } from "./pull_event.ts";

/** A sync that a pull request wants. */
export interface WantedSync {
  readonly pr: number;
  /** Changes with each event, so that a sync removes only the wish that it began with. */
  readonly id: string;
  /** The event that asks for it; undefined for the look at everything that a start of the server takes. */
  readonly event: PullEvent | undefined;
  /** The time before which it does not begin, in milliseconds since 1970. */
  readonly notBefore: number;
  /** The number of failed attempts. */
  readonly failures: number;
}

/** The wanted syncs of a repository, the longest-waiting one first. */
export type WantedSyncs = readonly WantedSync[];

/** The end of a sync. */
export type SyncEnd =
  | { readonly kind: "done" }
  /** Another run holds the pull request, until a time if that is known. */
  | { readonly kind: "held"; readonly until: number | undefined }
  /** It failed, and the same may work later. */
  | { readonly kind: "unanswered" };

const PAUSE_MS = 60_000;
const SHORTEST_PAUSE_MS = 5_000;
const LARGEST_FAILURES = 3;

/** Adds the sync that an event asks for. A pull request that wants one already keeps its place. */
export function wantSync(
  wanted: WantedSyncs,
  { event, id }: { readonly event: PullEvent; readonly id: string },
): WantedSyncs {
  const before = wanted.find(({ pr }) => pr === event.number);
  const next: WantedSync = {
    pr: event.number,
    id,
    event: mergeEvents(before?.event, event),
    notBefore: 0,
    failures: 0,
  };
  return before === undefined ? [...wanted, next] : wanted.map((each) => each === before ? next : each);
}

/** Adds a sync without an event for each pull request that wants none. */
export function wantLooks(wanted: WantedSyncs, prs: readonly number[]): WantedSyncs {
  const known = new Set(wanted.map(({ pr }) => pr));
  const added = prs.filter((pr) => !known.has(pr)).map((pr) => (
    { pr, id: "look", event: undefined, notBefore: 0, failures: 0 }
  ));
  return [...wanted, ...added];
}

/** Removes a sync that ended, or puts it off. If a newer event asks for another one, nothing changes. */
export function endSync(
  wanted: WantedSyncs,
  { begun, end, now }: { readonly begun: WantedSync; readonly end: SyncEnd; readonly now: number },
): WantedSyncs {
  return wanted.flatMap((each) => {
    if (each.pr !== begun.pr || each.id !== begun.id) return [each];
    if (end.kind === "held") {
      return [{ ...each, notBefore: Math.max(end.until ?? now + PAUSE_MS, now + SHORTEST_PAUSE_MS) }];
    }
    const failures = each.failures + 1;
    if (end.kind === "done" || failures > LARGEST_FAILURES) return [];
    return [{ ...each, failures, notBefore: now + PAUSE_MS * 2 ** each.failures }];
  });
}

/** A wanted sync with its repository. */
export interface PlacedSync extends WantedSync {
  readonly repository: string;
}

/** Names a pull request among those of all repositories. */
export function pullName({ repository, pr }: Pick<PlacedSync, "repository" | "pr">): string {
  return `${repository}#${pr}`;
}

/** Returns the syncs to begin now: never two for one pull request, and at most `limit` at a time with those that run. */
export function syncsToBegin(
  wanted: readonly PlacedSync[],
  { running, limit, now }: {
    /** The names of the pull requests whose sync runs. */
    readonly running: ReadonlySet<string>;
    readonly limit: number;
    readonly now: number;
  },
): readonly PlacedSync[] {
  const due = wanted.filter((each) => each.notBefore <= now && !running.has(pullName(each)));
  return due.slice(0, Math.max(0, limit - running.size));
}

/** Reads wanted syncs as {@link formatWanted} wrote them. */
export function parseWanted(text: string | undefined): WantedSyncs {
  return text === undefined ? [] : JSON.parse(text) as WantedSyncs;
}

/** Writes wanted syncs as a note of the store; undefined if there are none. */
export function formatWanted(wanted: WantedSyncs): string | undefined {
  return wanted.length === 0 ? undefined : JSON.stringify(wanted);
}
