import { type AppError, usageError } from "../../../lib/errors.ts";
import { formatPath, type Path } from "../tree/path.ts";

/** Where something stands in the app files. */
export interface Place {
  readonly file: string;
  /** Counted from 1; undefined if the whole file is meant. */
  readonly line: number | undefined;
}

/** One mistake in the app files. */
export interface AppProblem extends Place {
  /** The path in the file; empty if the problem belongs to no key. */
  readonly path: Path;
  /** The mistake, without a final period. */
  readonly message: string;
  /** The step that corrects it. */
  readonly remedy: string;
}

/** The most problems that one error shows. */
const MOST_SHOWN = 50;

/** Makes the error for all problems of the app files at once: code `app_invalid`, exit code 2. */
export function appFilesError(problems: readonly AppProblem[]): AppError {
  const lines = problems.slice(0, MOST_SHOWN).map((problem) => `  ${renderAppProblem(problem)}`);
  if (problems.length > MOST_SHOWN) lines.push(`  and ${problems.length - MOST_SHOWN} more`);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return usageError(
    "app_invalid",
    [`Reading the app files: ${count}`, ...lines].join("\n"),
    "Correct the listed problems; `showtime context validate --app` checks the files again",
  );
}

/** Renders a problem on one line: `app.yaml:4: variables.version: expected text, found a list; …`. */
export function renderAppProblem({ path, message, remedy, ...place }: AppProblem): string {
  const at = path.length === 0 ? "" : `${formatPath(path)}: `;
  return `${formatPlace(place)}: ${at}${message}; ${remedy}`;
}

/** Formats a place as `app.yaml:4`. */
export function formatPlace({ file, line }: Place): string {
  return line === undefined ? file : `${file}:${line}`;
}
