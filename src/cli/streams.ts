/** The streams of the process as they are, for a command that lays out its output itself. Secrets are masked. */
export interface Streams {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Returns the size of the terminal now; undefined if neither stream is one. */
  readonly size: () => { readonly columns: number; readonly rows: number } | undefined;
}
