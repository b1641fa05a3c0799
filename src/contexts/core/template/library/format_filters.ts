import { WholeFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { formatJson } from "../../tree/format_json.ts";
import { parseJson } from "../../tree/parse_json.ts";
import type { Value } from "../../tree/value.ts";
import { type Budget, Fault } from "../limits.ts";
import { article, compareItems } from "../values/compare.ts";
import { isList, isMap, isNumber, isTrue, type Item, type ItemMap, Tuple, typeOf } from "../values/item.ts";
import { pythonNumber } from "../../tree/python_text.ts";
import { requireInteger, requireText } from "./coerce.ts";
import type { Bound, EntryCall, Library, TemplateTools } from "./entry.ts";

/** A tree is as deep as a template, so that a larger indent would multiply. */
const LARGEST_INDENT = 20;

/** Filters from and to JSON, YAML and base64: `tojson` is Jinja's, the others are the original tool's. */
export const FORMAT_FILTERS: Library = {
  from_json: { parameters: [], run: ({ subject, tools }) => fromJson(requireText(subject), tools) },
  json_dumps: {
    parameters: ["indent?", "stripLeadingTrailingQuotes?"],
    run: ({ subject, args: [indent = null, strip = false], tools }) => {
      const text = toJson(subject, { indent, sorted: false }, tools);
      return isTrue(strip) ? text.slice(1, -1) : text;
    },
  },
  kv_comma_pairs_to_json: { parameters: [], run: ({ subject }) => pairsToJson(requireText(subject)) },
  to_base64: { parameters: [], run: ({ subject, tools }) => toBase64(requireText(subject), tools.budget) },
  to_nice_yaml: { parameters: ["default_flow_style?", "sort_keys?", "indent?"], run: toYaml },
  tojson: {
    parameters: ["indent?"],
    run: ({ subject, args: [indent = null], tools }) =>
      toJson(subject, { indent, sorted: true }, tools)
        .replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  },
};

function fromJson(text: string, { budget }: TemplateTools): Value {
  budget.step(Math.ceil(text.length / 4));
  const result = parseJson(text);
  if ("problem" in result) throw new Fault(`the text is not JSON: ${result.problem.message}`);
  return result.value;
}

function toJson(
  subject: Item,
  { indent, sorted }: { readonly indent: Item; readonly sorted: boolean },
  { budget }: TemplateTools,
): string {
  const value = toPlainValue(subject, { sorted, budget });
  if (indent === null) return formatJson(value, { ascii: true });
  const margin = typeof indent === "string"
    ? indent
    : " ".repeat(Math.min(LARGEST_INDENT + 1, Math.max(0, requireInteger(indent))));
  if (margin.length > LARGEST_INDENT) throw new Fault(`an indent has more than ${LARGEST_INDENT} characters`);
  return formatJson(value, { ascii: true, indent: margin });
}

/** Converts what JSON can say. Throws for anything else. */
function toPlainValue(item: Item, options: { readonly sorted: boolean; readonly budget: Budget }): Value {
  const { budget } = options;
  budget.step();
  if (typeof item === "string") {
    budget.text(item.length);
    return item;
  }
  if (typeof item === "number" && !Number.isFinite(item)) {
    throw new Fault(`JSON has no ${pythonNumber(item)}`);
  }
  if (item === null || typeof item === "boolean" || isNumber(item)) return item;
  const items = isList(item) ? item : item instanceof Tuple ? item.items : undefined;
  if (items !== undefined) return budget.nested(() => items.map((each) => toPlainValue(each, options)));
  if (!isMap(item)) throw new Fault(`${article(typeOf(item))} cannot be written as JSON`);
  return budget.nested(() =>
    new Map(entriesOf(item, options).map(([key, each]) => [keyText(key), toPlainValue(each, options)]))
  );
}

function entriesOf(
  map: ItemMap,
  { sorted, budget }: { readonly sorted: boolean; readonly budget: Budget },
): readonly (readonly [Item, Item])[] {
  return sorted ? [...map].sort(([a], [b]) => compareItems(a, b, { budget })) : [...map];
}

function keyText(key: Item): string {
  if (typeof key === "string") return key;
  if (key === null || typeof key === "boolean") return String(key);
  if (typeof key === "number" || typeof key === "bigint" || key instanceof WholeFloat) {
    return pythonNumber(key);
  }
  throw new Fault(`${article(typeOf(key))} cannot be a key in JSON`);
}

/** `a=1,b=2` as JSON. A value ends at its first `=`, as in the original tool. */
function pairsToJson(text: string): string {
  const map = new Map<string, Value>();
  for (const pair of text.split(",")) {
    const [key = "", value] = pair.split("=");
    if (value !== undefined) map.set(key, value);
  }
  return formatJson(map, { ascii: true });
}

function toBase64(text: string, budget: Budget): string {
  if (!text.isWellFormed()) throw new Fault("a text has half a character");
  budget.text(text.length * 2);
  return new TextEncoder().encode(text).toBase64();
}

function toYaml({ subject, args: [, sortKeys = false, indent = 2], tools }: EntryCall<Bound>): string {
  if (tools.formatYaml === undefined) throw new Fault("YAML is not available here");
  const value = toPlainValue(subject, { sorted: false, budget: tools.budget });
  return tools.formatYaml(value, { indent: requireInteger(indent), sortKeys: isTrue(sortKeys) });
}
