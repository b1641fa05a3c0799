import type { PrNumber } from "../../lib/ids.ts";

/**
 * The lock on GitHub: a label definition `🎪 lock pr-<n>` whose description names its owner. `🎪 lock limits` is one of
 * the same kind, under which environments are counted.
 *
 *     v1 n=<nonce> r=<run>/<attempt> x=<expiry, seconds since 1970> d=<doing> u=<login>
 *
 * The description has at most 100 characters, as GitHub allows. `r` is missing outside Actions, `d` for a
 * sync.
 */

/** The subject of a lock: a pull request, or the count of all environments. */
export type LockSubject = PrNumber | "limits";

/** Names the subject of a lock in a message: `#12`. */
export function describeSubject(subject: LockSubject): string {
  return subject === "limits" ? "the limits" : `#${subject}`;
}

/** Names the work under a lock at the beginning of a message. */
export function describeLockedWork(subject: LockSubject): string {
  return subject === "limits"
    ? "Counting environments for the limits"
    : `Working on pull request #${subject}`;
}

/**
 * The task of a holder that is not a sync. Such a holder builds nothing, even if labels ask for it meanwhile. `count` is
 * that of every holder of the limits' lock.
 */
export type LockTask = "cleanup" | "extend" | "count";

const TASKS: readonly string[] = ["cleanup", "extend", "count"] satisfies readonly LockTask[];

function isTask(word: string | undefined): word is LockTask {
  return word !== undefined && TASKS.includes(word);
}

/** The holder of a lock, as the description names it. */
export interface LockOwner {
  /** A random text, and the only thing that identifies a holder. */
  readonly nonce: string;
  /** The workflow run; undefined if the holder runs outside Actions. */
  readonly run: { readonly id: number; readonly attempt: number } | undefined;
  /** Milliseconds since 1970, whole seconds, by GitHub's clock. */
  readonly expiresAt: number;
  readonly login: string | undefined;
  /** Undefined for a sync. */
  readonly doing?: LockTask | undefined;
}

/** The lock of a pull request, as a run sees it. */
export type LockView =
  | { readonly kind: "free" }
  | { readonly kind: "mine" }
  /** `owner` is undefined if the description cannot be read. */
  | { readonly kind: "held"; readonly owner: LockOwner | undefined; readonly alive: boolean };

/** A lock definition as it was read. A steal or a release deletes it by `nodeId`, never by name. */
export interface LockRecord {
  readonly nodeId: string;
  readonly name: string;
  readonly description: string;
}

/** The lease: how long a lock lasts without renewal, in milliseconds. */
export const LOCK_LEASE_MS = 10 * 60_000;
/** How far two clocks may differ, in milliseconds. A lease beyond that was not made by a run. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** How often the holder renews its lease, in milliseconds. */
export const LOCK_RENEWAL_MS = 3 * 60_000;

/** Formats a lock's description. */
export function formatLockOwner(owner: LockOwner): string {
  const parts = ["v1", `n=${owner.nonce}`];
  if (owner.run !== undefined) parts.push(`r=${owner.run.id}/${owner.run.attempt}`);
  parts.push(`x=${Math.ceil(owner.expiresAt / 1000)}`);
  if (owner.doing !== undefined) parts.push(`d=${owner.doing}`);
  if (owner.login !== undefined) parts.push(`u=${owner.login.replace(/[^A-Za-z0-9_[\]-]/g, "")}`);
  return parts.join(" ").slice(0, 100);
}

/** Seconds since 1970. Showtime never writes a number that a date cannot hold. */
const EXPIRY = /^\d{1,11}$/;

/** Parses a lock's description; undefined if Showtime did not write it. */
export function parseLockOwner(description: string): LockOwner | undefined {
  const [version, ...words] = description.trim().split(/\s+/);
  if (version !== "v1") return undefined;
  const fields = new Map(words.map((word) => [word.slice(0, 1), word.slice(2)]));
  const nonce = fields.get("n") ?? "";
  const expiry = EXPIRY.exec(fields.get("x") ?? "")?.[0];
  if (!/^[0-9a-z]{8,32}$/.test(nonce) || expiry === undefined) return undefined;
  const run = /^(\d{1,15})\/(\d{1,6})$/.exec(fields.get("r") ?? "");
  const doing = fields.get("d");
  return {
    nonce,
    run: run === null ? undefined : { id: Number(run[1]), attempt: Number(run[2]) },
    expiresAt: Number(expiry) * 1000,
    login: fields.get("u") || undefined,
    ...(isTask(doing) ? { doing } : {}),
  };
}

/** A workflow run on GitHub. A run that cannot be read proves nothing about its lock. */
export interface RunView {
  readonly completed: boolean;
  readonly attempt: number;
}

/**
 * The judgement of a lock by its holder. An `unreadable` lock has no expiry, so only a person removes it.
 */
export type LockJudgement = "alive" | "dead" | "unreadable";

/**
 * Judges whether the holder of a lock still counts. It is dead if its workflow run is completed, if a higher
 * attempt of that run exists, or if its expiry has passed by GitHub's clock.
 */
export function judgeLock(
  record: LockRecord,
  facts: { readonly now: number; readonly run: RunView | undefined },
): LockJudgement {
  const owner = parseLockOwner(record.description);
  // No run takes a longer lease, so such an entry was made by hand.
  if (owner === undefined || owner.expiresAt > facts.now + LOCK_LEASE_MS + CLOCK_SLACK_MS) {
    return "unreadable";
  }
  if (owner.expiresAt <= facts.now) return "dead";
  if (owner.run === undefined || facts.run === undefined) return "alive";
  return facts.run.completed || facts.run.attempt > owner.run.attempt ? "dead" : "alive";
}
