/** Reads fields of answers leniently: a missing field, or one of another type, is undefined or empty. */

/** The `pageInfo` of a GraphQL connection, for both directions. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | undefined;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | undefined;
}

/** Returns the value at `path` inside an answer; undefined if any part of the path is missing or null. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here ?? undefined;
}

/** Returns the string at `path`; undefined if there is no string. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** Returns the number at `path`; undefined if there is no number. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** Whether the value at `path` is `true`. */
export function flagAt(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) === true;
}

/** Returns the list at `path`; empty if there is no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Returns the RFC 3339 instant at `path` in milliseconds since 1970; 0 if there is no instant. */
export function instantAt(value: unknown, ...path: readonly string[]): number {
  const at = Date.parse(textAt(value, ...path) ?? "");
  return Number.isNaN(at) ? 0 : at;
}

/** Returns the nodes of a connection, without the nulls that GraphQL puts for unreadable ones. */
export function nodesAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  return listAt(value, ...path, "nodes").filter((node) => node !== null && node !== undefined);
}

/** Returns the `pageInfo` of the connection at `path`; without further pages if there is no connection. */
export function pageInfoAt(value: unknown, ...path: readonly string[]): PageInfo {
  const info = valueAt(value, ...path, "pageInfo");
  return {
    hasNextPage: flagAt(info, "hasNextPage"),
    endCursor: textAt(info, "endCursor"),
    hasPreviousPage: flagAt(info, "hasPreviousPage"),
    startCursor: textAt(info, "startCursor"),
  };
}

/** Puts a server's text on one line of at most 300 characters, without control characters. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim().slice(0, 300);
}
