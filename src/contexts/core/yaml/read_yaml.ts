import { readPlainYaml } from "../../../lib/scalars/plain_yaml.ts";
import type { Value, ValueMap } from "../tree/value.ts";
import { resolvePlain, type Scalar, ScalarFault } from "./scalars.ts";
import type { YamlProblem } from "./yaml_document.ts";

const DEEPEST = 40;

/** Reads a plain text as `parseYaml` does, without the package for YAML; undefined for every other text. */
export function readPlainTree(text: string): ValueMap | undefined {
  return readPlainYaml<Scalar>(text, { resolve, deepest: DEEPEST });
}

/** Reads a YAML text as `parseYaml` does, and loads the package for YAML only for a text that is not plain. */
export async function readYaml(
  text: string,
): Promise<{ readonly value: Value } | { readonly problem: YamlProblem }> {
  const plain = readPlainTree(text);
  if (plain !== undefined) return { value: plain };
  const { parseYaml } = await import("./parse_yaml.ts");
  const parsed = parseYaml(text);
  return "problem" in parsed ? parsed : { value: parsed.document.value };
}

function resolve(source: string): Scalar | undefined {
  try {
    return resolvePlain(source);
  } catch (error) {
    if (error instanceof ScalarFault) return undefined;
    throw error;
  }
}
