/** Numbers as Python counts: integers are exact, whatever their size, and floats stay floats. */

import { WholeFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { type Budget, Fault } from "../limits.ts";
import { isInteger, type Item, type NumberItem } from "./item.ts";

/** Python refuses to print or read integers with more digits. */
export const MOST_DIGITS = 4300;
const MOST_BITS = 14_290;

/** An operand of arithmetic: an integer or a float. */
export type Operand = { readonly integer: bigint } | { readonly float: number };

/** Reads a number, or a boolean, which counts as 0 or 1; undefined for anything else. */
export function operandOf(item: Item): Operand | undefined {
  if (typeof item === "boolean") return { integer: item ? 1n : 0n };
  if (isInteger(item)) return { integer: BigInt(item) };
  if (typeof item === "number") return { float: item };
  return item instanceof WholeFloat ? { float: item.value } : undefined;
}

/** Makes the item of a float. */
export function floatItem(value: number): NumberItem {
  return Number.isInteger(value) && !Object.is(value, -0) ? new WholeFloat(value) : value;
}

/** Makes the item of an integer. */
export function integerItem(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Converts an operand to a float. */
export function floatOf(operand: Operand): number {
  if ("float" in operand) return operand.float;
  const value = Number(operand.integer);
  if (!Number.isFinite(value)) throw new Fault("an integer is too large for a float");
  return value;
}

/** The number of bits of an integer, about. */
function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** Applies an operator to two numbers; undefined if one of them is something else. */
export function calculate(
  operator: "+" | "-" | "*" | "/" | "//" | "%" | "**",
  { left, right, budget }: { readonly left: Item; readonly right: Item; readonly budget: Budget },
): NumberItem | undefined {
  if (
    typeof left === "number" && typeof right === "number" && Number.isSafeInteger(left) &&
    Number.isSafeInteger(right)
  ) {
    const quick = operator === "+" ? left + right : operator === "-" ? left - right : undefined;
    if (
      quick !== undefined && Number.isSafeInteger(quick) && !Object.is(quick, -0) && !Object.is(left, -0) &&
      !Object.is(right, -0)
    ) {
      return quick;
    }
  }
  const [a, b] = [operandOf(left), operandOf(right)];
  if (a === undefined || b === undefined) return undefined;
  if (typeof left === "bigint" || typeof right === "bigint") {
    budget.bits(bitsOf("integer" in a ? a.integer : 0n) + bitsOf("integer" in b ? b.integer : 0n));
  }
  if ("integer" in a && "integer" in b && operator !== "/") {
    return operator === "**" && b.integer < 0n
      ? floatItem(floatPower(floatOf(a), floatOf(b)))
      : integerItem(integerResult(operator, a.integer, b.integer, budget));
  }
  if ("integer" in a && "integer" in b) return floatItem(divideIntegers(a.integer, b.integer));
  return floatItem(floatResult(operator, floatOf(a), floatOf(b)));
}

type IntegerOperator = "+" | "-" | "*" | "//" | "%" | "**";

function integerResult(
  operator: IntegerOperator,
  ...[a, b, budget]: readonly [bigint, bigint, Budget]
): bigint {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      if (bitsOf(a) + bitsOf(b) > MOST_BITS) throw tooLarge();
      return a * b;
    case "**":
      return integerPower(a, b, budget);
    default: {
      if (b === 0n) throw new Fault("a number is divided by zero");
      const remainder = a % b;
      const isBelow = remainder !== 0n && (remainder < 0n) !== (b < 0n);
      if (operator === "%") return isBelow ? remainder + b : remainder;
      return a / b - (isBelow ? 1n : 0n);
    }
  }
}

function integerPower(a: bigint, b: bigint, budget: Budget): bigint {
  const isUnit = a >= -1n && a <= 1n;
  if (!isUnit && (b > MOST_BITS || bitsOf(a) * Number(b) > MOST_BITS + 8 * Number(b))) throw tooLarge();
  if (isUnit) return a === -1n ? (b % 2n === 0n ? 1n : -1n) : b === 0n ? 1n : a;
  const result = a ** b;
  // A power takes a multiplication for each of its bits.
  budget.bits(bitsOf(result) * 16);
  if (bitsOf(result) > MOST_BITS + 4) throw tooLarge();
  return result;
}

function tooLarge(): Fault {
  return new Fault(`an integer would have more than ${MOST_DIGITS} digits`);
}

/** Divides integers and rounds once, as Python does. */
function divideIntegers(a: bigint, b: bigint): number {
  if (b === 0n) throw new Fault("a number is divided by zero");
  const [x, y] = [Number(a), Number(b)];
  if (Number.isSafeInteger(x) && Number.isSafeInteger(y)) return x / y;
  const isNegative = (a < 0n) !== (b < 0n);
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const shift = Math.max(0, bitsOf(bottom) - bitsOf(top) + 72);
  const scaled = top << BigInt(shift);
  const quotient = scaled / bottom | (scaled % bottom === 0n ? 0n : 1n);
  const result = Number(quotient) / 2 ** shift;
  if (!Number.isFinite(result)) throw new Fault("the result of a division is too large for a float");
  return isNegative ? -result : result;
}

function floatResult(operator: IntegerOperator | "/", a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "**":
      return floatPower(a, b);
    default:
      if (b === 0) throw new Fault("a number is divided by zero");
      if (operator === "/") return a / b;
      return operator === "%" ? floatRemainder(a, b) : floatQuotient(a, b);
  }
}

function floatRemainder(a: number, b: number): number {
  const remainder = a % b;
  if (remainder === 0) return b < 0 ? -0 : 0;
  return (remainder < 0) === (b < 0) ? remainder : remainder + b;
}

function floatQuotient(a: number, b: number): number {
  if (!Number.isFinite(b) && Number.isFinite(a)) return a === 0 || (a < 0) === (b < 0) ? a / b : -1;
  const exact = (a - floatRemainder(a, b)) / b;
  if (exact === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(exact);
  return exact - floor > 0.5 ? floor + 1 : floor;
}

function floatPower(a: number, b: number): number {
  if (a === 0 && b < 0) throw new Fault("zero cannot be raised to a negative power");
  if (a < 0 && !Number.isInteger(b) && Number.isFinite(b)) {
    throw new Fault("the result would be a complex number");
  }
  if (a === 1 || (a === -1 && !Number.isFinite(b))) return 1;
  const result = a ** b;
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
    throw new Fault("the result of a power is too large for a float");
  }
  return result;
}

/** Returns the number; throws if Python would refuse to print its digits. */
export function assertPrintable(item: NumberItem): NumberItem {
  if (typeof item === "bigint" && bitsOf(item) > MOST_BITS + 4) {
    throw new Fault(`an integer has more than ${MOST_DIGITS} digits`);
  }
  return item;
}
