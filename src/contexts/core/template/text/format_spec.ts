/** Numbers and texts by the little language of `format()` and `%`. */

import { formatPythonFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { Fault } from "../limits.ts";
import type { TemplateTools } from "../library/entry.ts";
import { article } from "../values/compare.ts";
import { isInteger, type Item, typeOf } from "../values/item.ts";
import { floatOf, operandOf } from "../values/numbers.ts";
import { textOf } from "../values/print.ts";
import { lengthOf, sliceCharacters } from "./characters.ts";
import { exponentDigits, fixedDigits, generalDigits } from "./float_digits.ts";

/** The most digits after the point that a format may ask for. */
const MOST_PRECISION = 1000;

const SPEC = /^(?:([^])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u;

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Formats an item as Python's `format(item, spec)` does. */
export function formatItem(item: Item, spec: string, tools: TemplateTools): string {
  if (spec === "") return textOf(item, tools.budget);
  const parsed = parseSpec(spec);
  tools.budget.text(parsed.width);
  if (
    parsed.grouping !== "" &&
    (/[ncs]/.test(parsed.type) || (parsed.grouping === "," && /[boxX]/.test(parsed.type)))
  ) {
    throw new Fault(`the format "${parsed.type}" has no groups`);
  }
  if (parsed.grouping !== "" && parsed.width > MOST_PRECISION) {
    throw new Fault(`the width of a format with groups is above ${MOST_PRECISION}`);
  }
  if (typeof item === "string") return formatText(item, parsed);
  if (typeof item === "boolean") return formatInteger(item ? 1n : 0n, parsed);
  if (isInteger(item)) return formatInteger(BigInt(item), parsed);
  const operand = operandOf(item);
  if (operand === undefined) throw new Fault(`${article(typeOf(item))} takes no format`);
  return formatFloat(floatOf(operand), parsed);
}

function parseSpec(text: string): Spec {
  const found = SPEC.exec(text);
  if (found === null) throw new Fault(`the format ${JSON.stringify(text)} is not known`);
  const [, fill, align, sign = "", hash, zero, width = "0", grouping = "", precision, type = ""] = found;
  return {
    fill: fill ?? (zero === undefined ? " " : "0"),
    align: align ?? (zero === undefined ? undefined : "="),
    sign,
    alternate: hash !== undefined,
    width: Number(width),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatText(text: string, spec: Spec): string {
  const isPlainZero = spec.align === "=" && spec.fill === "0";
  if (
    (spec.type !== "" && spec.type !== "s") || spec.sign !== "" || spec.alternate || spec.grouping !== "" ||
    (spec.align === "=" && !isPlainZero)
  ) {
    throw new Fault("the format is for numbers, not for a str");
  }
  const cut = spec.precision === undefined ? text : sliceCharacters(text, { start: 0, end: spec.precision });
  return align(cut, { ...spec, align: isPlainZero ? "<" : spec.align ?? "<" });
}

function align(text: string, { fill, align, width }: Pick<Spec, "fill" | "align" | "width">): string {
  const space = Math.max(0, width - lengthOf(text));
  const left = align === "<" ? 0 : align === "^" ? Math.floor(space / 2) : space;
  return fill.repeat(left) + text + fill.repeat(space - left);
}

function formatInteger(value: bigint, spec: Spec): string {
  if (/[eEfFgG%]/.test(spec.type)) return formatFloat(floatOf({ integer: value }), spec);
  if (spec.precision !== undefined) throw new Fault("an int takes no precision");
  const size = value < 0n ? -value : value;
  if (spec.type === "c" && (spec.sign !== "" || spec.alternate)) throw new Fault("a character takes no sign");
  if (spec.type === "c") {
    return align(String.fromCodePoint(Number(size)), { ...spec, align: spec.align ?? "<" });
  }
  if (spec.type === "s") throw new Fault("the format is for texts, not for an int");
  const [base, prefix] = spec.type === "x" || spec.type === "X"
    ? [16, `0${spec.type}`]
    : spec.type === "o"
    ? [8, "0o"]
    : spec.type === "b"
    ? [2, "0b"]
    : [10, ""];
  const plain = size.toString(base);
  const digits = spec.type === "X" ? plain.toUpperCase() : plain;
  return finish(
    { isNegative: value < 0n, digits, prefix: spec.alternate ? prefix : "" },
    spec,
    base === 10 ? 3 : 4,
  );
}

function formatFloat(value: number, spec: Spec): string {
  if (/[bcdosxX]/.test(spec.type)) throw new Fault(`the format "${spec.type}" is not for a float`);
  const isNegative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value) * (spec.type === "%" ? 100 : 1);
  const digits = floatDigits(size, spec);
  return finish({ isNegative, digits: spec.type === "%" ? `${digits}%` : digits, prefix: "" }, spec, 3);
}

function floatDigits(size: number, spec: Spec): string {
  const isUpper = spec.type === "E" || spec.type === "F" || spec.type === "G";
  if (!Number.isFinite(size)) {
    return isUpper ? formatPythonFloat(size).toUpperCase() : formatPythonFloat(size);
  }
  const text = formatDigits(size, {
    type: spec.type.toLowerCase(),
    precision: spec.precision,
    alternate: spec.alternate,
  });
  return isUpper ? text.toUpperCase() : text;
}

/** Formats a float that is not negative by the letter of a format. */
export function formatDigits(
  size: number,
  { type, precision, alternate }: {
    readonly type: string;
    readonly precision: number | undefined;
    readonly alternate: boolean;
  },
): string {
  if (precision !== undefined && precision > MOST_PRECISION) {
    throw new Fault(`a precision is above ${MOST_PRECISION}`);
  }
  const point = alternate ? "." : "";
  switch (type) {
    case "f":
    case "%":
      return fixedDigits(size, precision ?? 6) + (precision === 0 ? point : "");
    case "e":
      return exponentDigits(size, precision ?? 6).replace("e", precision === 0 ? `${point}e` : "e");
    case "g":
    case "n":
      return generalDigits(size, { precision: precision ?? 6, keepZeros: alternate });
    default:
      if (precision === undefined) return formatPythonFloat(size);
      return generalDigits(size, { precision, keepZeros: alternate, atLeastOne: true });
  }
}

interface NumberText {
  readonly isNegative: boolean;
  readonly digits: string;
  /** `0x` and the like. */
  readonly prefix: string;
}

/** Adds sign, groups and space to digits. */
function finish({ isNegative, digits, prefix }: NumberText, spec: Spec, group: number): string {
  const sign = (isNegative ? "-" : spec.sign.replace("-", "")) + prefix;
  // Digits of other bases have no tail; their letters look like the exponent of a float.
  const [head, tail] = group === 3 ? splitTail(digits) : [digits, ""];
  const isNumeral = head !== "";
  const isPadded = spec.align === "=" && spec.fill === "0";
  const room = isPadded ? spec.width - sign.length - tail.length : 0;
  const body =
    (spec.grouping === "" || !isNumeral
      ? head.padStart(room, "0")
      : groupDigits(head, { separator: spec.grouping, size: group, room })) + tail;
  if (isPadded) return sign + body;
  if (spec.align === "=") return sign + align(body, { ...spec, align: ">", width: spec.width - sign.length });
  return align(sign + body, { ...spec, align: spec.align ?? ">" });
}

/** Splits the fraction, the exponent or the percent sign off a number. */
function splitTail(digits: string): readonly [string, string] {
  const [, head = "", tail = ""] = /^(\d*)([^]*)$/.exec(digits) ?? [];
  return [head, tail];
}

function groupDigits(
  digits: string,
  { separator, size, room }: { readonly separator: string; readonly size: number; readonly room: number },
): string {
  let padded = digits;
  const grouped = () =>
    padded.replace(new RegExp(`(?<=[0-9a-fA-F])(?=(?:[0-9a-fA-F]{${size}})+$)`, "g"), separator);
  while (grouped().length < room) padded = `0${padded}`;
  return grouped();
}
