import { formatJson } from "../../tree/format_json.ts";
import { parseJson } from "../../tree/parse_json.ts";
import { pythonNumber } from "../../tree/python_text.ts";
import type { Value } from "../../tree/value.ts";
import { type Budget, Fault } from "../limits.ts";
import { article, compareItems } from "../values/compare.ts";
import { isMap, isNumber, type Item, sequenceOf, typeOf } from "../values/item.ts";
import { requireInteger } from "./coerce.ts";
import { any, flag, int, type Library, onAny, onText, type TemplateTools } from "./entry.ts";

/** A tree is as deep as a template, so that a larger indent would multiply. */
const LARGEST_INDENT = 20;

/** Filters from and to JSON, YAML and base64: `tojson` is Jinja's, the others are the original tool's. */
export const FORMAT_FILTERS: Library = {
  from_json: onText([], (text, _, { budget }) => {
    budget.step(Math.ceil(text.length / 4));
    const result = parseJson(text);
    if ("problem" in result) throw new Fault(`the text is not JSON: ${result.problem.message}`);
    return result.value;
  }),
  json_dumps: onAny(
    [any("indent", null), flag("stripLeadingTrailingQuotes", false)],
    (subject, [indent, strips], tools) => {
      const text = toJson(subject, { indent, sorted: false }, tools);
      return strips ? text.slice(1, -1) : text;
    },
  ),
  kv_comma_pairs_to_json: onText([], pairsToJson),
  to_base64: onText([], (text, _, { budget }) => {
    if (!text.isWellFormed()) throw new Fault("a text has half a character");
    budget.text(text.length * 2);
    return new TextEncoder().encode(text).toBase64();
  }),
  to_nice_yaml: onAny(
    [any("default_flow_style", null), flag("sort_keys", false), int("indent", 2)],
    (subject, [_, sortKeys, indent], { budget, formatYaml }) => {
      if (formatYaml === undefined) throw new Fault("YAML is not available here");
      return formatYaml(toPlainValue(subject, { sorted: false, budget }), { indent, sortKeys });
    },
  ),
  tojson: onAny(
    [any("indent", null)],
    (subject, [indent], tools) =>
      toJson(subject, { indent, sorted: true }, tools)
        .replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  ),
};

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

/** Converts what JSON can say. Throws {@link Fault} for anything else. */
function toPlainValue(item: Item, options: { readonly sorted: boolean; readonly budget: Budget }): Value {
  const { sorted, budget } = options;
  budget.step();
  if (typeof item === "string") budget.text(item.length);
  if (typeof item === "number" && !Number.isFinite(item)) {
    throw new Fault(`JSON has no ${pythonNumber(item)}`);
  }
  if (item === null || typeof item === "boolean" || typeof item === "string" || isNumber(item)) return item;
  const items = sequenceOf(item);
  if (items !== undefined) return budget.nested(() => items.map((each) => toPlainValue(each, options)));
  if (!isMap(item)) throw new Fault(`${article(typeOf(item))} cannot be written as JSON`);
  const entries = sorted ? [...item].sort(([a], [b]) => compareItems(a, b, { budget })) : [...item];
  return budget.nested(() =>
    new Map(entries.map(([key, each]) => [keyText(key), toPlainValue(each, options)]))
  );
}

function keyText(key: Item): string {
  if (typeof key === "string") return key;
  if (key === null || typeof key === "boolean") return String(key);
  if (isNumber(key)) return pythonNumber(key);
  throw new Fault(`${article(typeOf(key))} cannot be a key in JSON`);
}

/** `a=1,b=2` as JSON. A value ends at its first `=`, as in the original tool. */
function pairsToJson(text: string): string {
  const pairs = text.split(",").map((pair) => pair.split("="));
  const map = new Map(
    pairs.flatMap(([key = "", value]) => value === undefined ? [] : [[key, value] as const]),
  );
  return formatJson(map, { ascii: true });
}
