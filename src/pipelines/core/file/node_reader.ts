import { type FileMap, type FilePath, isFileMap } from "./file_tree.ts";
import type { Finding, Findings } from "./findings.ts";
import type { PlacedNode } from "./name_nodes.ts";
import { describeUnknownKey, isNodeKey, type NodeKey } from "./node_keys.ts";
import type { Placed } from "./read_text.ts";

/** Gives access to the keys of one node, and reports problems in it. */
export class NodeReader {
  readonly findings: Findings;
  readonly #path: FilePath;
  readonly #map: FileMap;

  constructor(map: FileMap, { path, findings }: { readonly path: FilePath; readonly findings: Findings }) {
    this.findings = findings;
    this.#path = path;
    // A key without a value counts as left out in a bare file: programs that write such files write null there.
    this.#map = findings.format === "bare"
      ? Object.fromEntries(Object.entries(map).filter(([, each]) => each !== null))
      : map;
  }

  /** Whether the node has a key. */
  has(key: NodeKey): boolean {
    return Object.hasOwn(this.#map, key);
  }

  /** Returns those of some keys that the node has, in the order of the file. */
  present<Key extends NodeKey>(keys: readonly Key[]): readonly Key[] {
    return Object.keys(this.#map).flatMap((key) => keys.filter((each) => each === key));
  }

  /** Returns the value of a key as it is; undefined if the node does not have it. */
  raw(key: NodeKey): unknown {
    return this.has(key) ? this.#map[key] : undefined;
  }

  /** Reads the value of a key; undefined if the node does not have it. */
  get<Value>(
    key: NodeKey,
    read: (placed: Placed, findings: Findings) => Value | undefined,
  ): Value | undefined {
    return this.has(key)
      ? read({ path: [...this.#path, key], value: this.#map[key] }, this.findings)
      : undefined;
  }

  /** Finds the nodes in this node, in the order in which they run. */
  parts(): readonly PlacedNode[] {
    const steps = this.raw("steps");
    return [
      ...this.#part("setup"),
      ...(Array.isArray(steps) ? steps : []).map((value, index): PlacedNode => ({
        part: "step",
        path: [...this.#path, "steps", String(index)],
        value,
      })),
      ...this.#part("teardown"),
    ];
  }

  /** Reports keys that no node has. In a bare file, keys that begin with `x-` are notes for other programs. */
  checkKeys(part: PlacedNode["part"]): void {
    const isBare = this.findings.format === "bare";
    for (const key of Object.keys(this.#map)) {
      if (isNodeKey(key) || (part === "root" && key === "version") || (isBare && key.startsWith("x-"))) {
        continue;
      }
      const { message, hint } = describeUnknownKey(key);
      this.findings.useless([...this.#path, key], {
        message: isBare ? `${message} has no effect` : message,
        hint,
        at: "key",
      });
    }
  }

  /** Reports names that are a variable and a secret: only one of the two can be the value. */
  checkSecrets(env: Readonly<Record<string, string>>, secrets: readonly string[]): void {
    for (const name of secrets.filter((each) => Object.hasOwn(env, each))) {
      this.findings.problem([...this.#path, "env", name], {
        message: `${name} is in "env" and in "secrets" of this node`,
        hint: `Keep one of them, or give the secret another name: "env: { OTHER: $${name} }"`,
        at: "key",
      });
    }
  }

  /** Reports a key that changes nothing. */
  noEffect(key: NodeKey, why: string): void {
    this.findings.useless([...this.#path, key], {
      message: `"${key}" has no effect: ${why}`,
      hint: "Remove the line, or correct the rest of the node",
      at: "key",
    });
  }

  /** Reports a problem of the node, or of one of its keys. */
  problem(finding: Finding, key?: NodeKey): void {
    this.findings.problem(key === undefined ? this.#path : [...this.#path, key], finding);
  }

  #part(part: "setup" | "teardown"): readonly PlacedNode[] {
    return this.has(part) ? [{ part, path: [...this.#path, part], value: this.#map[part] }] : [];
  }
}

/** Makes the reader of a node; undefined if the value is no map. */
export function makeNodeReader({ path, value }: Placed, findings: Findings): NodeReader | undefined {
  return isFileMap(value) ? new NodeReader(value, { path, findings }) : undefined;
}
