import { AppError, EXIT, type ExitCode } from "../../lib/errors.ts";

/** A mistake in a pipeline's file, or in one that belongs to it, as `pipeline check --json` has it. */
export interface PipelineFileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The mistake, without a final period. */
  readonly message: string;
  /** The step that corrects it. */
  readonly hint: string;
}

// A file of another kind would fill the screen; `problems` has all of them.
const MOST_SHOWN = 50;

/** The error for all problems of a file at once: `pipeline_invalid`, exit code 2 unless the caller has another. */
export class PipelineFileError extends AppError {
  readonly problems: readonly PipelineFileProblem[];

  constructor(file: string, problems: readonly PipelineFileProblem[], exitCode: ExitCode = EXIT.usage) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.slice(0, MOST_SHOWN).map((problem) => `  ${renderFileProblem(problem)}`);
    if (problems.length > MOST_SHOWN) lines.push(`  and ${problems.length - MOST_SHOWN} more`);
    super("pipeline_invalid", [`Reading the pipeline ${file}: ${count}`, ...lines].join("\n"), {
      exitCode,
      hint: `Correct ${
        problems.length === 1 ? "it" : "them"
      }; "showtime help pipeline check" lists the keys of a node`,
    });
    this.problems = problems;
  }
}

/** Renders a problem on one line: `build.yml:4:3: unknown key "tiemout". Did you mean "timeout"?` */
export function renderFileProblem({ file, line, column, message, hint }: PipelineFileProblem): string {
  return `${file}:${line}:${column}: ${message}. ${hint}`;
}
