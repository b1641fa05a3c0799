import { formatDuration } from "../../../lib/duration.ts";
import { quote } from "../../../lib/quote.ts";
import { formatPattern } from "../../../pipelines/core/changeset.ts";
import type { NodeWork } from "../../../pipelines/core/pipeline.ts";
import type { PlannedNode } from "../../../pipelines/core/plan_tree.ts";
import type { Style } from "../../render/style.ts";
import { type Cell, type Column, renderTable } from "../../render/table.ts";

/** The look of a tree. */
export interface TreeOptions {
  readonly style: Style;
  /** Whether the tree says which steps run, and why. */
  readonly isPlan: boolean;
}

/** Renders the tree of a pipeline: a line a node, with its program and its settings, or why it runs. */
export function renderTree(tree: PlannedNode, { style, isPlan }: TreeOptions): readonly string[] {
  const columns: readonly Column[] = isPlan
    ? [{ title: "STEP" }, { title: "RUNS" }, { title: "WHY", shrinks: true }, {
      title: "DOES",
      shrinks: true,
    }]
    : [{ title: "STEP" }, { title: "DOES", shrinks: true }, { title: "SETTINGS", shrinks: true }];
  return renderTable(columns, rowsOf(tree, { style, isPlan, first: "", rest: "" }), { style });
}

interface RowOptions extends TreeOptions {
  /** The lines of the tree before the node, and before the nodes below it. */
  readonly first: string;
  readonly rest: string;
}

function rowsOf(
  planned: PlannedNode,
  { style, isPlan, first, rest }: RowOptions,
): readonly (readonly Cell[])[] {
  const { node, decision, parts } = planned;
  const name = first + (node.path.split("/").at(-1) ?? node.name);
  const does = { text: describeWork(node.work) };
  const cells: readonly Cell[] = isPlan
    ? [
      { text: name, paint: decision.run ? undefined : style.dim },
      decision.run ? { text: "yes", paint: style.good } : { text: "no", paint: style.dim },
      { text: decision.reason ?? "" },
      { ...does, paint: decision.run ? undefined : style.dim },
    ]
    : [{ text: name }, does, { text: describeSettings(planned), paint: style.dim }];
  return [
    cells,
    ...parts.flatMap((part, index) => {
      const isLast = index === parts.length - 1;
      return rowsOf(part, {
        style,
        isPlan,
        first: `${rest}${isLast ? "└─ " : "├─ "}`,
        rest: `${rest}${isLast ? "   " : "│  "}`,
      });
    }),
  ];
}

function describeWork(work: NodeWork): string {
  switch (work.kind) {
    case "exec":
      return work.argv.map(quoteArgument).join(" ");
    case "run": {
      const [line = "", ...more] = work.script.trim().split(/\r?\n/);
      return more.length === 0 ? `sh: ${line}` : `sh: ${line} … (${more.length + 1} lines)`;
    }
    case "steps": {
      const count = work.steps.length === 1 ? "1 step" : `${work.steps.length} steps`;
      if (work.order === "sequential") return count;
      return work.steps.length <= work.maxParallel
        ? `${count}, unordered`
        : `${count}, ${work.maxParallel} at once`;
    }
  }
}

function quoteArgument(text: string): string {
  return /^[\w@%+=:,./${}-]+$/.test(text) ? text : quote(text);
}

function describeSettings({ node, kind }: PlannedNode): string {
  const env = Object.keys(node.env);
  return [
    ...(kind === "setup" ? ["set-up"] : kind === "teardown" ? ["tear-down"] : []),
    ...(node.changesetPattern === undefined ? [] : [`if ${formatPattern(node.changesetPattern)} changed`]),
    ...(node.timeoutMs === undefined ? [] : [`at most ${formatDuration(node.timeoutMs)}`]),
    ...(node.cwd === undefined ? [] : [`in ${node.cwd}`]),
    ...(env.length === 0 ? [] : [`env ${env.join(" ")}`]),
    ...(node.secrets.length === 0 ? [] : [`secrets ${node.secrets.join(" ")}`]),
    ...(node.strictTeardown ? ["strict tear-down"] : []),
  ].join(", ");
}
