/** The recorded answers of bass to bare pipelines, and the cases they are answers to. */

/** A case, as tests/fixtures/bass/cases.json has it. */
export interface BassCase {
  readonly name: string;
  /** The case of the acceptance list that it belongs to. */
  readonly acceptance: string;
  /** A bare pipeline; undefined in a case about an environment file. */
  readonly pipeline?: unknown;
  /** The changed paths; undefined for none known. */
  readonly changeset?: readonly string[];
  /** Variables besides those of the place. */
  readonly env?: Readonly<Record<string, string>>;
  /** The text of an environment file; undefined in a case about a pipeline. */
  readonly env_file?: string;
  /** The order in which programs run is not the same every time. */
  readonly any_order?: boolean;
  /** Asks for a root span, with `-g`. */
  readonly generate_root?: boolean;
  /** The build has a warning. */
  readonly warns?: boolean;
  /** The right answer where that of bass is wrong. */
  readonly expected?: BassAnswer;
  /** Why bass's answer is wrong. */
  readonly reason?: string;
}

/** An answer: of bass as it was recorded, or the expected one. */
export interface BassAnswer {
  readonly exit_code: number;
  /** The programs in the order in which they ran; sorted if the case has `any_order`. */
  readonly ran?: readonly ProgramRun[];
  /** The highest number of programs named `nap` that ran at once, if any ran. */
  readonly naps_at_once?: number;
  /** The number of programs named `nap` that reached their end, if any ran. */
  readonly naps_finished?: number;
  /** The processes that lived when the builder had ended, if there were any. */
  readonly survivors?: number;
  readonly spans?: readonly SpanTree[];
  /** Spans whose parent was never sent, if there were any. */
  readonly orphans?: readonly SpanTree[];
  readonly logs?: readonly LogOf[];
  /** The variables that a job is given. */
  readonly env?: Readonly<Record<string, string>>;
  /** The last line of an error that ended bass. */
  readonly error?: string;
}

/** A program that ran; `cwd` is relative to the root. */
export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** A span with those below it, sorted by name. `status` is 0 (unset), 1 (OK) or 2 (error). */
export interface SpanTree {
  readonly name: string;
  readonly status: number;
  readonly spans: readonly SpanTree[];
}

/** A log record: the name of its span, its severity and its text. */
export interface LogOf {
  readonly span: string;
  readonly severity: number;
  readonly body: string;
}
