import { RootCommand } from "@bomb.sh/tab";
import { captureConsole } from "./capture_console.ts";
import type { ShellName } from "./commands/general/registry.ts";

/** A part of the package's script for bash, and what stands in its place. */
type Mend = readonly [packaged: string, ours: string];

/** What is not to be in the script that people load. */
const BASH_MENDS: readonly Mend[] = [
  // The package bash-completion is not everywhere: without it, bash's own variables.
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
  // What is being typed is no program yet: a key for completion must not run what stands in it.
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
  // Loading it once more is no mistake.
  ...["Error", "NoSpace", "NoFileComp", "FilterFileExt", "FilterDirs", "KeepOrder"].map((name): Mend => [
    `readonly ShellCompDirective${name}=`,
    `ShellCompDirective${name}=`,
  ]),
];

/** The script that makes a shell ask this program for completions. */
export function renderCompletionScript(shell: ShellName): string {
  const script = captureConsole(() => new RootCommand().setup("showtime", "showtime", shell)).trimEnd();
  if (shell !== "bash") return script;
  return BASH_MENDS.reduce((text, [packaged, ours]) => {
    // Another version of the package may have mended it itself, or differently: then somebody has to look.
    if (!text.includes(packaged)) throw new RangeError(`The script for bash has no "${packaged.trim()}"`);
    return text.replace(packaged, () => ours);
  }, script);
}
