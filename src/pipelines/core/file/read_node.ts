import type { PipelineNode } from "../pipeline.ts";
import { describeKind } from "./file_tree.ts";
import type { Findings } from "./findings.ts";
import { nameNodes, type NodeName, type PlacedNode } from "./name_nodes.ts";
import { makeNodeReader } from "./node_reader.ts";
import { readNames, readVariables } from "./read_lists.ts";
import { readPattern } from "./read_pattern.ts";
import { readCwd, readFlag, readTimeout } from "./read_settings.ts";
import { readWork } from "./read_work.ts";

/** The parent's part in reading a node. */
export interface NodePlace {
  readonly named: NodeName;
  /** The path of the parent in the pipeline; undefined for the root. */
  readonly above: string | undefined;
  readonly findings: Findings;
}

/**
 * Reads a node and all that is in it. It goes on after a problem, so that all of them are found, and may return undefined
 * then.
 */
export function readNode(
  placed: PlacedNode,
  { named, above, findings }: NodePlace,
): PipelineNode | undefined {
  const reader = makeNodeReader(placed, findings);
  if (reader === undefined) {
    reportNoNode(placed, findings);
    return undefined;
  }
  reader.checkKeys(placed.part);
  const path = above === undefined ? named.segment : `${above}/${named.segment}`;
  const parts = reader.parts();
  const names = nameNodes(parts, findings);
  const nodes = parts.map((each, index) => {
    const own = names[index] ?? { name: "", segment: "" };
    return { part: each.part, node: readNode(each, { named: own, above: path, findings }) };
  });
  const nodeOf = (part: PlacedNode["part"]) => nodes.find((each) => each.part === part)?.node;
  const steps = nodes.flatMap(({ part, node }) => part === "step" && node !== undefined ? [node] : []);
  const work = readWork(reader, steps);
  const strictTeardown = reader.get("strict-teardown", readFlag) ?? false;
  if (reader.has("strict-teardown") && !reader.has("teardown")) {
    reader.noEffect("strict-teardown", 'the node has no "teardown"');
  }
  const env = reader.get("env", readVariables) ?? {};
  const secrets = reader.get("secrets", readNames) ?? [];
  reader.checkSecrets(env, secrets);
  const rest = {
    timeoutMs: reader.get("timeout", readTimeout),
    changesetPattern: reader.get("if-changeset-matches", readPattern),
    cwd: reader.get("cwd", readCwd),
  };
  if (work === undefined) return undefined;
  return {
    name: named.name,
    path,
    work,
    ...rest,
    env,
    secrets,
    setup: nodeOf("setup"),
    teardown: nodeOf("teardown"),
    strictTeardown,
  };
}

function reportNoNode({ path, value, part }: PlacedNode, findings: Findings): void {
  if (part === "root") {
    findings.problem(path, {
      message: value === null || value === undefined
        ? "the file is empty"
        : describeKind("the file", { value, expected: "a map" }),
      hint: 'Begin with "version: 1", "name:" and "steps:"',
    });
    return;
  }
  const label = { step: "a step", setup: "the set-up", teardown: "the tear-down" }[part];
  const key = part === "step" ? "" : `${part}: `;
  const name = part === "step" ? "name: build, " : "";
  const body = Array.isArray(value) ? "exec: [program, argument]" : "run: some command";
  findings.problem(path, {
    message: describeKind(label, { value, expected: "a node" }),
    hint: `Write "${key}{ ${name}${body} }"`,
  });
}
