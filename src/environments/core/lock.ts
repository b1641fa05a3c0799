/**
 * The lock's text on GitHub: a label definition `🎪 lock pr-<n>` whose description names its owner.
 *
 *     v1 n=<nonce> r=<run>/<attempt> x=<expiry, seconds since 1970> d=<doing> u=<login>
 *
 * At most 100 characters, as GitHub allows; `r` is missing for a run outside Actions, `d` for a sync.
 */

/** What a holder does other than a sync: it builds nothing, whatever labels come meanwhile. */
export type LockTask = "cleanup" | "extend";

/** Who holds a lock, as its description says. */
export interface LockOwner {
  /** Random; the only thing that identifies a holder. */
  readonly nonce: string;
  /** The workflow run, where the holder is one. */
  readonly run: { readonly id: number; readonly attempt: number } | undefined;
  /** Milliseconds since 1970, whole seconds, by GitHub's clock. */
  readonly expiresAt: number;
  readonly login: string | undefined;
  /** Missing for a sync. */
  readonly doing?: LockTask | undefined;
}

/** A lock definition as it was read: `nodeId` is what a steal or a release deletes, never the name. */
export interface LockRecord {
  readonly nodeId: string;
  readonly name: string;
  readonly description: string;
}

/** How long a lock lasts without renewal, in milliseconds. */
export const LOCK_LEASE_MS = 10 * 60_000;
/** How far clocks may be apart, in milliseconds, before a lease is too long to be one. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** How often its holder renews it, in milliseconds. */
export const LOCK_RENEWAL_MS = 3 * 60_000;

/** Writes a lock's description. */
export function formatLockOwner(owner: LockOwner): string {
  const parts = ["v1", `n=${owner.nonce}`];
  if (owner.run !== undefined) parts.push(`r=${owner.run.id}/${owner.run.attempt}`);
  parts.push(`x=${Math.ceil(owner.expiresAt / 1000)}`);
  if (owner.doing !== undefined) parts.push(`d=${owner.doing}`);
  if (owner.login !== undefined) parts.push(`u=${owner.login.replace(/[^A-Za-z0-9_[\]-]/g, "")}`);
  return parts.join(" ").slice(0, 100);
}

/** Seconds since 1970, up to a year of four digits: a number that no date can hold was written by nobody of us. */
const EXPIRY = /^\d{1,11}$/;

/** Reads a lock's description; undefined where it is not one of ours. */
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
    ...(doing === "cleanup" || doing === "extend" ? { doing } : {}),
  };
}

/** What GitHub says about a workflow run: undefined where it cannot be read, which proves nothing. */
export interface RunView {
  readonly completed: boolean;
  readonly attempt: number;
}

/**
 * Whether the holder of a lock still counts: `dead` when its workflow run is completed, a higher attempt of it
 * exists, or its expiry has passed by GitHub's clock. A description that cannot be read has no expiry: it is
 * `unreadable` and only a person removes it.
 */
export function judgeLock(
  record: LockRecord,
  facts: { readonly now: number; readonly run: RunView | undefined },
): "alive" | "dead" | "unreadable" {
  const owner = parseLockOwner(record.description);
  // Nobody who goes by the rules takes a longer lease: such an entry was made by hand.
  if (owner === undefined || owner.expiresAt > facts.now + LOCK_LEASE_MS + CLOCK_SLACK_MS) {
    return "unreadable";
  }
  if (owner.expiresAt <= facts.now) return "dead";
  if (owner.run === undefined || facts.run === undefined) return "alive";
  return facts.run.completed || facts.run.attempt > owner.run.attempt ? "dead" : "alive";
}
