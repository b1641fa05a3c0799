import type * as z from "zod";
import { usageError } from "../../../lib/errors.ts";

/**
 * Reads a JSON document by its schema. Throws AppError (exit code 2) with the path and the reason of every
 * problem. `action` begins the error's message. `root` is the document's name in paths; without it paths
 * begin with a key.
 */
export function readJson<T>(
  schema: z.ZodType<T>,
  json: unknown,
  options: { readonly code: string; readonly action: string; readonly hint?: string; readonly root?: string },
): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    `${formatPath(path, options.root) || "the document"}: ${message}`
  );
  throw usageError(options.code, `${options.action}: ${problems.join("; ")}`, options.hint);
}

/** Formats the path to a value in a document, as in `pulls[0].head.sha`. */
export function formatPath(path: readonly PropertyKey[], root = ""): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, root);
}
