import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import { kindOf } from "../tree/operations.ts";
import type { Path } from "../tree/path.ts";
import { isValueList, isValueMap, type Value } from "../tree/value.ts";
import type { AppProblem } from "./app_problem.ts";
import type { BlockShape, Shape } from "./handler_shapes.ts";
import type { MergedApp } from "./merge_app.ts";

/** A mistake inside of a template. */
export interface TemplateProblem {
  readonly message: string;
  /** The line in the template, counted from 1. */
  readonly line: number;
}

/** Parses a template, or a macro of `jinja2-macros`; undefined if it has no mistake. */
export type CheckTemplate = (text: string, kind: "macro" | "template") => TemplateProblem | undefined;

/** A value of the app files, with its path. */
export interface AppNode {
  readonly path: Path;
  readonly value: Value;
}

/** The shortest word in which one wrong letter counts as a slip, where other keys are allowed. */
const SHORTEST_SLIP = 4;

/** Compares values of the app files with their shapes, and collects the problems. */
export class ShapeChecker {
  readonly problems: AppProblem[] = [];
  readonly #merged: MergedApp;
  readonly #checkTemplate: CheckTemplate;

  constructor(merged: MergedApp, checkTemplate: CheckTemplate) {
    this.#merged = merged;
    this.#checkTemplate = checkTemplate;
  }

  /** Adds a problem at a path. */
  add(path: Path, { message, remedy }: Pick<AppProblem, "message" | "remedy">): void {
    this.problems.push({ ...this.#merged.placeOf(path), path, message, remedy });
  }

  /** Whether a value is a map, or null for an empty one; a problem for anything else. */
  isMap({ path, value }: AppNode): boolean {
    if (value === null || isValueMap(value)) return true;
    this.#expected({ path, value }, "a map");
    return false;
  }

  /** The entries of a map, with their keys; none for null, and a problem for anything else. */
  entries({ path, value }: AppNode): readonly (AppNode & { readonly key: string })[] {
    if (value === null) return [];
    if (isValueMap(value)) {
      return [...value].map(([key, each]) => ({ path: [...path, key], value: each, key }));
    }
    this.#expected({ path, value }, "a map");
    return [];
  }

  /** The entries of the map at a key of a map. */
  entriesAt({ path, value }: AppNode, key: string): readonly (AppNode & { readonly key: string })[] {
    const inner = isValueMap(value) ? value.get(key) ?? null : null;
    return this.entries({ path: [...path, key], value: inner });
  }

  /** Checks that a block has its keys, with the right kinds of values. */
  block({ path, value }: AppNode, shape: BlockShape): void {
    if (!isValueMap(value)) return this.#expected({ path, value }, "a map");
    this.slips({ path, value }, { known: Object.keys(shape.fields), open: shape.others !== undefined });
    for (const node of this.entries({ path, value })) {
      const field = Object.hasOwn(shape.fields, node.key) ? shape.fields[node.key] : shape.others;
      if (field !== undefined) this.#value(node, field);
    }
    if (value.get("enabled") === false) return;
    for (const key of shape.needed) {
      if (value.has(key)) continue;
      this.add(path, { message: `${key} is missing`, remedy: `add ${key}` });
    }
  }

  /** Finds keys that are probably meant to be known ones. If the map is closed, every unknown key is a problem. */
  slips(
    { path, value }: AppNode,
    { known, open }: { readonly known: readonly string[]; readonly open: boolean },
  ): void {
    const map = isValueMap(value) ? value : new Map<string, Value>();
    for (const key of map.keys()) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known.filter((each) => !map.has(each)));
      if (open && (meant === undefined || key.length < SHORTEST_SLIP)) continue;
      this.add([...path, key], {
        message: "unknown key",
        remedy: meant === undefined
          ? `remove it; the keys here are ${known.join(", ")}`
          : `did you mean ${quote(meant)}?`,
      });
    }
  }

  /** Checks a text that is rendered. */
  template({ path, value }: AppNode, kind: "macro" | "template" = "template"): void {
    if (typeof value !== "string") return;
    const found = this.#checkTemplate(value, kind);
    if (found === undefined) return;
    this.add(path, {
      message: `line ${found.line} of the ${kind}: ${found.message}`,
      remedy: `correct the ${kind}`,
    });
  }

  #value(node: AppNode, shape: Shape): void {
    const { path, value } = node;
    if (shape === "data") return;
    if (shape === "flag") {
      if (typeof value !== "boolean") this.#expected({ path, value }, "true or false, without quotes");
    } else if (shape === "template") {
      const isText = !isValueMap(value) && !isValueList(value) && (value !== null || path.at(-1) === "if");
      if (isText) this.template(node);
      else this.#expected({ path, value }, "text");
    } else if (shape === "templates") {
      this.entries(node).forEach((each) => this.template(each));
    } else if ("named" in shape) {
      this.entries(node).forEach((each) => this.block(each, shape.named));
    } else if (isValueList(value)) {
      value.forEach((each, index) => this.block({ path: [...path, index], value: each }, shape.each));
    } else {
      this.#expected({ path, value }, "a list of maps");
    }
  }

  #expected({ path, value }: AppNode, expected: string): void {
    const found = value === null ? "nothing" : kindOf(value);
    this.add(path, { message: `expected ${expected}, found ${found}`, remedy: "correct the value" });
  }
}
