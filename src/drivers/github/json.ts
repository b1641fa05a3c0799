/**
 * Reads fields of answers. A missing field, or one of another type, is undefined or empty. Lists of a GraphQL
 * connection are read strictly.
 */

import { AppError } from "../../lib/errors.ts";

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

/** A value of an answer, and the attempted action for messages, as "Reading …". */
export interface Asked {
  readonly value: unknown;
  readonly what: string;
}

/**
 * Returns the nodes of the connection at `path`. A null connection or node means that GitHub could not read
 * it, even if the answer has no error: throws AppError `forge_failed`, because an empty list is an answer.
 */
export function nodesAt({ value, what }: Asked, ...path: readonly string[]): readonly unknown[] {
  const nodes = valueAt(value, ...path, "nodes");
  if (!Array.isArray(nodes) || nodes.some((node) => node === null || node === undefined)) {
    throw incompleteAnswer(what, path.join("."));
  }
  return nodes;
}

/** Returns the `pageInfo` of the connection at `path`. Throws AppError `forge_failed` if a page has no end. */
export function pageInfoAt({ value, what }: Asked, ...path: readonly string[]): PageInfo {
  const info = valueAt(value, ...path, "pageInfo");
  const page = {
    hasNextPage: flagAt(info, "hasNextPage"),
    endCursor: textAt(info, "endCursor"),
    hasPreviousPage: flagAt(info, "hasPreviousPage"),
    startCursor: textAt(info, "startCursor"),
  };
  const known = [valueAt(info, "hasNextPage"), valueAt(info, "hasPreviousPage")].some((flag) =>
    typeof flag === "boolean"
  );
  const broken = (page.hasNextPage && page.endCursor === undefined) ||
    (page.hasPreviousPage && page.startCursor === undefined);
  if (!known || broken) throw incompleteAnswer(what, `${path.join(".")}.pageInfo`);
  return page;
}

/** Makes the AppError for an answer without an error that lacks a part which was asked for. */
export function incompleteAnswer(what: string, part: string): AppError {
  return new AppError("forge_failed", `${what}: GitHub's answer lacks "${part}"`, {
    hint: "Run the command again. GitHub may have an incident",
    retryable: true,
  });
}

/** Puts a server's text on one line of at most 300 characters, without control characters. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim().slice(0, 300);
}
