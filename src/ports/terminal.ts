/** Where the program talks to people. stdout carries the answer, stderr the talk (cli.md). */
export interface Terminal {
  /** What the terminal can do; decided once from streams, flags and environment. */
  readonly can: TerminalAbilities;
  /** Writes a line of the answer to stdout. */
  out(text: string): void;
  /** Writes a line of talk to stderr; nothing under `--quiet`. */
  say(text: string): void;
  /** Writes a line to stderr only under `--verbose`. */
  detail(text: string): void;
  /** A line of a child's output inside a group: shown in Actions and under `--verbose`, else only counted. */
  log(text: string): void;
  /** A warning: `warning: …` on stderr, an annotation in Actions. */
  warn(text: string): void;
  /**
   * Tells what is waited for: a spinner line on a terminal, elsewhere a plain line whenever `text` changes.
   * `undefined` ends it.
   */
  progress(text: string | undefined): void;
  /** Opens a log group in Actions (a plain heading elsewhere); returns the function that closes it. */
  group(title: string): () => void;
  /** Asks for yes or no; only where `can.ask`. */
  confirm(question: string): Promise<boolean>;
  /** Asks for one of several; undefined where nobody can be asked. Throws AppError `interrupted` for who goes away. */
  choose<T extends string>(question: string, options: Choices<T>): Promise<T | undefined>;
  /** Asks for a line of text, in the same way; an empty answer is the proposal. */
  ask(question: string, options: AskOptions): Promise<string | undefined>;
}

/** What the place where we write is able to show. */
export interface TerminalAbilities {
  readonly color: boolean;
  /** OSC 8 hyperlinks. */
  readonly links: boolean;
  /** stdout is a terminal. */
  readonly tty: boolean;
  /** A person can be asked: stdin and stderr are terminals, and this is no CI. */
  readonly ask: boolean;
  /** Width in columns; 80 where it is not known. */
  readonly columns: number;
}

/** What can be chosen. */
export interface Choices<T extends string> {
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  /** Where the choice begins. */
  readonly initial: T;
}

/** How a line of text is asked for. */
export interface AskOptions {
  /** What an empty answer means. */
  readonly initial: string;
  /** Says what is wrong with an answer, as a sentence; undefined where nothing is. */
  readonly check: (answer: string) => string | undefined;
}
