import { usageError } from "../../lib/errors.ts";

declare const brand: unique symbol;

/** The ID of a context: a letter or digit, then up to 127 letters, digits, dots, underscores and hyphens. */
export type ContextId = string & { readonly [brand]: "ContextId" };

/** Parses an ID. Throws AppError `context_id_invalid` (exit code 2). */
export function parseContextId(text: string): ContextId {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text)) return text as ContextId;
  throw usageError(
    "context_id_invalid",
    `Reading the ID of a context: ${JSON.stringify(text.slice(0, 140))} is not one`,
    "Use letters, digits, dots, underscores and hyphens, at most 128 of them, and begin with a letter or digit",
  );
}
