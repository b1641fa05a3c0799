/** Plays builds for views: a tree of nodes, and the events of its run without any program. */

import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildResult, Step, StepResult, StepStatus } from "../../../src/pipelines/core/build_result.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";

/** The instant at which a played build begins. */
export const BEGIN = Date.UTC(2026, 0, 2, 3, 4, 5);
const TRACE_ID = "0123456789abcdef0123456789abcdef";

/** A node that runs a program. */
export function leaf(name: string): PipelineNode {
  return node(name, { kind: "exec", argv: ["true"] });
}

/** A node with children that run one after the other. */
export function branch(name: string, steps: readonly PipelineNode[]): PipelineNode {
  return node(name, { kind: "steps", order: "sequential", maxParallel: 5, steps });
}

/** A node with children that run at the same time. */
export function unordered(name: string, steps: readonly PipelineNode[]): PipelineNode {
  return node(name, { kind: "steps", order: "unordered", maxParallel: 5, steps });
}

/** A node with a set-up and a tear-down around it. */
export function around(inner: PipelineNode): PipelineNode {
  return { ...inner, setup: leaf("setup"), teardown: leaf("teardown") };
}

function node(name: string, work: PipelineNode["work"]): PipelineNode {
  return {
    name,
    path: name,
    work,
    timeoutMs: undefined,
    changesetPattern: undefined,
    cwd: undefined,
    env: {},
    secrets: [],
    setup: undefined,
    teardown: undefined,
    strictTeardown: false,
  };
}

/** Gives every node of a tree its path. */
export function rooted(root: PipelineNode, above = ""): PipelineNode {
  const path = `${above}${root.name}`;
  const below = (child: PipelineNode) => rooted(child, `${path}/`);
  return {
    ...root,
    path,
    work: root.work.kind === "steps" ? { ...root.work, steps: root.work.steps.map(below) } : root.work,
    setup: root.setup === undefined ? undefined : below(root.setup),
    teardown: root.teardown === undefined ? undefined : below(root.teardown),
  };
}

interface End {
  readonly status?: StepStatus;
  readonly reason?: string;
  readonly exitCode?: number;
  readonly ms?: number;
}

/** A build that a test plays event by event. */
export class PlayedBuild {
  readonly root: PipelineNode;
  now = BEGIN;
  readonly #observers: ((event: BuildEvent) => void)[] = [];
  readonly #nodes = new Map<string, { readonly step: Step; readonly node: PipelineNode }>();
  readonly #results = new Map<string, StepResult>();
  readonly #logs = new Map<string, string[]>();
  readonly #warnings: string[] = [];

  constructor(root: PipelineNode) {
    this.root = rooted(root);
    let count = 0;
    const visit = (node: PipelineNode, { parentId, kind }: Pick<Step, "parentId" | "kind">) => {
      const step: Step = {
        id: (++count).toString(16).padStart(16, "0"),
        parentId,
        name: node.name,
        path: node.path,
        kind,
      };
      this.#nodes.set(node.path, { step, node });
      if (node.setup !== undefined) visit(node.setup, { parentId: step.id, kind: "setup" });
      if (node.work.kind === "steps") {
        for (const each of node.work.steps) visit(each, { parentId: step.id, kind: each.work.kind });
      }
      if (node.teardown !== undefined) visit(node.teardown, { parentId: step.id, kind: "teardown" });
    };
    visit(this.root, { parentId: undefined, kind: this.root.work.kind });
  }

  /** Shows all events from now on to an observer. */
  watch(observe: (event: BuildEvent) => void): void {
    this.#observers.push(observe);
  }

  begin(): void {
    this.#send({ kind: "build_started", pipeline: this.root.name, traceId: TRACE_ID, at: this.now });
  }

  start(...paths: readonly string[]): void {
    for (const path of paths) this.#send({ kind: "step_started", step: this.#step(path), at: this.now });
  }

  print(path: string, lines: readonly string[]): void {
    this.#logs.set(path, [...this.#logs.get(path) ?? [], ...lines]);
    this.#send({ kind: "step_output", step: this.#step(path), stream: "stdout", lines, at: this.now });
  }

  end(path: string, { status = "passed", reason, exitCode, ms = 1_000 }: End = {}): void {
    const step = this.#step(path);
    const result: StepResult = {
      ...step,
      status,
      reason,
      exitCode,
      signal: undefined,
      startedAt: this.now - ms,
      durationMs: ms,
      log: (this.#logs.get(path) ?? []).slice(-50),
      steps: this.#childrenOf(path).flatMap((child) => this.#results.get(child) ?? []),
    };
    this.#results.set(path, result);
    this.#send({ kind: "step_ended", step, result, at: this.now });
  }

  warn(text: string): void {
    this.#warnings.push(text);
    this.#send({ kind: "warning", text, at: this.now });
  }

  /** Ends the build with the result of its root, and returns its result. */
  finish(): BuildResult {
    const root = this.#results.get(this.root.path);
    if (root === undefined) throw new Error("the root has not ended");
    const result: BuildResult = {
      pipeline: this.root.name,
      status: root.status,
      traceId: TRACE_ID,
      startedAt: BEGIN,
      durationMs: root.durationMs,
      warnings: this.#warnings,
      root,
    };
    this.#send({ kind: "build_ended", result, at: this.now });
    return result;
  }

  #childrenOf(path: string): readonly string[] {
    const found = this.#nodes.get(path)?.node;
    if (found === undefined) return [];
    const { setup, work, teardown } = found;
    return [setup, ...work.kind === "steps" ? work.steps : [], teardown].flatMap((each) =>
      each === undefined ? [] : [each.path]
    );
  }

  #step(path: string): Step {
    const found = this.#nodes.get(path)?.step;
    if (found === undefined) throw new Error(`no step ${path}`);
    return found;
  }

  #send(event: BuildEvent): void {
    for (const observe of this.#observers) observe(event);
  }
}
