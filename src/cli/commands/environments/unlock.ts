import { type FoundLock, readLock, removeLock } from "../../../environments/app/lock/unlock.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import { formatInstant, formatIso } from "../../../lib/instant.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { renderDone, renderSentence } from "../../render/mod.ts";

/** Removes a pull request's lock. */
export async function runUnlock(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const { ports } = await env.ports(pr, ["forge"]);
  const lock = await readLock(ports, pr, env.signal);
  const owner = describeOwner(lock);
  const refused = lock.held && lock.live && !env.values.flag("force");
  if (refused && !env.flags.dryRun) {
    throw new AppError("lock_alive", `Removing the lock of #${pr}: ${owner} holds it ${describeLife(lock)}`, {
      exitCode: EXIT.busy,
      hint: `Wait for it, or take the lock away with "showtime unlock ${pr} --force"`,
    });
  }
  const removes = lock.held && !env.flags.dryRun;
  if (!env.flags.json) {
    env.lines(renderSentence(lock.held ? `#${pr} is held by ${owner}` : `#${pr} is not locked`, env.style));
  }
  if (removes) await removeLock(ports, pr, lock, env.signal);
  if (env.flags.json) {
    const expires = lock.owner === undefined ? null : formatIso(lock.owner.expiresAt);
    env.json({
      pr,
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
  env.next(
    removes ? `"showtime sync ${pr}" continues what was left` : `"showtime status ${pr}" shows what there is`,
  );
  return EXIT.done;
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
