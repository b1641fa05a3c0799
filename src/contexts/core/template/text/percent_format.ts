import { requireFloat } from "../library/coerce.ts";
import type { TemplateTools } from "../library/entry.ts";
import { Fault } from "../limits.ts";
import { Output } from "../output.ts";
import { article, findKey } from "../values/compare.ts";
import {
  isInteger,
  isList,
  isMap,
  isNumber,
  type Item,
  Range,
  Tuple,
  typeOf,
  Undefined,
} from "../values/item.ts";
import { operandOf } from "../values/numbers.ts";
import { convertItem } from "../values/print.ts";
import { lengthOf } from "./characters.ts";
import { alignCut, finishNumber, formatFloat, integerText, type Spec } from "./format_spec.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(\.(\*|\d+)?)?[hlL]?([^])?/gu;

/** The most zeros before an integer that a precision may ask for. */
const MOST_ZEROS = 100_000;

/** Formats values into a text, as Python's `%` does. */
export function formatPercent(format: string, value: Item, tools: TemplateTools): string {
  const items = value instanceof Tuple ? value.items : [value];
  let used = 0;
  const next = () => {
    const item = items[used++];
    if (item === undefined) throw new Fault("the format has more directives than values");
    return item;
  };
  const count = (text: string | undefined) => text === "*" ? requireCount(next()) : Number(text ?? 0);
  const output = new Output(tools.budget);
  let end = 0;
  for (const found of format.matchAll(DIRECTIVE)) {
    output.write(format.slice(end, found.index));
    end = found.index + found[0].length;
    const [whole, key, flags = "", widthText, point, precisionText, type] = found;
    if (type === undefined) throw new Fault("a directive of the format is not complete");
    if (whole === "%%") {
      output.write("%");
      continue;
    }
    const source = key === undefined ? undefined : valueNamed(value, key, tools);
    const width = count(widthText);
    const precision = count(precisionText);
    tools.budget.text(Math.abs(width));
    const isZero = flags.includes("0") && !/[sarc]/.test(type);
    const isLeft = flags.includes("-") || width < 0;
    output.write(formatOne(source ?? next(), {
      fill: isZero && !isLeft ? "0" : " ",
      align: isLeft ? "<" : isZero ? "=" : ">",
      sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "",
      alternate: flags.includes("#"),
      width: Math.abs(width),
      grouping: "",
      precision: point === undefined ? undefined : Math.max(0, precision),
      type,
    }, tools));
  }
  output.write(format.slice(end));
  const mayBeUnused = isMap(value) || isList(value) || value instanceof Range || value instanceof Undefined;
  if (!mayBeUnused && used < items.length) throw new Fault("the format has fewer directives than values");
  return output.text();
}

function valueNamed(value: Item, key: string, tools: TemplateTools): Item {
  if (!isMap(value)) throw new Fault("a format with names needs a dict");
  const found = findKey(value, key, tools);
  if (found === undefined) throw new Fault(`the format has no value ${JSON.stringify(key)}`);
  return found.value;
}

function requireCount(item: Item): number {
  if (!isInteger(item)) throw new Fault("a width or precision of a format has to be an integer");
  return Number(item);
}

function formatOne(item: Item, spec: Spec, tools: TemplateTools): string {
  const { type } = spec;
  if (type === "c") return alignCut(character(item), { ...spec, precision: undefined });
  if (/[sra]/.test(type)) return alignCut(convertItem(item, type, tools), spec);
  if (/[eEfFgG]/.test(type)) return formatFloat(requireFloat(item), spec);
  if (!/[diuoxX]/.test(type)) throw new Fault(`the directive "%${type}" is not known`);
  const number = integerText(integerOf(item, type), spec);
  const zeros = Math.min(spec.precision ?? 0, MOST_ZEROS);
  return finishNumber({ ...number, digits: number.digits.padStart(zeros, "0") }, spec);
}

function integerOf(item: Item, type: string): bigint {
  const operand = typeof item === "boolean" || isNumber(item) ? operandOf(item) : undefined;
  if (operand === undefined || ("float" in operand && /[oxX]/.test(type))) {
    throw new Fault(`"%${type}" needs a number, not ${article(typeOf(item))}`);
  }
  if ("integer" in operand) return operand.integer;
  if (!Number.isFinite(operand.float)) throw new Fault("an infinite float is not an integer");
  return BigInt(Math.trunc(operand.float));
}

function character(item: Item): string {
  if (typeof item === "string" && lengthOf(item) === 1) return item;
  const code = typeof item === "boolean" || isInteger(item) ? Number(item) : -1;
  if (code < 0 || code > 0x10ffff) throw new Fault('"%c" needs an integer or one character');
  return String.fromCodePoint(code);
}
