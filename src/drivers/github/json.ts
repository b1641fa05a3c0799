/** Reading answers leniently: only the fields that are needed, and nothing is believed to be there. */

/** A GraphQL connection's `pageInfo`, either way. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | undefined;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | undefined;
}

/** The value at `path` inside an answer; undefined where any part of the way is missing or null. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here ?? undefined;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** True only where the answer says `true`. */
export function flagAt(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) === true;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** An RFC 3339 instant as milliseconds since 1970; 0 where there is none. */
export function instantAt(value: unknown, ...path: readonly string[]): number {
  const at = Date.parse(textAt(value, ...path) ?? "");
  return Number.isNaN(at) ? 0 : at;
}

/** The nodes of a connection; GraphQL puts null where one cannot be read. */
export function nodesAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  return listAt(value, ...path, "nodes").filter((node) => node !== null && node !== undefined);
}

export function pageInfoAt(value: unknown, ...path: readonly string[]): PageInfo {
  const info = valueAt(value, ...path, "pageInfo");
  return {
    hasNextPage: flagAt(info, "hasNextPage"),
    endCursor: textAt(info, "endCursor"),
    hasPreviousPage: flagAt(info, "hasPreviousPage"),
    startCursor: textAt(info, "startCursor"),
  };
}
