import { RootCommand } from "@bomb.sh/tab";
import { captureConsole } from "./capture_console.ts";

/** The shells that completion knows. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link SHELLS}. */
export type ShellName = typeof SHELLS[number];

/** What the script asks of the package bash-completion, which is not everywhere. */
const PACKAGED_WORDS = '    _get_comp_words_by_ref -n "=:" cur prev words cword';
/** The same, and bash's own variables where that package is missing. */
const WORDS = `    if declare -F _get_comp_words_by_ref >/dev/null; then
    ${PACKAGED_WORDS}
    else
        words=("\${COMP_WORDS[@]}")
        cword=$COMP_CWORD
        cur="\${COMP_WORDS[COMP_CWORD]}"
        prev="\${COMP_WORDS[COMP_CWORD - 1]}"
    fi`;

/** The script that makes a shell ask this program for completions. */
export function renderCompletionScript(shell: ShellName): string {
  const script = captureConsole(() => new RootCommand().setup("showtime", "showtime", shell)).trimEnd();
  return shell === "bash" ? script.replace(PACKAGED_WORDS, () => WORDS) : script;
}
