import { formatPythonFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { requireFloat } from "../library/coerce.ts";
import type { TemplateTools } from "../library/entry.ts";
import { Fault } from "../limits.ts";
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
import { reprOf, textOf } from "../values/print.ts";
import { lengthOf, sliceCharacters } from "./characters.ts";
import { formatDigits } from "./format_spec.ts";
import { escapeToAscii } from "./text_format.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([^])?/gu;

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Formats values into a text, as Python's `%` does. */
export function formatPercent(format: string, value: Item, tools: TemplateTools): string {
  const values = new Values(value, tools);
  const parts: string[] = [];
  let length = 0;
  let end = 0;
  const add = (part: string) => {
    length += part.length;
    tools.budget.output(length, part.length);
    parts.push(part);
  };
  for (const found of format.matchAll(DIRECTIVE)) {
    add(format.slice(end, found.index));
    end = found.index + found[0].length;
    const [whole, key, flags = "", widthText, precisionText, type] = found;
    if (type === undefined) throw new Fault("a directive of the format is not complete");
    if (type === "%" && whole === "%%") {
      add("%");
      continue;
    }
    const source = key === undefined ? undefined : values.named(key);
    const width = widthText === "*" ? requireCount(values.next()) : Number(widthText ?? 0);
    const hasPrecision = whole.includes(".", whole.lastIndexOf(")") + 1);
    const precision = precisionText === "*" ? requireCount(values.next()) : Number(precisionText ?? 0);
    tools.budget.text(Math.abs(width));
    add(formatOne(source ?? values.next(), {
      flags: width < 0 ? `${flags}-` : flags,
      width: Math.abs(width),
      precision: hasPrecision ? Math.max(0, precision) : undefined,
      type,
    }, tools));
  }
  add(format.slice(end));
  values.assertUsed();
  return parts.join("");
}

/** The values of a format, in their order or by key. */
class Values {
  readonly #value: Item;
  readonly #items: readonly Item[];
  readonly #tools: TemplateTools;
  #index = 0;
  #isMapping: boolean;

  constructor(value: Item, tools: TemplateTools) {
    this.#value = value;
    this.#items = value instanceof Tuple ? value.items : [value];
    this.#tools = tools;
    this.#isMapping = isMap(value) || isList(value) || value instanceof Range || value instanceof Undefined;
  }

  next(): Item {
    const item = this.#items[this.#index++];
    if (item === undefined) throw new Fault("the format has more directives than values");
    return item;
  }

  named(key: string): Item {
    if (!isMap(this.#value)) throw new Fault("a format with names needs a dict");
    const found = findKey(this.#value, key, this.#tools);
    if (found === undefined) throw new Fault(`the format has no value ${JSON.stringify(key)}`);
    return found.value;
  }

  assertUsed(): void {
    if (!this.#isMapping && this.#index < this.#items.length) {
      throw new Fault("the format has fewer directives than values");
    }
  }
}

function requireCount(item: Item): number {
  if (!isInteger(item)) throw new Fault("a width or precision of a format has to be an integer");
  return Number(item);
}

function formatOne(item: Item, directive: Directive, tools: TemplateTools): string {
  const { type, precision } = directive;
  if (type === "s" || type === "r" || type === "a") {
    const text = type === "s"
      ? textOf(item, tools.budget)
      : type === "r"
      ? reprOf(item, tools.budget)
      : escapeToAscii(reprOf(item, tools.budget));
    return pad(
      precision === undefined ? text : sliceCharacters(text, { start: 0, end: precision }),
      "",
      directive,
    );
  }
  if (type === "c") return pad(character(item), "", directive);
  if (/[diuoxX]/.test(type)) return formatInteger(item, directive);
  if (!/[eEfFgG]/.test(type)) throw new Fault(`the directive "%${type}" is not known`);
  const value = requireFloat(item);
  const size = Math.abs(value);
  const isUpper = type !== type.toLowerCase();
  const digits = Number.isFinite(size)
    ? formatDigits(size, {
      type: type.toLowerCase(),
      precision: precision ?? 6,
      alternate: directive.flags.includes("#"),
    })
    : formatPythonFloat(size);
  const isNegative = value < 0 || Object.is(value, -0);
  return pad(isUpper ? digits.toUpperCase() : digits, signOf(isNegative, directive), directive);
}

function formatInteger(item: Item, directive: Directive): string {
  const operand = typeof item === "boolean" || isNumber(item) ? operandOf(item) : undefined;
  const isDecimal = /[diu]/.test(directive.type);
  if (operand === undefined || ("float" in operand && !isDecimal)) {
    throw new Fault(`"%${directive.type}" needs a number, not ${article(typeOf(item))}`);
  }
  if ("float" in operand && !Number.isFinite(operand.float)) {
    throw new Fault("an infinite float is not an integer");
  }
  const value = "float" in operand ? BigInt(Math.trunc(operand.float)) : operand.integer;
  const [base, prefix] = directive.type === "o"
    ? [8, "0o"]
    : isDecimal
    ? [10, ""]
    : [16, `0${directive.type}`];
  const plain = (value < 0n ? -value : value).toString(base);
  const digits = (directive.type === "X" ? plain.toUpperCase() : plain).padStart(
    Math.min(directive.precision ?? 0, 100_000),
    "0",
  );
  return pad(
    digits,
    signOf(value < 0n, directive) + (directive.flags.includes("#") ? prefix : ""),
    directive,
  );
}

function signOf(isNegative: boolean, { flags }: Directive): string {
  return isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function character(item: Item): string {
  if (typeof item === "string" && lengthOf(item) === 1) return item;
  if (typeof item === "boolean") return String.fromCodePoint(Number(item));
  if (isInteger(item) && item >= 0 && item <= 0x10ffff) return String.fromCodePoint(Number(item));
  throw new Fault('"%c" needs an integer or one character');
}

function pad(text: string, sign: string, { flags, width, type }: Directive): string {
  const space = Math.max(0, width - lengthOf(text) - sign.length);
  if (flags.includes("-")) return sign + text + " ".repeat(space);
  const isZero = flags.includes("0") && !/[sarc]/.test(type);
  return isZero ? sign + "0".repeat(space) + text : " ".repeat(space) + sign + text;
}
