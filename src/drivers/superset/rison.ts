/**
 * Rison, the notation of Superset's `q` parameter. Written here, as the package of that name quotes neither dates nor
 * digits in a way that Superset's reader takes.
 */

/** A value that rison can say. */
export type RisonValue = boolean | number | string | readonly RisonValue[] | {
  readonly [key: string]: RisonValue;
};

/** Formats a value as rison and escapes it for a query. */
export function formatQuery(value: RisonValue): string {
  return encodeURIComponent(formatRison(value));
}

/** Formats a value as rison. */
export function formatRison(value: RisonValue): string {
  if (typeof value === "boolean") return value ? "!t" : "!f";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(value) ? value : `'${value.replace(/[!']/g, "!$&")}'`;
  }
  if (isList(value)) return `!(${value.map(formatRison).join(",")})`;
  return `(${
    Object.entries(value).map(([key, each]) => `${formatRison(key)}:${formatRison(each)}`).join(",")
  })`;
}

function isList(value: RisonValue): value is readonly RisonValue[] {
  return Array.isArray(value);
}
