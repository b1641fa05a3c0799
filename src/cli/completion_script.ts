import { RootCommand } from "@bomb.sh/tab";
import { captureConsole } from "./capture_console.ts";

/** The shells that completion knows. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link SHELLS}. */
export type ShellName = typeof SHELLS[number];

/** The script that makes a shell ask this program for completions. */
export function renderCompletionScript(shell: ShellName): string {
  return captureConsole(() => new RootCommand().setup("showtime", "showtime", shell)).trimEnd();
}
