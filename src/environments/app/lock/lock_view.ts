/** The holder of a pull request's lock, for people and for JSON. */

import { formatInstant } from "../../../lib/instant.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { type HolderPorts, nameHolder } from "./lock_refusal.ts";
import { formatTime } from "../show/environment_view.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** The lock of a pull request as `status` shows it; the JSON form has the same keys. */
export interface LockSummary {
  /** A login; null if the lock's description names none or cannot be read. */
  readonly owner: string | null;
  readonly run_url: string | null;
  /** RFC 3339, UTC. */
  readonly expires_at: string | null;
  /** The lease has not expired, and the workflow run is not known to be over. */
  readonly live: boolean;
}

/** Describes the lock as data; null if there is no lock. */
export function viewHolder(
  ports: Pick<HolderPorts, "links">,
  { observation: { lock } }: ObservedPull,
): LockSummary | null {
  if (lock.kind !== "held") return null;
  const { owner, alive } = lock;
  return {
    owner: owner?.login === undefined ? null : stripControls(owner.login),
    run_url: owner?.run === undefined ? null : ports.links.run(owner.run.id),
    expires_at: formatTime(owner?.expiresAt),
    live: alive && owner !== undefined,
  };
}

/** Describes in words who works on the pull request and until when; undefined if no run does. */
export function describeHolder(
  ports: Pick<HolderPorts, "links">,
  { observation: { lock } }: ObservedPull,
): string | undefined {
  if (lock.kind !== "held" || !lock.alive) return undefined;
  const until = lock.owner === undefined ? "" : `, until ${formatInstant(lock.owner.expiresAt)}`;
  return `held by ${stripControls(nameHolder(ports, lock.owner))}${until}`;
}
