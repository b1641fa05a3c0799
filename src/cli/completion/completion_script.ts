import { RootCommand } from "@bomb.sh/tab";
import { captureConsole } from "./capture_console.ts";
import type { ShellName } from "./shells.ts";

/** A part of the package's script for bash, and its replacement. */
type Patch = readonly [packaged: string, replacement: string];

/** The changes to the package's script for bash. */
const BASH_PATCHES: readonly Patch[] = [
  // The package bash-completion is not installed everywhere. Without it, the script uses bash's own variables.
  [
    '    _get_comp_words_by_ref -n "=:" cur prev words cword',
    `    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n "=:" cur prev words cword
    else
        words=("\${COMP_WORDS[@]}")
        cword=$COMP_CWORD
        cur="\${COMP_WORDS[COMP_CWORD]}"
        prev="\${COMP_WORDS[COMP_CWORD - 1]}"
    fi`,
  ],
  // The package runs the typed words with eval. A completion key must not run commands inside of them.
  [
    [
      '    requestComp="showtime complete -- ${words[@]:1}"',
      "    ",
      "    # Add an empty parameter if the last parameter is complete",
      '    if [[ -z "$cur" ]]; then',
      "        requestComp=\"$requestComp ''\"",
      "    fi",
      "    ",
      "    # Get completions from the program",
      '    out=$(eval "$requestComp" 2>/dev/null)',
    ].join("\n"),
    '    out=$(showtime complete -- "${words[@]:1:cword}" 2>/dev/null)',
  ],
  // A shell may load the script again, and readonly variables would then be an error.
  ...["Error", "NoSpace", "NoFileComp", "FilterFileExt", "FilterDirs", "KeepOrder"].map((name): Patch => [
    `readonly ShellCompDirective${name}=`,
    `ShellCompDirective${name}=`,
  ]),
];

/** Renders the script that makes a shell ask this program for completions. */
export function renderCompletionScript(shell: ShellName): string {
  const script = captureConsole(() => new RootCommand().setup("showtime", "showtime", shell)).trimEnd();
  if (shell !== "bash") return script;
  return BASH_PATCHES.reduce((text, [packaged, replacement]) => {
    // Another version of the package may have fixed this itself, or differently. Then the patch needs a review.
    if (!text.includes(packaged)) throw new RangeError(`The script for bash has no "${packaged.trim()}"`);
    return text.replace(packaged, () => replacement);
  }, script);
}
