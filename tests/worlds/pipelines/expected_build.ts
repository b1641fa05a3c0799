import type { StepStatus } from "../../../src/pipelines/core/build_result.ts";
import type { PipelineNode } from "../../../src/pipelines/core/pipeline.ts";

/** The result of a step as the rules give it: path, status, duration, steps in it. */
export type Expected = readonly [
  path: string,
  status: StepStatus,
  durationMs: number,
  steps: readonly Expected[],
];

/** When the steps of a node are stopped, and what they are then. */
interface Stop {
  readonly at: number;
  readonly status: StepStatus;
}

interface Ended {
  readonly status: StepStatus;
  readonly at: number;
  readonly result: Expected;
}

/** Milliseconds that a program of the tests takes to end. */
const HEED_MS = 5;
const AFTER_STOP_MS = 30_000;
const TEARDOWN_MS = 600_000;
const RANKS = ["passed", "timed_out", "failed", "cancelled"];

/** Reads the rules straight from the specification, for programs that only sleep and exit, and pools without a limit. */
export function expectBuild(
  root: PipelineNode,
  { cancelAt, changeset }: { readonly cancelAt: number | undefined; readonly changeset: readonly string[] },
): { readonly root: Expected; readonly status: StepStatus } {
  const rules = new Rules(changeset);
  const end = rules.node(root, { at: 0, stop: { at: cancelAt ?? Infinity, status: "cancelled" } });
  return {
    root: end.result,
    status: cancelAt !== undefined && cancelAt <= end.at ? "cancelled" : end.status,
  };
}

interface Start {
  readonly at: number;
  readonly stop: Stop;
  readonly isTeardown?: boolean;
}

class Rules {
  readonly #changeset: readonly string[];

  constructor(changeset: readonly string[]) {
    this.#changeset = changeset;
  }

  node(node: PipelineNode, { at, stop, isTeardown = false }: Start): Ended {
    const skipped: Ended = { status: "skipped", at, result: [node.path, "skipped", 0, []] };
    const pattern = node.changesetPattern;
    if (pattern !== undefined && !this.#changeset.some((path) => pattern.test(path))) return skipped;
    if (at >= stop.at) return skipped;
    if (node.cwd === "missing") return { status: "failed", at, result: [node.path, "failed", 0, []] };
    const limitAt = at + (node.timeoutMs ?? (isTeardown ? TEARDOWN_MS : Infinity));
    const own: Stop = limitAt < stop.at ? { at: limitAt, status: "timed_out" } : stop;
    const steps: Expected[] = [];

    const setup = node.setup && this.node(node.setup, { at, stop: own });
    if (setup !== undefined) steps.push(setup.result);
    let end = setup?.at ?? at;
    let status: StepStatus = setup?.status === "skipped" ? "passed" : setup?.status ?? "passed";
    if (status === "passed" && end < own.at) {
      const body = this.#body(node, { at: end, stop: own });
      end = body.at;
      status = body.status;
      steps.push(...body.steps);
    }
    if (end >= own.at) status = worst([status, own.status]);

    if (node.teardown !== undefined) {
      // Its own limit has no meaning after the body.
      const stopped = end >= own.at ? end : Math.max(end, stop.at);
      const soon: Stop = { at: stopped + AFTER_STOP_MS, status: "timed_out" };
      const teardown = this.node(node.teardown, { at: end, stop: soon, isTeardown: true });
      steps.push(teardown.result);
      end = teardown.at;
      if (node.strictTeardown) status = worst([status, teardown.status]);
    }
    return { status, at: end, result: [node.path, status, end - at, steps] };
  }

  #body(
    { work }: PipelineNode,
    { at, stop }: Start,
  ): { readonly status: StepStatus; readonly at: number; readonly steps: readonly Expected[] } {
    if (work.kind === "run") throw new Error("scripts are not expected");
    if (work.kind === "exec") {
      const ms = Number(/sleep:(\S+)/.exec(work.argv.join(" "))?.[1] ?? 0);
      if (at + ms > stop.at) return { status: stop.status, at: stop.at + HEED_MS, steps: [] };
      return { status: /exit/.test(work.argv.join(" ")) ? "failed" : "passed", at: at + ms, steps: [] };
    }
    const results: Ended[] = [];
    let next = at;
    let broken = false;
    for (const step of work.steps) {
      const ended: Ended = broken
        ? { status: "skipped", at: next, result: [step.path, "skipped", 0, []] }
        : this.node(step, { at: next, stop });
      results.push(ended);
      if (work.order === "unordered") continue;
      next = ended.at;
      broken ||= ended.status !== "passed" && ended.status !== "skipped";
    }
    return {
      status: worst(results.map(({ status }) => status)),
      at: Math.max(...results.map((each) => each.at)),
      steps: results.map(({ result }) => result),
    };
  }
}

function worst(statuses: readonly StepStatus[]): StepStatus {
  const ranks = statuses.map((status) => Math.max(0, RANKS.indexOf(status)));
  return RANKS[Math.max(0, ...ranks)] as StepStatus;
}
