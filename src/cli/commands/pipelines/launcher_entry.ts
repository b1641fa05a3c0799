import type { CommandEntry } from "../../command.ts";
import { NOTHING } from "../kept_rights.ts";

/** The entry of `pipeline launcher` in the registry. */
export const LAUNCHER: CommandEntry = {
  ...NOTHING,
  summary: "print showtime-run, which starts steps",
  description:
    "Prints a shell script. The programs of steps are started through it, because this program may start no other one than " +
    "docker, git, gh and this script. Put it into a folder of PATH as showtime-run, and make it executable. Where it is not " +
    "installed, nothing can run pipelines.",
  examples: [["pipeline launcher > ~/.local/bin/showtime-run", "then: chmod +x ~/.local/bin/showtime-run"]],
  args: [],
  options: [],
  load: async () => (await import("./launcher.ts")).runLauncher,
};
