import { describeSubject, type LockSubject } from "../../../environments/core/lock.ts";
import { type FoundLock, readLock, removeLock } from "../../../environments/app/lock/unlock.ts";
import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import { formatInstant, formatIso } from "../../../lib/instant.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { renderDone, renderSentence } from "../../render/mod.ts";

/** Removes the lock of a pull request, or that of the limits. */
export async function runUnlock(env: CommandEnv): Promise<ExitCode> {
  const subject = chooseSubject(env);
  const { ports } = await env.ports(subject === "limits" ? undefined : subject, ["forge"]);
  const lock = await readLock(ports, subject, env.signal);
  const [what, again] = [describeSubject(subject), subject === "limits" ? "--limits" : String(subject)];
  const owner = describeOwner(lock);
  const refused = lock.held && lock.live && !env.values.flag("force");
  if (refused && !env.flags.dryRun) {
    throw new AppError(
      "lock_alive",
      `Removing the lock of ${what}: ${owner} holds it ${describeLife(lock)}`,
      {
        exitCode: EXIT.busy,
        hint: `Wait for it, or take the lock away with "showtime unlock ${again} --force"`,
      },
    );
  }
  const removes = lock.held && !env.flags.dryRun;
  if (!env.flags.json) {
    env.lines(renderSentence(describeState(subject, { held: lock.held, owner }), env.style));
  }
  if (removes) await removeLock(ports, subject, lock, env.signal);
  if (env.flags.json) {
    const expires = lock.owner === undefined ? null : formatIso(lock.owner.expiresAt);
    env.json({
      pr: subject === "limits" ? null : subject,
      held: lock.held,
      live: lock.live,
      owner: lock.owner?.login ?? null,
      run: lock.owner?.run?.id ?? null,
      run_url: lock.runUrl ?? null,
      expires_at: expires,
      removed: removes,
    });
  } else if (removes) env.lines(renderDone("the lock is removed", env.style));
  else if (lock.held) env.lines([refused ? "Would: refuse without --force" : "Would: remove the lock"]);
  env.next(nextOf(subject, { removes }));
  return EXIT.done;
}

function chooseSubject({ values, args, pull }: CommandEnv): LockSubject {
  if (!values.flag("limits")) {
    if (args[0] !== undefined) return pull();
    throw usageError(
      "argument_missing",
      "Reading the command line: showtime unlock needs a pull request or --limits",
      'Write it as in "showtime unlock 1234" or "showtime unlock --limits"',
    );
  }
  if (args[0] === undefined) return "limits";
  throw usageError(
    "flags_conflict",
    "Reading the command line: --limits is the lock of all pull requests together, and a pull request is named too",
    "Leave one of them out",
  );
}

function describeState(
  subject: LockSubject,
  { held, owner }: { readonly held: boolean; readonly owner: string },
): string {
  if (subject === "limits") {
    return held ? `The lock of the limits is held by ${owner}` : "The limits are not locked";
  }
  return held ? `#${subject} is held by ${owner}` : `#${subject} is not locked`;
}

function nextOf(subject: LockSubject, { removes }: { readonly removes: boolean }): string {
  if (subject === "limits") return '"showtime list" shows the environments that count';
  return removes
    ? `"showtime sync ${subject}" continues what was left`
    : `"showtime status ${subject}" shows what there is`;
}

/** Describes whether the owner is alive. GitHub knows that of a workflow run, but not of a run at a terminal. */
function describeLife({ owner }: FoundLock): string {
  return owner?.run === undefined ? "and its time has not run out" : "and is alive";
}

function describeOwner({ owner, runUrl, live }: FoundLock): string {
  if (owner === undefined) return "an owner whose entry cannot be read";
  const who = stripControls(owner.login ?? "an unknown person");
  const run = owner.run === undefined
    ? "outside of Actions"
    : `run ${owner.run.id}, attempt ${owner.run.attempt}${runUrl === undefined ? "" : ` (${runUrl})`}`;
  return `${who}, ${run}, until ${formatInstant(owner.expiresAt)}${live ? "" : ", gone"}`;
}
