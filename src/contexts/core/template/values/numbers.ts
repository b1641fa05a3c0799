/** Numbers as Python counts: integers are exact, whatever their size, and floats stay floats. */

import { WholeFloat } from "../../../../lib/scalars/exact_numbers.ts";
import { type Budget, Fault } from "../limits.ts";
import type { ValueNumber } from "../../tree/value.ts";
import { isInteger, type Item } from "./item.ts";

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
export function floatItem(value: number): ValueNumber {
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

/** The operators of arithmetic. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Recognizes an integer that a float holds exactly. */
function isExact(item: Item): item is number {
  return typeof item === "number" && Number.isSafeInteger(item) && !Object.is(item, -0);
}

/** Applies an operator to two numbers; undefined if one of them is something else. */
export function calculate(
  operator: ArithmeticOperator,
  { left, right, budget }: { readonly left: Item; readonly right: Item; readonly budget: Budget },
): ValueNumber | undefined {
  if (isExact(left) && isExact(right) && (operator === "+" || operator === "-")) {
    const quick = operator === "+" ? left + right : left - right;
    if (isExact(quick)) return quick;
  }
  const [a, b] = [operandOf(left), operandOf(right)];
  if (a === undefined || b === undefined) return undefined;
  if (typeof left === "bigint" || typeof right === "bigint") {
    budget.bits(bitsOf("integer" in a ? a.integer : 0n) + bitsOf("integer" in b ? b.integer : 0n));
  }
  if (!("integer" in a) || !("integer" in b)) return floatItem(FLOATS[operator](floatOf(a), floatOf(b)));
  if (operator === "/") return floatItem(divideIntegers(a.integer, b.integer));
  return operator === "**" && b.integer < 0n
    ? floatItem(floatPower(floatOf(a), floatOf(b)))
    : integerItem(INTEGERS[operator](a.integer, b.integer, { budget }));
}

type IntegerOperation = (a: bigint, b: bigint, options: { readonly budget: Budget }) => bigint;

const INTEGERS: Readonly<Record<Exclude<ArithmeticOperator, "/">, IntegerOperation>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => {
    if (bitsOf(a) + bitsOf(b) > MOST_BITS) throw tooLarge();
    return a * b;
  },
  "//": (a, b) => (a - integerRemainder(a, b)) / b,
  "%": integerRemainder,
  "**": integerPower,
};

const FLOATS: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / assertDivisor(b),
  "//": (a, b) => floatQuotient(a, assertDivisor(b)),
  "%": (a, b) => floatRemainder(a, assertDivisor(b)),
  "**": floatPower,
};

function assertDivisor<N extends number | bigint>(divisor: N): N {
  if (Number(divisor) === 0) throw new Fault("a number is divided by zero");
  return divisor;
}

/** The remainder has the sign of the divisor. */
function integerRemainder(a: bigint, b: bigint): bigint {
  const remainder = a % assertDivisor(b);
  return remainder !== 0n && (remainder < 0n) !== (b < 0n) ? remainder + b : remainder;
}

function integerPower(a: bigint, b: bigint, { budget }: { readonly budget: Budget }): bigint {
  const isUnit = a >= -1n && a <= 1n;
  if (isUnit) return a === -1n ? (b % 2n === 0n ? 1n : -1n) : b === 0n ? 1n : a;
  if (b > MOST_BITS || bitsOf(a) * Number(b) > MOST_BITS + 8 * Number(b)) throw tooLarge();
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
  const [x, y] = [Number(a), Number(assertDivisor(b))];
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
export function assertPrintable(item: ValueNumber): ValueNumber {
  if (typeof item === "bigint" && bitsOf(item) > MOST_BITS + 4) {
    throw new Fault(`an integer has more than ${MOST_DIGITS} digits`);
  }
  return item;
}
