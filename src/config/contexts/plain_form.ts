/**
 * Checks of plain data by hand, for the usual forms of files. The package for schemas takes longer to load than a command
 * takes otherwise, so it is asked only about files of another form, and for what is wrong with them.
 */

/** Checks the form of a value. */
export type Check = (value: unknown) => boolean;

/** Text that is not empty. */
export const isText: Check = (value) => typeof value === "string" && value !== "";

/** True or false. */
export const isFlag: Check = (value) => typeof value === "boolean";

/** Text without a reference, which the schema has rules for. */
export const isPlainText: Check = (value) => isText(value) && !String(value).includes("${");

/** No value: the schema decides. */
export const never: Check = () => false;

/** Makes the check of a text that matches a pattern. */
export const fits = (pattern: RegExp): Check => (value) => typeof value === "string" && pattern.test(value);

/** Makes the check of a value that has one of two forms. */
export const isEither = (one: Check, other: Check): Check => (value) => one(value) || other(value);

/** Makes the check of a whole number. */
export const isNumberUpTo = (most: number, least = 0): Check => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

/** Makes the check of a list. */
export const isListOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

type Checks = Readonly<Record<string, Check>>;

/** Makes the check of a map in which these keys, where they are, have these forms. Other keys are data. */
export const isMapOf = (checks: Checks): Check => (value) =>
  isMap(value) && Object.entries(value).every(([key, each]) => checkOf(checks, key)?.(each) ?? true);

/** Makes the check of a map in which each key is one of these and has its form. */
export const isExactMapOf = (checks: Checks): Check => (value) =>
  isMap(value) && Object.entries(value).every(([key, each]) => checkOf(checks, key)?.(each) ?? false);

/** Whether a map has all of these keys. */
export function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => Object.hasOwn(Object(value), key));
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkOf(checks: Checks, key: string): Check | undefined {
  return Object.hasOwn(checks, key) ? checks[key] : undefined;
}
