/**
 * YAML as PyYAML's SafeLoader reads it. Superset reads every file with PyYAML, so a file means here what it means
 * there: `no` is false, `12:30:45` is 45045, and `1e-7` is text.
 */

import {
  DEFAULT_SCALAR_STYLE_RULES,
  defineScalarTag,
  dump,
  load,
  mapTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  type ScalarLayout,
  type ScalarStyleRule,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from "js-yaml";
import { formatNumber, WholeFloat } from "../../lib/scalars/exact_numbers.ts";
import {
  forbiddenCharacter,
  isTimestamp,
  resolveBoolean,
  resolveFloat,
  resolveInteger,
} from "../../lib/scalars/pyyaml_scalars.ts";
import type { Tree } from "./tree.ts";

const DIGITS = [..."0123456789"];

/** Wraps a reader of scalars for the package: it has a sign of its own for "none of these". */
function resolving<Value>(resolve: (source: string) => Value | undefined) {
  return (source: string): Value | typeof NOT_RESOLVED => resolve(source) ?? NOT_RESOLVED;
}

const boolTag = defineScalarTag<boolean>("tag:yaml.org,2002:bool", {
  implicit: true,
  implicitFirstChars: [..."yYnNtTfFoO"],
  resolve: resolving(resolveBoolean),
  identify: (value) => typeof value === "boolean",
  represent: (value: boolean) => String(value),
});

const intTag = defineScalarTag<number | bigint>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: ["-", "+", ...DIGITS],
  resolve: resolving(resolveInteger),
  identify: (value) => typeof value === "bigint" || (Number.isInteger(value) && !Object.is(value, -0)),
  represent: (value: number | bigint) => formatNumber(value),
});

const floatTag = defineScalarTag<number | WholeFloat>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: ["-", "+", ".", ...DIGITS],
  resolve: resolving(resolveFloat),
  identify: (value) =>
    value instanceof WholeFloat ||
    (typeof value === "number" && (!Number.isInteger(value) || Object.is(value, -0))),
  represent: (value: number | WholeFloat) => formatNumber(value),
});

/** Refuses what PyYAML reads as a date: Superset takes no dates, so the quotes were forgotten. */
const dateTag = defineScalarTag<never>("tag:yaml.org,2002:timestamp", {
  implicit: true,
  implicitFirstChars: DIGITS,
  resolve(source) {
    if (!isTimestamp(source)) return NOT_RESOLVED;
    throw new UnquotedError(source, "a date");
  },
  identify: () => false,
});

/** Refuses a bare `=` and `<<`: PyYAML cannot construct the first, and merges the second. */
const bareTag = defineScalarTag<never>("tag:yaml.org,2002:value", {
  implicit: true,
  implicitFirstChars: ["=", "<"],
  resolve(source) {
    if (source !== "=" && source !== "<<") return NOT_RESOLVED;
    throw new UnquotedError(source, "a sign of YAML");
  },
  identify: () => false,
});

class UnquotedError extends Error {
  readonly source: string;

  constructor(source: string, meaning: string) {
    super(`\`${source}\` without quotes is ${meaning} for Superset: write "${source}"`);
    this.source = source;
  }
}

const TAGS = [strTag, seqTag, mapTag, nullYaml11Tag, boolTag, intTag, floatTag];
const READ_SCHEMA = new Schema([...TAGS, dateTag, bareTag]);

/** Quotes what any resolver would take for something else than text. */
const WRITE_SCHEMA = new Schema([
  ...TAGS,
  defineScalarTag<string>("tag:yaml.org,2002:timestamp", {
    implicit: true,
    implicitFirstChars: DIGITS,
    resolve: (source) => isTimestamp(source) ? source : NOT_RESOLVED,
    identify: () => false,
  }),
  defineScalarTag<string>("tag:yaml.org,2002:value", {
    implicit: true,
    implicitFirstChars: ["=", "<"],
    resolve: (source) => source === "=" || source === "<<" ? source : NOT_RESOLVED,
    identify: () => false,
  }),
  // YAML 1.1 takes the letters for booleans; the marks end a document at the beginning of a line.
  defineScalarTag<string>("tag:yaml.org,2002:mark", {
    implicit: true,
    implicitFirstChars: [..."yYnN-."],
    resolve: (source) => /^(?:[yYnN]$|---|\.\.\.)/.test(source) ? source : NOT_RESOLVED,
    identify: () => false,
  }),
  // YAML 1.2 and other readers take these for numbers; quotes keep them text for every reader.
  defineScalarTag<string>("tag:yaml.org,2002:number", {
    implicit: true,
    implicitFirstChars: ["-", "+", ".", ...DIGITS],
    resolve: (source) =>
      /^[-+]?(?:0o[0-7]+|(?:\.[0-9]|[0-9])[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)$/.test(source)
        ? source
        : NOT_RESOLVED,
    identify: () => false,
  }),
]);

/** A text that is no YAML for PyYAML, with the place. */
export interface YamlProblem {
  readonly message: string;
  /** Counted from 1; undefined if the reader does not say. */
  readonly line: number | undefined;
}

/** Reads one YAML document. */
export function readYaml(text: string): { readonly tree: Tree } | { readonly problem: YamlProblem } {
  const bad = forbiddenCharacter(text);
  if (bad !== undefined) {
    return {
      problem: { message: `the character ${bad.name} is not allowed in YAML`, line: lineAt(text, bad.index) },
    };
  }
  try {
    return { tree: load(text, { schema: READ_SCHEMA, maxDepth: 200, maxAliases: 0 }) as Tree };
  } catch (error) {
    if (error instanceof YAMLException) {
      return {
        problem: {
          message: plainReason(error.reason),
          line: error.mark === undefined ? undefined : error.mark.line + 1,
        },
      };
    }
    if (error instanceof UnquotedError) {
      return { problem: { message: error.message, line: lineOf(text, error.source) } };
    }
    throw error;
  }
}

/** Aliases are refused: a few lines of them stand for a tree without end. */
function plainReason(reason: string): string {
  return reason.includes("maxAliases") ? "an alias (`*name`) is not supported: write the value out" : reason;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Finds the first line that ends in a bare scalar. */
function lineOf(text: string, source: string): number | undefined {
  const index = text.split("\n").findIndex((line) =>
    new RegExp(`(?:^|[\\s:,[{-])${escape(source)}\\s*(?:[,\\]}#].*)?$`).test(line)
  );
  return index < 0 ? undefined : index + 1;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Tabs and hard spaces do not keep text of several lines out of a literal block, in which people review SQL. */
const STYLE_RULES: readonly ScalarStyleRule[] = Object.values({
  ...DEFAULT_SCALAR_STYLE_RULES,
  doubleQuoteForInvisibles(layout: ScalarLayout) {
    const { value } = layout.node;
    const usual = value.includes("\n") && !/[\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/.test(value);
    if (!usual) DEFAULT_SCALAR_STYLE_RULES.doubleQuoteForInvisibles(layout);
  },
});

/** Writes a tree as YAML: text of several lines as a literal block, one line each otherwise, keys in their order. */
export function formatYaml(tree: Tree): string {
  return dump(tree, {
    schema: WRITE_SCHEMA,
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    scalarStyleRules: STYLE_RULES,
  });
}
