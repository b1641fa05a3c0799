import { AppError, EXIT } from "../../../lib/errors.ts";
import type { Command } from "../../core/commands/mod.ts";
import { formatCommand } from "../../core/commands/mod.ts";
import type { SyncResult } from "../sync/sync_pull.ts";

/**
 * Returns the refusal of `/showtime wake` or `/showtime sleep` if the pull request has no environment to wake or to put to
 * sleep; undefined for other commands. A person at a terminal sees the plan; a reaction cannot show it.
 */
export function refusalOfSleep(
  { plan, observed }: Pick<SyncResult, "plan" | "observed">,
  command: Command,
): AppError | undefined {
  if (command.kind !== "wake" && command.kind !== "sleep") return undefined;
  const wanted = command.kind === "wake" ? "running" : "asleep";
  const statuses = [...observed.observation.labels.environments.values()].map(({ status }) => status);
  if (statuses.includes(wanted)) return undefined;
  const why = plan.because.length === 0 ? "No environment is there" : plan.because.join(". ");
  return new AppError(
    "command_refused",
    `Obeying "${formatCommand(command)}" on pull request #${plan.pr}: no environment is ${wanted}. ${why}`,
    {
      exitCode: EXIT.refused,
      hint: command.kind === "wake"
        ? 'Write "/showtime start" to bring an environment up'
        : "Only an environment that runs can be put to sleep",
    },
  );
}
