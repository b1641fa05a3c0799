/** The work of a build: everything that a worker needs, without the values of secrets. */

/** The program of a build. */
export type JobProgram =
  | { readonly kind: "exec"; readonly argv: readonly string[] }
  /** A pipeline's file in the repository, relative to `cwd`. */
  | { readonly kind: "file"; readonly path: string }
  /** A program that is given the flags of entry points. */
  | { readonly kind: "entry_point"; readonly argv: readonly string[] };

/** The commits whose differences are the changeset. Every revision is validated. */
export type JobChanges =
  /** Everything runs. */
  | { readonly kind: "all" }
  | { readonly kind: "range"; readonly before: string; readonly after: string }
  | { readonly kind: "merge_base"; readonly base: string; readonly head: string }
  /** Each commit is compared with its first parent. */
  | { readonly kind: "commits"; readonly refs: readonly string[] };

/** The work of a build. It is kept with the build as JSON. */
export interface JobSpec {
  readonly pipeline: string;
  /** An address that Git clones. */
  readonly repository: string;
  /** A branch, tag, commit, or `refs/pull/<n>/head`. */
  readonly ref: string;
  /** The exact commit, if the trigger knows it. */
  readonly sha: string | undefined;
  readonly tag: string | undefined;
  readonly pr: number | undefined;
  /** The folder in the repository. It never leads out. */
  readonly cwd: string | undefined;
  readonly program: JobProgram;
  readonly changes: JobChanges;
  readonly timeoutMs: number | undefined;
  readonly workspace: "fresh" | "reuse";
  readonly submodules: boolean;
  /** The names of secrets. Their values are added when a worker claims the build. */
  readonly secrets: readonly string[];
  /** Variables that the trigger gave. */
  readonly env: Readonly<Record<string, string>>;
}

/** The job that a worker receives. */
export interface Job extends JobSpec {
  readonly traceId: string;
  /** The span that the worker writes as the root of the trace. */
  readonly rootSpanId: string;
  /** The address of the build's page; undefined if the server knows no address of its own. */
  readonly url: string | undefined;
  readonly secretValues: Readonly<Record<string, string>>;
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
  readonly serviceName: string;
}
