import { quote } from "../../../lib/quote.ts";
import { isFileMap } from "./file_tree.ts";
import type { Findings } from "./findings.ts";
import { type Placed, readFilledText } from "./read_text.ts";

/** The part that a node has in its parent. */
export type NodePart = "root" | "step" | "setup" | "teardown";

/** A node of the file before it is read. */
export interface PlacedNode extends Placed {
  readonly part: NodePart;
}

/** The name of a node, and its part of the path. */
export interface NodeName {
  readonly name: string;
  readonly segment: string;
}

const LONGEST_NAME = 200;

/**
 * Names the nodes of one parent: its set-up, its children, its tear-down. Each has a path of its own. In a bare file an
 * equal name is numbered, and characters that paths cannot have are replaced; elsewhere both are problems.
 */
export function nameNodes(nodes: readonly PlacedNode[], findings: Findings): readonly NodeName[] {
  const taken = new Map<string, PlacedNode>();
  const numbers = new Map<string, number>();
  return nodes.map((node) => {
    const name = readName(node, findings);
    // A node without a name has its problem. It stands for itself, so that the rest is checked.
    if (name === undefined) return { name: "", segment: "" };
    const plain = findings.format === "bare" ? name.replace(/[/\p{Cc}\p{Zl}\p{Zp}]/gu, "_") : name;
    const segment = findings.format === "bare" ? numbered(plain, { taken, numbers }) : plain;
    const first = taken.get(segment);
    if (first === undefined) taken.set(segment, node);
    else reportClash(findings, { name, first, node });
    return { name, segment };
  });
}

/** Numbers a name that is taken. `numbers` has the last number of each, so that many equal names cost no search. */
function numbered(name: string, { taken, numbers }: {
  readonly taken: ReadonlyMap<string, unknown>;
  readonly numbers: Map<string, number>;
}): string {
  if (!taken.has(name)) return name;
  let number = (numbers.get(name) ?? 1) + 1;
  while (taken.has(`${name}#${number}`)) number++;
  numbers.set(name, number);
  return `${name}#${number}`;
}

/** Reads the name of a node; undefined if it has no usable one. Set-ups and tear-downs have a default. */
function readName({ part, path, value }: PlacedNode, findings: Findings): string | undefined {
  if (!isFileMap(value)) return undefined;
  const written = Object.hasOwn(value, "name") ? value["name"] : undefined;
  const isAbsent = written === undefined || (written === null && findings.format === "bare");
  if (isAbsent && (part === "setup" || part === "teardown")) return part;
  if (isAbsent) {
    findings.problem(path, {
      message: part === "root" ? "the pipeline has no name" : "this step has no name",
      hint: 'Write "name:" and a word that says what it does',
    });
    return undefined;
  }
  const inner = [...path, "name"];
  const name = readFilledText({ path: inner, value: written }, findings);
  if (name === undefined || findings.format === "bare") return name;
  const fault = faultOf(name);
  if (fault === undefined) return name;
  findings.problem(inner, fault);
  return undefined;
}

function faultOf(name: string): { readonly message: string; readonly hint: string } | undefined {
  if (name.includes("/")) {
    return {
      message: `the name ${quote(name)} contains /, which separates the names of a path`,
      hint: `Write ${quote(name.replaceAll("/", "-"))}, for example`,
    };
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return {
      message: `the name ${quote(name)} contains a line break or a control character`,
      hint: "Write it on one line",
    };
  }
  if (name !== name.trim()) {
    return { message: `the name ${quote(name)} begins or ends with a space`, hint: "Remove the space" };
  }
  if (name.length <= LONGEST_NAME) return undefined;
  return { message: `the name is longer than ${LONGEST_NAME} characters`, hint: "Write a shorter one" };
}

function reportClash(
  findings: Findings,
  { name, first, node }: { readonly name: string; readonly first: PlacedNode; readonly node: PlacedNode },
): void {
  const parts = [first, node];
  const step = parts.findLast(({ part }) => part === "step");
  const other = parts.find(({ part }) => part !== "step");
  const words = `${other?.part === "setup" ? "the set-up" : "the tear-down"} of this node`;
  findings.problem(step === undefined ? [...node.path, "name"] : [...step.path, "name"], {
    message: other === undefined
      ? `two steps of this node have the name ${quote(name)}`
      : step === undefined
      ? `the set-up and the tear-down of this node have the name ${quote(name)}`
      : `${words} has the name ${quote(name)}, too`,
    hint: "Rename one of them: each needs a path of its own",
  });
}
