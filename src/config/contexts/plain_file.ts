import { type PlainYaml, readPlainYaml } from "../../lib/scalars/plain_yaml.ts";
import type { Tree } from "../tree.ts";

type Scalar = null | boolean | number | string;

/** In characters. A text of this length has fewer values than the parser allows. */
const MAX_LENGTH = 16 * 1024;

/** The parser allows more. */
const DEEPEST = 16;

/** Texts that YAML 1.2 may read as numbers. Those with a sign, a dot or another base are left to the parser. */
const NUMBER =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * Reads a configuration file that is plain, as most are, without the parser that knows places and mistakes. Returns undefined
 * for every other file.
 */
export function readPlainFile(text: string): Tree | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const map = readPlainYaml<Scalar>(text, { resolve, deepest: DEEPEST });
  return map === undefined ? undefined : toTree(map);
}

/** Reads a scalar without quotes, as the core schema of YAML 1.2 does. */
function resolve(source: string): Scalar | undefined {
  if (/^(?:null|Null|NULL|~|)$/.test(source)) return null;
  if (/^(?:true|True|TRUE)$/.test(source)) return true;
  if (/^(?:false|False|FALSE)$/.test(source)) return false;
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(source)) return Number(source);
  return NUMBER.test(source) ? undefined : source;
}

function toTree(map: ReadonlyMap<string, PlainYaml<Scalar>>): Tree {
  return Object.fromEntries([...map].map(([key, value]) => [key, toPlain(value)]));
}

function toPlain(value: PlainYaml<Scalar>): unknown {
  if (value instanceof Map) return toTree(value);
  return Array.isArray(value) ? value.map(toPlain) : value;
}
