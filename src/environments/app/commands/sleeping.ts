import { AppError, EXIT } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";

/**
 * Obeys `/showtime wake` and `/showtime sleep`. Environments cannot sleep yet, so it throws AppError `command_unavailable`
 * (exit code 3).
 */
export function wakeOrSleep(pr: PrNumber, command: "wake" | "sleep"): never {
  throw new AppError(
    "command_unavailable",
    `Obeying "/showtime ${command}" on pull request #${pr}: this version cannot let environments sleep`,
    {
      exitCode: EXIT.refused,
      hint: command === "sleep"
        ? 'Write "/showtime stop" to remove the environment'
        : 'Write "/showtime start" to bring an environment up',
    },
  );
}
