import { AppError, EXIT } from "../lib/errors.ts";

/** What kind of mistake a problem is; stable, for scripts. */
export type ProblemCode =
  | "syntax"
  | "too_large"
  | "duplicate_key"
  | "unknown_key"
  | "unknown_variable"
  | "wrong_type"
  | "wrong_value"
  | "missing";

/** Where a problem was found: a file with line and column (both from 1), a variable, a flag. */
export interface SourcePosition {
  /** `showtime.yml`, `SHOWTIME_ECS__CLUSTER`, `--ttl`. */
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake in the configuration. */
export interface ConfigProblem extends SourcePosition {
  readonly code: ProblemCode;
  /** Dotted key, `build.target`; empty where the problem is not with one key. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

// A file that is nothing of ours would fill the screen; `problems` has them all.
const MOST_SHOWN = 50;

/** All mistakes of the configuration at once. Exit code 2. */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(
    code: "config_invalid" | "config_incomplete",
    action: string,
    problems: readonly ConfigProblem[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.slice(0, MOST_SHOWN).map((problem) => `  ${renderProblem(problem)}`);
    if (problems.length > MOST_SHOWN) lines.push(`  and ${problems.length - MOST_SHOWN} more`);
    super(code, [`${action}: ${count}`, ...lines].join("\n"), {
      exitCode: EXIT.usage,
      hint: "Correct what is listed; `showtime config schema` prints every key with its meaning",
    });
    this.problems = problems;
  }
}

/** One line: `showtime.yml:4:3: build.taget: unknown key; did you mean "target"?` */
export function renderProblem(problem: ConfigProblem): string {
  const at = [problem.source, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${at}: ${path}${problem.message}; ${problem.remedy}`;
}

/** Text from a configuration, quoted, without control characters, and not longer than people read. */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return `"${
    shown.replace(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, (char) =>
      char === '"' || char === "\\" ? `\\${char}` : escaped(char))
  }"`;
}

function escaped(char: string): string {
  return `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
