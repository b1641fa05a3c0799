/** The program's output and its questions. stdout carries the answer, stderr everything else (cli.md). */
export interface Terminal {
  /** The abilities of the terminal, decided once from streams, flags and environment. */
  readonly can: TerminalAbilities;
  /** Writes a line of the answer to stdout. */
  out(text: string): void;
  /** Writes a line to stderr, except under `--quiet`. */
  say(text: string): void;
  /** Writes a line to stderr only under `--verbose`. */
  detail(text: string): void;
  /**
   * Takes a line of a child's output inside a group: shown in Actions and under `--verbose`, else only
   * counted.
   */
  log(text: string): void;
  /** Writes a sentence that matters although nothing is wrong: a plain line, an annotation in Actions. */
  notice(text: string): void;
  /** Writes a warning: `warning: …` on stderr, an annotation in Actions. */
  warn(text: string): void;
  /**
   * Shows what the program waits for: a spinner on a terminal, elsewhere a plain line whenever `text`
   * changes. `undefined` ends it. A `plain` text stands for `text` in plain lines, so that a text that counts does not
   * fill a log.
   */
  progress(text: string | undefined, plain?: string): void;
  /** Opens a log group in Actions (a plain heading elsewhere); returns the function that closes it. */
  group(title: string): () => void;
  /** Asks for yes or no; false if `can.ask` is false. */
  confirm(question: string): Promise<boolean>;
  /**
   * Asks for a choice; undefined if `can.ask` is false. Throws AppError `interrupted` if the person cancels.
   */
  choose<T extends string>(question: string, options: Choices<T>): Promise<T | undefined>;
  /** Asks for a line of text under the same conditions; an empty answer stands for the proposal. */
  ask(question: string, options: AskOptions): Promise<string | undefined>;
}

/** The abilities of the streams that the program writes to. */
export interface TerminalAbilities {
  readonly color: boolean;
  /** Whether OSC 8 hyperlinks work. */
  readonly links: boolean;
  /** Whether stdout is a terminal. */
  readonly tty: boolean;
  /** Whether a person can answer: stdin and stderr are terminals, and this is not CI. */
  readonly ask: boolean;
  /** Width in columns; 80 if it is not known. */
  readonly columns: number;
}

/** The options of a choice. */
export interface Choices<T extends string> {
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  /** The option that is selected at first. */
  readonly initial: T;
}

/** The proposal and the check of a line of text. */
export interface AskOptions {
  /** The proposal: the value of an empty answer. */
  readonly initial: string;
  /** Returns what is wrong with an answer, as a sentence; undefined if it is valid. */
  readonly check: (answer: string) => string | undefined;
}
