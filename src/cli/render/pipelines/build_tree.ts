import type { BuildEvent } from "../../../pipelines/core/build_event.ts";
import type { Step, StepStatus } from "../../../pipelines/core/build_result.ts";
import type { PipelineNode } from "../../../pipelines/core/pipeline.ts";
import { isFailure } from "./status_words.ts";

/** The state of a node while the build runs. */
export type NodeState = "waiting" | "running" | StepStatus;

/** A node of the tree, with what has happened to it so far. */
export interface LiveNode {
  readonly name: string;
  /** Whether its body is a program. */
  readonly runsProgram: boolean;
  readonly parent: LiveNode | undefined;
  /** The place among the parent's children. */
  readonly index: number;
  readonly children: LiveNode[];
  state: NodeState;
  startedAt: number;
  durationMs: number;
  /** The last line of output that is not blank, as it came. */
  lastLine: string;
  reason: string | undefined;
  /** The children that run now. */
  readonly running: Set<LiveNode>;
  /** The children that failed or timed out. */
  readonly failed: LiveNode[];
  /** The number of children in each state. */
  readonly counts: Map<NodeState, number>;
}

/**
 * The tree of a running build. Each event costs the same, however many steps there are: a view counts nothing anew when
 * it paints.
 */
export class BuildTree {
  readonly root: LiveNode;
  /** The number of nodes with a program, in each state. */
  readonly programs = new Map<NodeState, number>();
  readonly #byPath = new Map<string, LiveNode>();
  readonly #pathOf = new Map<string, string>();

  constructor(root: PipelineNode) {
    this.root = this.#add(root, undefined);
    const rest: (readonly [PipelineNode, LiveNode])[] = [[root, this.root]];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const [node, live] = next;
      for (const child of childrenOf(node)) rest.push([child, this.#add(child, live)]);
    }
  }

  /** The number of nodes. */
  get size(): number {
    return this.#byPath.size;
  }

  /** Takes an event of the build. */
  apply(event: BuildEvent): void {
    switch (event.kind) {
      case "step_started": {
        const node = this.#find(event.step);
        node.startedAt = event.at;
        this.#move(node, "running");
        break;
      }
      case "step_output": {
        const line = event.lines.findLast((each) => each.trim() !== "");
        if (line !== undefined) this.#find(event.step).lastLine = line;
        break;
      }
      case "step_ended": {
        const node = this.#find(event.step);
        node.durationMs = event.result.durationMs;
        node.reason = event.result.reason;
        this.#move(node, event.result.status);
        this.#skipBelow(node);
        break;
      }
      default:
    }
  }

  /** Skips the nodes in a node that has ended, which have no events of their own if it was not entered. */
  #skipBelow(node: LiveNode): void {
    for (const child of node.children) {
      if (child.state !== "waiting") continue;
      this.#move(child, "skipped");
      this.#skipBelow(child);
    }
  }

  #find(step: Step): LiveNode {
    this.#pathOf.set(step.id, step.path);
    const known = this.#byPath.get(step.path);
    if (known !== undefined) return known;
    const parent = step.parentId === undefined ? undefined : this.#pathOf.get(step.parentId);
    const above = parent === undefined ? undefined : this.#byPath.get(parent);
    return this.#add(step, above ?? this.root);
  }

  #add(
    added: Pick<PipelineNode, "name" | "path"> & Partial<Pick<PipelineNode, "work">>,
    parent: LiveNode | undefined,
  ): LiveNode {
    const node: LiveNode = {
      name: added.name,
      runsProgram: added.work?.kind !== "steps",
      parent,
      index: parent?.children.length ?? 0,
      children: [],
      state: "waiting",
      startedAt: 0,
      durationMs: 0,
      lastLine: "",
      reason: undefined,
      running: new Set(),
      failed: [],
      counts: new Map(),
    };
    parent?.children.push(node);
    if (parent !== undefined) change(parent.counts, "waiting", 1);
    if (node.runsProgram) change(this.programs, "waiting", 1);
    this.#byPath.set(added.path, node);
    return node;
  }

  #move(node: LiveNode, state: NodeState): void {
    const { parent } = node;
    if (node.runsProgram) {
      change(this.programs, node.state, -1);
      change(this.programs, state, 1);
    }
    if (parent !== undefined) {
      change(parent.counts, node.state, -1);
      change(parent.counts, state, 1);
      if (state === "running") parent.running.add(node);
      else parent.running.delete(node);
      if (state !== "running" && state !== "waiting" && isFailure(state)) parent.failed.push(node);
    }
    node.state = state;
  }
}

function childrenOf({ work, setup, teardown }: PipelineNode): readonly PipelineNode[] {
  return [
    ...setup === undefined ? [] : [setup],
    ...work.kind === "steps" ? work.steps : [],
    ...teardown === undefined ? [] : [teardown],
  ];
}

function change(counts: Map<NodeState, number>, state: NodeState, by: number): void {
  counts.set(state, (counts.get(state) ?? 0) + by);
}
