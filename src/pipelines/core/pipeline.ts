/** A pipeline: a tree of nodes, checked and with its defaults filled in. */

/**
 * The format of a pipeline's file: the format of this program, or that of the builder it replaces, whose files have
 * no `version`.
 */
export type PipelineFormat = "version-1" | "bare";

/** A pipeline, ready to run. */
export interface Pipeline {
  readonly format: PipelineFormat;
  readonly root: PipelineNode;
}

/** A node of the tree, with its own set-up and tear-down. */
export interface PipelineNode {
  readonly name: string;
  /**
   * The names from the root to this node, joined by `/`. No two nodes of a pipeline have the same path, set-ups and
   * tear-downs included. In a bare file the second of two equal siblings is `name#2`.
   */
  readonly path: string;
  readonly work: NodeWork;
  /** Limits set-up and body together, children included. */
  readonly timeoutMs: number | undefined;
  /** The node runs only if the pattern is found in a changed path. */
  readonly changesetPattern: RegExp | undefined;
  /** The working folder, relative to the parent's; undefined for the parent's own. */
  readonly cwd: string | undefined;
  /** Variables of this node and those below it. Values may use `$NAME`. */
  readonly env: Readonly<Record<string, string>>;
  /** The names of the secrets that this node and those below it see. A bare node sees all secrets. */
  readonly secrets: readonly string[];
  readonly setup: PipelineNode | undefined;
  readonly teardown: PipelineNode | undefined;
  /** Whether a failed tear-down fails the node. */
  readonly strictTeardown: boolean;
}

/** The body of a node. */
export type NodeWork =
  /** A program and its arguments, without a shell. `$NAME` and `${NAME}` are replaced in each. Never empty. */
  | { readonly kind: "exec"; readonly argv: readonly string[] }
  /** A text for `sh -eu`. */
  | { readonly kind: "run"; readonly script: string }
  | {
    readonly kind: "steps";
    readonly order: "sequential" | "unordered";
    /** The number of children that run at once, if they are unordered. */
    readonly maxParallel: number;
    /** Never empty. */
    readonly steps: readonly PipelineNode[];
  };

/** The number of children of an unordered node that run at once, unless the node says otherwise. */
export const DEFAULT_MAX_PARALLEL = 5;

/** The time limit of a tear-down without one of its own, in milliseconds. */
export const TEARDOWN_TIMEOUT_MS = 10 * 60 * 1000;

/** The longest time that a tear-down has after a timeout or a cancellation, in milliseconds. */
export const TEARDOWN_AFTER_STOP_MS = 30 * 1000;
