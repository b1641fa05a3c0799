/** The values of a context: what JSON can say, with keys in their order and numbers kept exactly. */

import { WholeFloat } from "../../../lib/scalars/exact_numbers.ts";

/**
 * A value of a context. A number is an integer unless it has a fraction; integers beyond 2^53 are bigints.
 */
export type Value = null | boolean | number | bigint | WholeFloat | string | readonly Value[] | ValueMap;

/** A map of a context. Keys keep the order in which they were written, whatever they look like. */
export type ValueMap = ReadonlyMap<string, Value>;

/** Recognizes a map. */
export function isValueMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

/** Recognizes a list. */
export function isValueList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A number of any kind. */
export type ValueNumber = number | bigint | WholeFloat;

/** Returns true for a number of any kind. */
export function isValueNumber(value: unknown): value is ValueNumber {
  return typeof value === "number" || typeof value === "bigint" || value instanceof WholeFloat;
}

/**
 * Converts plain data, such as a parsed section of the configuration, into a value. Absent values are left
 * out.
 */
export function toValue(plain: unknown): Value {
  if (plain === null || plain === undefined) return null;
  if (typeof plain === "boolean" || typeof plain === "string" || typeof plain === "bigint") return plain;
  if (typeof plain === "number" || plain instanceof WholeFloat) return plain;
  if (Array.isArray(plain)) return plain.map(toValue);
  const entries = plain instanceof Map ? [...plain] : Object.entries(plain);
  return new Map(
    entries.filter(([, value]) => value !== undefined).map(([key, value]) => [String(key), toValue(value)]),
  );
}

/**
 * Whether two values are equal as data: the order of keys has no meaning, and `1` equals `1.0`, as in
 * Python.
 */
export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isValueNumber(a) && isValueNumber(b)) return equalNumbers(a, b);
  if (isValueList(a) && isValueList(b)) {
    return a.length === b.length && a.every((each, index) => equalValues(each, b[index]));
  }
  if (!isValueMap(a) || !isValueMap(b) || a.size !== b.size) return false;
  return [...a].every(([key, value]) => b.has(key) && equalValues(value, b.get(key)));
}

/** Whether neither number is below the other. A number that is not one is equal to nothing. */
export function equalNumbers(a: ValueNumber, b: ValueNumber): boolean {
  const [x, y] = [plainNumber(a), plainNumber(b)];
  return x <= y && x >= y;
}

/** The number of JavaScript for a number of any kind. */
export function plainNumber(value: ValueNumber): number | bigint {
  return value instanceof WholeFloat ? value.value : value;
}

/** Recognizes an integer; minus zero is a float. */
export function isIntegerValue(value: unknown): value is number | bigint {
  return typeof value === "bigint" ||
    (typeof value === "number" && Number.isInteger(value) && !Object.is(value, -0));
}
