import { Fault } from "../limits.ts";
import { trimEndPython, trimStartPython } from "../text/characters.ts";
import { fixedDigits } from "../text/float_digits.ts";
import { assertDefined, isInteger, isNumber, type Item } from "../values/item.ts";
import { calculate, floatItem, floatOf, integerItem, MOST_DIGITS, operandOf } from "../values/numbers.ts";
import { requireFloat, requireInteger } from "./coerce.ts";
import { any, flag, type Library, onAny, type TemplateTools } from "./entry.ts";

const FLOAT = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const SPECIAL_FLOAT = /^([-+]?)(?:(inf|infinity)|nan)$/i;
const PREFIXES: Readonly<Record<string, number>> = { "0b": 2, "0o": 8, "0x": 16 };

/** Filters for numbers. */
export const NUMBER_FILTERS: Library = {
  abs: onAny([], (subject) => {
    const operand = operandOf(subject);
    if (operand === undefined) throw new Fault("a number is needed");
    return "float" in operand ? floatItem(Math.abs(operand.float)) : integerItem(absolute(operand.integer));
  }),
  filesizeformat: onAny([flag("binary", false)], (subject, [binary]) => {
    const bytes = typeof subject === "string" ? parseFloatText(subject) : requireFloat(subject);
    if (bytes === undefined) throw new Fault("the text is not a number");
    return formatSize(bytes, binary);
  }),
  float: onAny([any("default", floatItem(0))], (subject, [fallback]) => {
    const value = toFloat(subject);
    return value === undefined ? fallback : floatItem(value);
  }),
  int: onAny(
    [any("default", 0), any("base", 10)],
    (subject, [fallback, base]) => toInteger(subject, base) ?? fallback,
  ),
  round: onAny([any("precision", 0), any("method", "common")], (subject, [precision, method], { budget }) => {
    if (method === "common") return round(subject, precision);
    if (method === "ceil" || method === "floor") return roundTo(method, subject, { precision, budget });
    throw new Fault('the method is "common", "ceil" or "floor"');
  }),
};

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Reads a float as Python's `float()` does; undefined where it would be a wrong value. */
function toFloat(item: Item): number | undefined {
  assertDefined(item);
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
  assertDefined(item);
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

/** Rounds to a number of digits after the point, halves to even. */
function round(subject: Item, precision: Item): Item {
  const operand = operandOf(subject);
  if (operand === undefined) return requireFloat(subject);
  const digits = precision === null ? 0 : requireInteger(precision);
  if ("integer" in operand) return integerItem(roundUnits(operand.integer, digits));
  const value = roundFloat(operand.float, digits);
  return precision === null ? integerItem(BigInt(value)) : floatItem(value);
}

function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 100 || (digits >= 0 && Math.abs(value) >= 1e21)) return value;
  const isNegative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  // Twice the number: a fraction of any size is a half, which is no unit.
  const doubled = 2n * BigInt(Math.floor(size)) + (Number.isInteger(size) ? 0n : 1n);
  const result = digits >= 0
    ? Number(fixedDigits(size, digits))
    : Number(roundUnits(doubled, digits, 2n) / 2n);
  return isNegative ? -result : result;
}

/** Rounds an integer to tens, hundreds and so on; halves to even. */
function roundUnits(value: bigint, digits: number, factor = 1n): bigint {
  if (digits >= 0) return value;
  if (-digits > MOST_DIGITS) return 0n;
  const unit = factor * 10n ** BigInt(-digits);
  const size = absolute(value);
  const rest = size % unit;
  const low = size - rest;
  const isUp = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n === 1n);
  const result = isUp ? low + unit : low;
  return value < 0n ? -result : result;
}

/** Rounds up or down, as Jinja does: by a factor, in floats. */
function roundTo(
  method: "ceil" | "floor",
  subject: Item,
  { precision, budget }: { readonly precision: Item; readonly budget: TemplateTools["budget"] },
): Item {
  const factor = calculate("**", { left: 10, right: precision, budget });
  const scaled = factor === undefined ? undefined : calculate("*", { left: subject, right: factor, budget });
  if (factor === undefined || scaled === undefined) throw new Fault("a number is needed");
  const value = isInteger(scaled) ? 0 : requireFloat(scaled);
  if (!Number.isFinite(value)) throw new Fault("an infinite float is not an integer");
  const left = isInteger(scaled) ? scaled : integerItem(BigInt(Math[method](value)));
  return calculate("/", { left, right: factor, budget }) ?? 0;
}
