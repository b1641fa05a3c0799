import { AppError, EXIT } from "../lib/errors.ts";

/** The kind of a problem; stable, for scripts. */
export type ProblemCode =
  | "syntax"
  | "too_large"
  | "duplicate_key"
  | "unknown_key"
  | "unknown_variable"
  | "wrong_type"
  | "wrong_value"
  | "missing";

/** The position of a problem: a file with line and column (both from 1), a variable or a flag. */
export interface SourcePosition {
  /** `showtime.yml`, `SHOWTIME_ECS__CLUSTER`, `--ttl`. */
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake in the configuration. */
export interface ConfigProblem extends SourcePosition {
  readonly code: ProblemCode;
  /** The dotted key, `build.target`; empty if the problem does not belong to one key. */
  readonly path: string;
  /** The mistake, without a final period. */
  readonly message: string;
  /** The step that corrects it. */
  readonly remedy: string;
}

// A file of another kind would fill the screen; `problems` has all of them.
const MOST_SHOWN = 50;

const HINTS = {
  config_invalid: "Correct the listed problems; `showtime config schema` prints every key with its meaning",
  config_incomplete:
    'Set them; "showtime init" writes a showtime.yml, and "showtime config schema" prints every key',
  pipelines_invalid: "Correct the listed problems; docs/server.md has every key of this file",
} as const;

/**
 * The error for all problems of the configuration at once. Exit code 2. The server's pipelines file has the code
 * `config_invalid` as well, and a hint of its own.
 */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(
    code: keyof typeof HINTS,
    action: string,
    problems: readonly ConfigProblem[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.slice(0, MOST_SHOWN).map((problem) => `  ${renderProblem(problem)}`);
    if (problems.length > MOST_SHOWN) lines.push(`  and ${problems.length - MOST_SHOWN} more`);
    super(
      code === "pipelines_invalid" ? "config_invalid" : code,
      [`${action}: ${count}`, ...lines].join("\n"),
      {
        exitCode: EXIT.usage,
        hint: HINTS[code],
      },
    );
    this.problems = problems;
  }
}

/** Renders a problem on one line: `showtime.yml:4:3: build.taget: unknown key; did you mean "target"?` */
export function renderProblem(problem: ConfigProblem): string {
  const at = [problem.source, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${at}: ${path}${problem.message}; ${problem.remedy}`;
}

/** Sorts the problems of a file from top to bottom. A value with wrong YAML gets no second problem. */
export function fileProblems(
  yaml: readonly ConfigProblem[],
  values: readonly ConfigProblem[],
): readonly ConfigProblem[] {
  const known = new Set(yaml.filter(({ code }) => code === "syntax").map(({ path }) => path));
  return [...yaml, ...values.filter(({ path }) => !known.has(path))].sort(byPlace);
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
