import { Fault } from "../limits.ts";
import { trimEndPython, trimStartPython } from "../text/characters.ts";
import { fixedDigits, roundFloat } from "../text/float_digits.ts";
import { isInteger, isNumber, type Item, Undefined } from "../values/item.ts";
import { calculate, floatItem, floatOf, integerItem, MOST_DIGITS, operandOf } from "../values/numbers.ts";
import { requireFloat, requireInteger } from "./coerce.ts";
import type { Library, TemplateTools } from "./entry.ts";
import { isTrue } from "../values/item.ts";

const FLOAT = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const SPECIAL_FLOAT = /^([-+]?)(?:(inf|infinity)|nan)$/i;
const PREFIXES: Readonly<Record<string, number>> = { "0b": 2, "0o": 8, "0x": 16 };

/** Filters for numbers. */
export const NUMBER_FILTERS: Library = {
  abs: {
    parameters: [],
    run: ({ subject }) => {
      const operand = operandOf(subject);
      if (operand === undefined) throw new Fault("a number is needed");
      if ("float" in operand) return floatItem(Math.abs(operand.float));
      return integerItem(operand.integer < 0n ? -operand.integer : operand.integer);
    },
  },
  filesizeformat: {
    parameters: ["binary?"],
    run: ({ subject, args: [binary = false] }) => formatSize(requireFloatOrText(subject), isTrue(binary)),
  },
  float: {
    parameters: ["default?"],
    run: ({ subject, args: [fallback = floatItem(0)] }) => {
      const value = toFloat(subject);
      return value === undefined ? fallback : floatItem(value);
    },
  },
  int: {
    parameters: ["default?", "base?"],
    run: ({ subject, args: [fallback = 0, base = 10] }) => toInteger(subject, base) ?? fallback,
  },
  round: {
    parameters: ["precision?", "method?"],
    run: ({ subject, args: [precision = 0, method = "common"], tools }) =>
      round(subject, { precision, method }, tools),
  },
};

/** Reads a float as Python's `float()` does; undefined where it would be a wrong value. */
function toFloat(item: Item): number | undefined {
  if (item instanceof Undefined) throw new Fault(item.message);
  if (typeof item === "string") return parseFloatText(item);
  const operand = operandOf(item);
  return operand === undefined ? undefined : floatOf(operand);
}

function parseFloatText(source: string): number | undefined {
  const text = trimStartPython(trimEndPython(source));
  const special = SPECIAL_FLOAT.exec(text);
  if (special !== null) return special[2] === undefined ? NaN : special[1] === "-" ? -Infinity : Infinity;
  return FLOAT.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** Reads an integer as Jinja's `int` does: by Python's `int()`, else by `float()` without the fraction. */
function toInteger(item: Item, base: Item): number | bigint | undefined {
  if (item instanceof Undefined) throw new Fault(item.message);
  if (typeof item === "boolean") return Number(item);
  if (isInteger(item)) return item;
  // A base that is not an integer is a wrong value like any other.
  const isBase = isInteger(base) || typeof base === "boolean";
  const exact = typeof item === "string" && isBase ? parseIntegerText(item, Number(base)) : undefined;
  if (exact !== undefined) return integerItem(exact);
  const value = toFloat(item);
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) {
    if (isNumber(item) && !Number.isNaN(value)) throw new Fault("an infinite float is not an integer");
    return undefined;
  }
  return integerItem(BigInt(Math.trunc(value)));
}

function parseIntegerText(source: string, base: number): bigint | undefined {
  const [, sign = "", prefix = "", digits = ""] =
    /^([-+]?)(0[bBoOxX]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(trimStartPython(trimEndPython(source))) ??
      [];
  const prefixBase = PREFIXES[prefix.slice(0, 2).toLowerCase()];
  const isPrefixed = prefix !== "" && (base === 0 || base === prefixBase);
  const plain = (isPrefixed ? digits : prefix + digits).replaceAll("_", "").toLowerCase();
  const actual = base === 0 ? prefixBase ?? 10 : base;
  if (plain === "" || actual < 2 || actual > 36 || plain.length > MOST_DIGITS) return undefined;
  if (base === 0 && prefix === "" && /^0+[1-9]/.test(plain)) return undefined;
  const values = Array.from(plain, (char) => parseInt(char, 36));
  if (values.some((value) => Number.isNaN(value) || value >= actual)) return undefined;
  const result = values.reduce((sum, value) => sum * BigInt(actual) + BigInt(value), 0n);
  return sign === "-" ? -result : result;
}

function requireFloatOrText(item: Item): number {
  if (typeof item !== "string") return requireFloat(item);
  const value = parseFloatText(item);
  if (value === undefined) throw new Fault("the text is not a number");
  return value;
}

function formatSize(bytes: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${BigInt(Math.trunc(bytes))} Bytes`;
  const prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
  const found = prefixes.findIndex((_, index) => bytes < base ** (index + 2));
  const index = found < 0 ? prefixes.length - 1 : found;
  const unit = binary ? `${prefixes[index]?.toUpperCase()}iB` : `${prefixes[index]}B`;
  return `${fixedDigits(base * bytes / base ** (index + 2), 1)} ${unit}`;
}

function round(
  subject: Item,
  { precision, method }: { readonly precision: Item; readonly method: Item },
  { budget }: TemplateTools,
): Item {
  if (method !== "common" && method !== "ceil" && method !== "floor") {
    throw new Fault('the method is "common", "ceil" or "floor"');
  }
  const operand = operandOf(subject);
  if (operand === undefined) requireFloat(subject);
  if (method === "common") {
    const digits = precision === null ? 0 : requireInteger(precision);
    if (operand !== undefined && "integer" in operand) {
      return integerItem(roundInteger(operand.integer, digits));
    }
    const value = roundFloat(requireFloat(subject), digits);
    return precision === null ? integerItem(BigInt(value)) : floatItem(value);
  }
  const factor = calculate("**", { left: 10, right: precision, budget });
  const scaled = factor === undefined ? undefined : calculate("*", { left: subject, right: factor, budget });
  if (factor === undefined || scaled === undefined) throw new Fault("a number is needed");
  const whole = isInteger(scaled) ? scaled : wholeOf(requireFloat(scaled), method);
  return calculate("/", { left: whole, right: factor, budget }) ?? 0;
}

function wholeOf(value: number, method: "ceil" | "floor"): number | bigint {
  if (!Number.isFinite(value)) throw new Fault("an infinite float is not an integer");
  return integerItem(BigInt(method === "ceil" ? Math.ceil(value) : Math.floor(value)));
}

/** Rounds an integer to tens, hundreds and so on; halves to even. */
function roundInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  if (-digits > MOST_DIGITS) return 0n;
  const unit = 10n ** BigInt(-digits);
  const size = value < 0n ? -value : value;
  const rest = size % unit;
  const low = size - rest;
  const isUp = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n === 1n);
  const result = isUp ? low + unit : low;
  return value < 0n ? -result : result;
}
