/** Reads a pull request until GitHub shows at least what this run knows of it. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import type { FullSha, PrNumber } from "../../../lib/ids.ts";
import { describeStaleness, factOf, type KnownFact } from "../../core/known_pull.ts";
import type { HeadStatus } from "../../core/news/mod.ts";
import type { ForgeReader, PullSnapshot } from "../../ports/forge.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { AppSettings, RunIdentity } from "../run.ts";
import type { HeldLock } from "../lock/lock_lease.ts";

/** How long an older answer is read again, and the pause before the first repetition, in milliseconds. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 1_000;

/** The ports and values that reading a pull request uses. */
export interface ReadingPorts {
  /** A dry run of GitHub writes nothing, so GitHub shows no lock of it. */
  readonly githubDryRun: boolean;
  readonly forge: Pick<ForgeReader, "readPull">;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly identity: Pick<RunIdentity, "actor" | "event">;
  /** Says what is read beside the pull request itself. */
  readonly settings: Pick<AppSettings, "status" | "mention">;
}

/** The knowledge of a run about a pull request, beside its event. One object serves all reads of a run. */
export interface KnownPull {
  /** The newest change of the pull request that an answer showed or a write of this run made. */
  newest: KnownFact | undefined;
  /** The newest status that this run wrote; `refused` if GitHub did not accept it, so that it is tried once. */
  status?: { readonly sha: FullSha; readonly written: HeadStatus | "refused" };
}

/** Takes in a change that this run has written, as GitHub dates it. */
export function noteWrite(
  known: KnownPull,
  written: { readonly at: number | undefined } & Pick<KnownFact, "present" | "absent">,
): void {
  const { at, ...labels } = written;
  if (at !== undefined) known.newest = { ...labels, at };
}

/**
 * Reads a pull request. An answer that is older than this run's event, than its own writes or than an earlier
 * answer is read again for 15 seconds. Then throws AppError `stale_read` (exit code 5).
 */
export async function readCurrent(
  ports: ReadingPorts,
  pr: PrNumber,
  options: { readonly known: KnownPull; readonly held: HeldLock | undefined },
  signal: AbortSignal,
): Promise<PullSnapshot> {
  const { forge, clock, identity, settings } = ports;
  const { known } = options;
  const wanted = {
    actor: identity.actor,
    ...(settings.status === undefined ? {} : { status: true }),
    ...(settings.mention === undefined ? {} : { news: true }),
  };
  const event = factOf(identity.event);
  const held = ports.githubDryRun ? undefined : options.held;
  const end = clock.now() + PATIENCE_MS;
  for (let pause = PAUSE_MS;; pause += PAUSE_MS) {
    const answer = await readOnce();
    const stale = typeof answer === "string"
      ? answer
      : await staleness(answer, { event, known, held }, signal);
    if (typeof answer !== "string" && stale === undefined) {
      if (answer.updatedAt > (known.newest?.at ?? 0)) known.newest = { at: answer.updatedAt };
      return answer;
    }
    const left = end - clock.now();
    if (left <= 0) throw staleRead(pr, stale ?? "");
    await clock.sleep(Math.min(pause, left), signal);
  }

  /** A pull request that the event is about exists, even if GitHub does not show it yet. */
  async function readOnce(): Promise<PullSnapshot | string> {
    try {
      return await forge.readPull(pr, wanted, signal);
    } catch (error) {
      if (event === undefined || !(error instanceof AppError) || error.code !== "pull_not_found") throw error;
      return "GitHub does not show it";
    }
  }
}

async function staleness(
  answer: PullSnapshot,
  options: {
    readonly event: KnownFact | undefined;
    readonly known: KnownPull;
    readonly held: HeldLock | undefined;
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { event, known, held } = options;
  for (const fact of [event, known.newest]) {
    const stale = fact === undefined ? undefined : describeStaleness(answer, fact);
    if (stale !== undefined) return stale;
  }
  if (held === undefined || answer.locks.some(({ nodeId }) => nodeId === held.nodeId)) return undefined;
  return await isStillHeld(held, signal) ? "this run holds its lock, and GitHub does not show it" : undefined;
}

/**
 * Asks by a renewal whether a lock that no answer shows is gone: writes go to GitHub's main servers. If the renewal
 * fails, the lock counts as gone.
 */
async function isStillHeld(held: HeldLock, signal: AbortSignal): Promise<boolean> {
  try {
    return await held.renew(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return false;
  }
}

function staleRead(pr: PrNumber, stale: string): AppError {
  return new AppError(
    "stale_read",
    `Reading pull request #${pr}: GitHub shows an older state than this run knows: ${stale}`,
    {
      exitCode: EXIT.incomplete,
      retryable: true,
      hint: `Run the job again, or "showtime sync ${pr}", when GitHub shows the change`,
    },
  );
}
