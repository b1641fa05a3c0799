import type { LiveNode, NodeState } from "./build_tree.ts";
import { isFailure } from "./status_words.ts";

/** A row of a collapsed tree: a node, or a count of those children of it that have no row. */
export interface CollapsedRow {
  readonly node: LiveNode;
  readonly depth: number;
  /** The row of the parent. */
  readonly above: CollapsedRow | undefined;
  /** The states of the children without a row; undefined for the row of the node itself. */
  readonly counts: ReadonlyMap<NodeState, number> | undefined;
}

/** The rows that fit a screen. */
export interface CollapsedTree {
  readonly rows: readonly CollapsedRow[];
  /** The numbers of rows with a program that did not fit. */
  readonly hidden: { readonly running: number; readonly failed: number };
}

/**
 * Chooses the rows of a tree that is taller than the screen: what runs and what failed, with the other
 * siblings counted. If these do not fit either, failures have half of the screen, and the steps that have run
 * for the longest time have the rest. The cost depends on the steps that run and failed, and not on the number
 * of all steps.
 */
export function collapseTree(root: LiveNode, room: number): CollapsedTree {
  const rows = rowsOf(root, Math.max(1, Math.floor(room / 3)));
  if (rows.length <= room) return { rows, hidden: { running: 0, failed: 0 } };
  const leaves = rows.filter(({ node, counts }) => counts === undefined && node.runsProgram);
  const failed = leaves.filter(({ node }) => hasFailed(node));
  const running = leaves.filter(({ node }) => node.state === "running")
    .sort((a, b) => a.node.startedAt - b.node.startedAt);
  const kept = new Kept();
  kept.take(failed, Math.floor(room / 2));
  // One line says what has no row.
  kept.take(running, room - 1);
  kept.take(failed, room - 1);
  return {
    rows: rows.filter((row) => kept.has(row)),
    hidden: { running: kept.countOthers(running), failed: kept.countOthers(failed) },
  };
}

function rowsOf(root: LiveNode, mostFailures: number): readonly CollapsedRow[] {
  const rows: CollapsedRow[] = [];
  const visit = (node: LiveNode, above: CollapsedRow | undefined) => {
    const depth = above === undefined ? 0 : above.depth + 1;
    const row = { node, depth, above, counts: undefined };
    rows.push(row);
    const shown = [...node.failed.slice(-mostFailures), ...node.running].sort((a, b) => a.index - b.index);
    for (const child of shown) visit(child, row);
    if (node.state !== "running" || node.children.length === shown.length) return;
    const counts = new Map(node.counts);
    for (const { state } of shown) counts.set(state, (counts.get(state) ?? 0) - 1);
    rows.push({ node, depth: depth + 1, above: row, counts });
  };
  visit(root, undefined);
  return rows;
}

function hasFailed({ state }: LiveNode): boolean {
  return state !== "running" && state !== "waiting" && isFailure(state);
}

/** The rows that are shown, each with the rows above it. */
class Kept {
  readonly #rows = new Set<CollapsedRow>();

  has(row: CollapsedRow): boolean {
    return this.#rows.has(row);
  }

  /** Takes rows in their order, until there are so many. */
  take(rows: readonly CollapsedRow[], most: number): void {
    for (const row of rows) {
      if (this.#rows.size >= most) return;
      const path: CollapsedRow[] = [];
      for (
        let next: CollapsedRow | undefined = row;
        next !== undefined && !this.has(next);
        next = next.above
      ) {
        path.push(next);
      }
      if (this.#rows.size + path.length > most) continue;
      for (const each of path) this.#rows.add(each);
    }
  }

  /** Counts the rows that are not shown. */
  countOthers(rows: readonly CollapsedRow[]): number {
    return rows.filter((row) => !this.has(row)).length;
  }
}
