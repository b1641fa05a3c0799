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

/** Returns true for a number of any kind. */
export function isValueNumber(value: Value | undefined): value is number | bigint | WholeFloat {
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

function equalNumbers(a: number | bigint | WholeFloat, b: number | bigint | WholeFloat): boolean {
  const [x, y] = [plainNumber(a), plainNumber(b)];
  if (typeof x === typeof y) return x === y;
  const [integer, float] = typeof x === "bigint" ? [x, y as number] : [y as bigint, x as number];
  return Number.isInteger(float) && BigInt(float) === integer;
}

function plainNumber(value: number | bigint | WholeFloat): number | bigint {
  return value instanceof WholeFloat ? value.value : value;
}
