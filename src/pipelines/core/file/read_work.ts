import { DEFAULT_MAX_PARALLEL, type NodeWork, type PipelineNode } from "../pipeline.ts";
import { describeKind } from "./file_tree.ts";
import type { Findings } from "./findings.ts";
import type { NodeReader } from "./node_reader.ts";
import { readArgv } from "./read_lists.ts";
import { readChoice, readParallel } from "./read_settings.ts";
import { type Placed, readFilledText } from "./read_text.ts";

/** The orders of children, and the other word for the first. */
const ORDER = {
  words: ["sequential", "unordered"],
  aliases: { ordered: "sequential" },
  foreign: { parallel: "unordered", concurrent: "unordered", serial: "sequential" },
} as const;

/** Reads the body of a node; undefined after a problem. `steps` are the children, which have been read. */
export function readWork(reader: NodeReader, steps: readonly PipelineNode[]): NodeWork | undefined {
  const [body, second] = reader.present(["exec", "run", "steps"]);
  if (body === undefined) {
    reader.problem({
      message: "a node has one of exec, run and steps, and this one has none of them",
      hint: 'Write "run: some command", "exec: [program, argument]", or "steps:" with nodes below it',
    });
  }
  if (second !== undefined) {
    reader.problem({
      message: `a node has one of exec, run and steps, and this one has ${body} and ${second}`,
      hint: 'Keep one of them; "steps" can hold a node for each',
      at: "key",
    }, second);
  }
  // All are read, so that the mistakes in each are found.
  const work = { exec: readExec(reader), run: readRun(reader), steps: readSteps(reader, steps) };
  return body === undefined ? undefined : work[body];
}

function readExec(reader: NodeReader): NodeWork | undefined {
  const argv = reader.get("exec", readArgv);
  return argv === undefined ? undefined : { kind: "exec", argv };
}

function readRun(reader: NodeReader): NodeWork | undefined {
  const script = reader.get("run", readScript);
  return script === undefined ? undefined : { kind: "run", script };
}

function readScript(placed: Placed, findings: Findings): string | undefined {
  if (!Array.isArray(placed.value)) return readFilledText(placed, findings);
  findings.problem(placed.path, {
    message: "run is a list, and one text is expected",
    hint: 'Write "run: |" and the lines of the script below it; a list of arguments belongs to "exec"',
  });
  return undefined;
}

function readSteps(reader: NodeReader, steps: readonly PipelineNode[]): NodeWork | undefined {
  const order = reader.get(
    "order",
    (placed, findings) => readChoice<"sequential" | "unordered">(placed, findings, ORDER),
  );
  const maxParallel = reader.get("max-parallel", readParallel);
  const hasSteps = reader.has("steps");
  if (reader.has("order") && !hasSteps) reader.noEffect("order", 'the node has no "steps"');
  const isSequential = order === "sequential" || !reader.has("order");
  if (reader.has("max-parallel") && (isSequential || !hasSteps)) {
    reader.noEffect("max-parallel", 'the node is not "order: unordered"');
  }
  if (!hasSteps) return undefined;
  const value = reader.raw("steps");
  if (Array.isArray(value) && value.length > 0) {
    return {
      kind: "steps",
      order: order ?? "sequential",
      maxParallel: maxParallel ?? DEFAULT_MAX_PARALLEL,
      steps,
    };
  }
  reader.problem({
    message: Array.isArray(value)
      ? "steps is an empty list"
      : describeKind("steps", { value, expected: "a list" }),
    hint: 'Write each step on lines of its own that begin with "- name:"',
  }, "steps");
  return undefined;
}
