import { usageError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import { quote } from "../../lib/quote.ts";
import { findChange, formatPattern } from "./changeset.ts";
import type { PipelineNode } from "./pipeline.ts";

/** The part of a pipeline to run. */
export interface RunChoice {
  /** The changed paths, relative to the root; undefined if they are not known. None at all counts as not known. */
  readonly changeset: readonly string[] | undefined;
  /** The path of the only node to run, with its children and the set-ups and tear-downs around it; undefined for all. */
  readonly only: string | undefined;
}

/** The decision about a node, with words for people. The reason is undefined for a node that has no condition. */
export type RunDecision =
  /** The node is entered: its set-up, body and tear-down are decided on their own. */
  | { readonly run: true; readonly reason: string | undefined }
  /** The node is skipped, which passes, and so is everything in it. */
  | { readonly run: false; readonly reason: string };

/**
 * Plans a run: returns the function that decides about each node of the tree, set-ups and tear-downs included. It answers
 * for nodes of this tree whose parent runs. Throws AppError `step_unknown` (exit code 2) if no step has the path of
 * `only`.
 */
export function planRun(
  root: PipelineNode,
  { changeset, only }: RunChoice,
): (node: PipelineNode) => RunDecision {
  const chosen = only === undefined ? undefined : chooseNodes(root, only);
  const byChange = makeChangeRule(changeset ?? []);
  return (node) => {
    if (chosen?.has(node) === false) return { run: false, reason: `it is not part of ${only}` };
    return byChange(node.changesetPattern);
  };
}

/** Returns the nodes in a node: its set-up, its children in their order, its tear-down. */
export function partsOf(node: PipelineNode): readonly PipelineNode[] {
  const children = node.work.kind === "steps" ? node.work.steps : [];
  return [node.setup, ...children, node.teardown].filter((part) => part !== undefined);
}

/** Many nodes have the same pattern, and a changeset may be long: each pattern is looked for once. */
function makeChangeRule(changeset: readonly string[]): (pattern: RegExp | undefined) => RunDecision {
  const found = new Map<string, RunDecision>();
  return (pattern) => {
    if (pattern === undefined) return { run: true, reason: undefined };
    if (changeset.length === 0) return { run: true, reason: "the changes are not known" };
    const known = found.get(String(pattern));
    if (known !== undefined) return known;
    const path = findChange(pattern, changeset);
    const decision: RunDecision = path === undefined
      ? { run: false, reason: `no changed path matches ${formatPattern(pattern)}` }
      : { run: true, reason: `${path} changed` };
    found.set(String(pattern), decision);
    return decision;
  };
}

/** Collects the node at `path` with all in it, its ancestors, and their set-ups and tear-downs with all in them. */
function chooseNodes(root: PipelineNode, path: string): ReadonlySet<PipelineNode> {
  const line = lineTo(root, path);
  const target = line.at(-1);
  if (target === undefined) throw unknownStep(root, path);
  const chosen = new Set(line);
  const addAll = (node: PipelineNode | undefined): void => {
    if (node === undefined) return;
    chosen.add(node);
    partsOf(node).forEach(addAll);
  };
  addAll(target);
  for (const { setup, teardown } of line) [setup, teardown].forEach(addAll);
  return chosen;
}

/** Returns the nodes from the root to the step at `path`; none if no step has it. */
function lineTo(root: PipelineNode, path: string): readonly PipelineNode[] {
  if (root.path === path) return [root];
  if (!path.startsWith(`${root.path}/`) || root.work.kind !== "steps") return [];
  for (const step of root.work.steps) {
    const rest = lineTo(step, path);
    if (rest.length > 0) return [root, ...rest];
  }
  return [];
}

const PATHS = '"showtime pipeline show FILE" shows all steps, and a path is their names joined by /';

function unknownStep(root: PipelineNode, path: string): Error {
  const paths = stepPaths(root);
  const part = findPart(root, path);
  if (part !== undefined) {
    const [role, owner] = part;
    return usageError(
      "step_unknown",
      `Choosing ${quote(path)}: it belongs to the ${role} of ${owner}, which runs with the steps of ${owner}`,
      `Choose ${owner}, or a step in it: ${PATHS}`,
    );
  }
  const close = nearPaths(path, paths);
  return usageError(
    "step_unknown",
    `Choosing ${quote(path)}: the pipeline has no step with this path`,
    close.length === 0 ? PATHS : `Did you mean ${close.join(" or ")}? ${PATHS}`,
  );
}

/** The most paths that a message suggests. */
const MOST_SUGGESTED = 3;

/** Finds the steps with the nearest path, and those that have the last name of `path` elsewhere in the tree. */
function nearPaths(path: string, paths: readonly string[]): readonly string[] {
  const last = path.split("/").at(-1) ?? path;
  const sameName = paths.filter((each) => each.endsWith(`/${last}`));
  const near = nearest(path, paths);
  const nearName = nearest(last, paths.map((each) => each.split("/").at(-1) ?? each));
  const alike = nearName === undefined ? [] : paths.filter((each) => each.endsWith(`/${nearName}`));
  return [...new Set([...sameName, ...(near === undefined ? [] : [near]), ...alike])].slice(
    0,
    MOST_SUGGESTED,
  );
}

/** Returns the paths of the steps: everything besides set-ups and tear-downs and what is in them. */
function stepPaths(node: PipelineNode): readonly string[] {
  return [node.path, ...(node.work.kind === "steps" ? node.work.steps.flatMap(stepPaths) : [])];
}

/** Finds the set-up or tear-down that a path belongs to, with the path of its node. */
function findPart(node: PipelineNode, path: string): readonly [role: string, owner: string] | undefined {
  const within = (part: PipelineNode | undefined) =>
    part !== undefined && (path === part.path || path.startsWith(`${part.path}/`));
  if (within(node.setup)) return ["set-up", node.path];
  if (within(node.teardown)) return ["tear-down", node.path];
  if (node.work.kind !== "steps") return undefined;
  for (const step of node.work.steps) {
    const found = findPart(step, path);
    if (found !== undefined) return found;
  }
  return undefined;
}
