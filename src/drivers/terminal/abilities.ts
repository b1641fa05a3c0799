import { wantsColor } from "../../lib/paint.ts";
import type { TerminalAbilities } from "../../ports/terminal.ts";

/** The streams and settings that a terminal is made from. */
export interface TerminalOptions {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinTty: boolean;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Width; undefined if unknown. */
  readonly columns: number | undefined;
  /** False for `--no-color`. */
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Monotonic time in milliseconds; tests replace it. */
  readonly now?: () => number;
}

/** Names of terminals that show links. */
const LINKING = /iTerm|WezTerm|vscode|Hyper|ghostty|kitty|rio|tabby|WarpTerminal/i;

/** Finds what the terminal can show, from its streams and variables. */
export function findAbilities(options: TerminalOptions): TerminalAbilities {
  const { env, stdoutTty, stderrTty, stdinTty } = options;
  const dumb = env["TERM"] === "dumb";
  const color = wantsColor({ env, allowed: options.color, tty: stdoutTty });
  const ci = (env["CI"] ?? "") !== "" || env["GITHUB_ACTIONS"] === "true";
  return {
    color,
    // Forced colours in a file or a pipe bring no links, unless links are forced too.
    links: color && (stdoutTty || env["FORCE_HYPERLINK"] !== undefined) && canLink(env),
    tty: stdoutTty,
    ask: stdinTty && stderrTty && !ci && !dumb,
    columns: options.columns !== undefined && options.columns > 0 ? options.columns : 80,
  };
}

function canLink(env: TerminalOptions["env"]): boolean {
  if (env["FORCE_HYPERLINK"] !== undefined) return env["FORCE_HYPERLINK"] !== "0";
  if (env["WT_SESSION"] !== undefined || env["KONSOLE_VERSION"] !== undefined) return true;
  if (LINKING.test(env["TERM_PROGRAM"] ?? "") || LINKING.test(env["TERM"] ?? "")) return true;
  // GNOME Terminal and other users of VTE show links since 0.50.
  return Number(env["VTE_VERSION"] ?? "0") >= 5000;
}
