/** The shells that completion supports. Apart from the scripts, because those load a package. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link SHELLS}. */
export type ShellName = typeof SHELLS[number];
