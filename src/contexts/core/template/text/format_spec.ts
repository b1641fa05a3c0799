/** Numbers and texts by the little language of `format()`, and by that of `%`, which is a part of it. */

import { formatPythonFloat } from "../../../../lib/scalars/exact_numbers.ts";
import type { TemplateTools } from "../library/entry.ts";
import { Fault } from "../limits.ts";
import { article } from "../values/compare.ts";
import { type Item, typeOf } from "../values/item.ts";
import { floatOf, operandOf } from "../values/numbers.ts";
import { textOf } from "../values/print.ts";
import { lengthOf, sliceCharacters } from "./characters.ts";
import { exponentDigits, fixedDigits, generalDigits } from "./float_digits.ts";

/** The most digits after the point that a format may ask for. */
const MOST_PRECISION = 100;
/** The largest width of a format with groups. */
const WIDEST_GROUPS = 1000;

const SPEC = /^(?:([^])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u;

/** Bases other than ten with the prefix of their numbers, by the letter of the format. */
const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"],
};

/** A format. */
export interface Spec {
  readonly fill: string;
  /** `=` puts the fill between the sign and the digits. */
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
  const { type, grouping, width } = parsed;
  tools.budget.text(width);
  if (grouping !== "" && (/[ncs]/.test(type) || (grouping === "," && /[boxX]/.test(type)))) {
    throw new Fault(`the format "${type}" has no groups`);
  }
  if (grouping !== "" && width > WIDEST_GROUPS) {
    throw new Fault(`the width of a format with groups is above ${WIDEST_GROUPS}`);
  }
  if (typeof item === "string") return formatText(item, parsed);
  const operand = operandOf(item);
  if (operand === undefined) throw new Fault(`${article(typeOf(item))} takes no format`);
  return "integer" in operand ? formatInteger(operand.integer, parsed) : formatFloat(operand.float, parsed);
}

function parseSpec(text: string): Spec {
  const found = SPEC.exec(text);
  if (found === null) throw new Fault(`the format ${JSON.stringify(text)} is not known`);
  const [, fill, align, sign = "", hash, zero, width = "0", grouping = "", precision, type = ""] = found;
  return {
    fill: fill ?? zero ?? " ",
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
  return alignCut(text, { ...spec, align: isPlainZero ? "<" : spec.align ?? "<" });
}

/** Cuts a text at its precision, and fills it up to its width. */
export function alignCut(text: string, spec: Spec): string {
  return align(
    spec.precision === undefined ? text : sliceCharacters(text, { start: 0, end: spec.precision }),
    spec,
  );
}

function align(text: string, { fill, align, width }: Pick<Spec, "fill" | "align" | "width">): string {
  const space = Math.max(0, width - lengthOf(text));
  const left = align === "<" ? 0 : align === "^" ? Math.floor(space / 2) : space;
  return fill.repeat(left) + text + fill.repeat(space - left);
}

function formatInteger(value: bigint, spec: Spec): string {
  if (/[eEfFgG%]/.test(spec.type)) return formatFloat(floatOf({ integer: value }), spec);
  if (spec.precision !== undefined) throw new Fault("an int takes no precision");
  if (spec.type === "s") throw new Fault("the format is for texts, not for an int");
  if (spec.type !== "c") return finishNumber(integerText(value, spec), spec);
  if (spec.sign !== "" || spec.alternate) throw new Fault("a character takes no sign");
  return align(String.fromCodePoint(Number(value)), { ...spec, align: spec.align ?? "<" });
}

/** The digits of an integer in the base of a format. */
export function integerText(value: bigint, { type, alternate }: Spec): NumberText {
  const [base, prefix] = BASES[type] ?? [10, ""];
  const digits = (value < 0n ? -value : value).toString(base);
  return {
    isNegative: value < 0n,
    digits: type === "X" ? digits.toUpperCase() : digits,
    prefix: alternate ? prefix : "",
    group: base === 10 ? 3 : 4,
  };
}

/** Formats a float. */
export function formatFloat(value: number, spec: Spec): string {
  const { type } = spec;
  if (/[bcdosxX]/.test(type)) throw new Fault(`the format "${type}" is not for a float`);
  const size = Math.abs(value) * (type === "%" ? 100 : 1);
  const text = Number.isFinite(size) ? floatDigits(size, spec) : formatPythonFloat(size);
  const digits = type === "%" ? `${text}%` : /[EFG]/.test(type) ? text.toUpperCase() : text;
  return finishNumber({ isNegative: value < 0 || Object.is(value, -0), digits, prefix: "", group: 3 }, spec);
}

function floatDigits(
  size: number,
  { type, precision = type === "" ? undefined : 6, alternate }: Spec,
): string {
  if (precision === undefined) return formatPythonFloat(size);
  if (precision > MOST_PRECISION) throw new Fault(`a precision is above ${MOST_PRECISION}`);
  const point = alternate && precision === 0 ? "." : "";
  switch (type.toLowerCase()) {
    case "f":
    case "%":
      return fixedDigits(size, precision) + point;
    case "e":
      return exponentDigits(size, precision).replace("e", `${point}e`);
    default:
      return generalDigits(size, { precision, keepZeros: alternate, atLeastOne: type === "" });
  }
}

/** A number in digits. */
export interface NumberText {
  readonly isNegative: boolean;
  readonly digits: string;
  /** `0x` and the like. */
  readonly prefix: string;
  /** How many digits make a group. */
  readonly group: 3 | 4;
}

/** Adds sign, groups and space to digits. */
export function finishNumber({ isNegative, digits, prefix, group }: NumberText, spec: Spec): string {
  const sign = (isNegative ? "-" : spec.sign.replace("-", "")) + prefix;
  // Digits of other bases have no tail, such as a fraction; their letters look like the exponent of a float.
  const [, head = "", tail = ""] = /^(\d*)([^]*)$/.exec(digits) ?? [];
  const [whole, rest] = group === 3 ? [head, tail] : [digits, ""];
  const isPadded = spec.align === "=" && spec.fill === "0";
  const room = isPadded ? spec.width - sign.length - rest.length : 0;
  const isGrouped = spec.grouping !== "" && whole !== "";
  const body = (isGrouped ? groupDigits(whole, { ...spec, group, room }) : whole.padStart(room, "0")) + rest;
  if (isPadded) return sign + body;
  if (spec.align === "=") return sign + align(body, { ...spec, align: ">", width: spec.width - sign.length });
  return align(sign + body, { ...spec, align: spec.align ?? ">" });
}

function groupDigits(
  digits: string,
  { grouping, group, room }: { readonly grouping: string; readonly group: number; readonly room: number },
): string {
  const border = new RegExp(`(?<=[0-9a-fA-F])(?=(?:[0-9a-fA-F]{${group}})+$)`, "g");
  let grouped = digits.replace(border, grouping);
  for (let padded = digits; grouped.length < room; grouped = padded.replace(border, grouping)) {
    padded = `0${padded}`;
  }
  return grouped;
}
