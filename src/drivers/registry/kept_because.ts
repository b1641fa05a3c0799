import { AppError } from "../../lib/errors.ts";
import type { ImageRemoval } from "../../environments/ports/images.ts";

/**
 * Returns that an image is kept because of a failure that stays the same at every attempt: a right that is
 * missing, or a server that does not offer the call. Throws every other failure, so that the removal is tried again.
 */
export function keptBecause(error: unknown): ImageRemoval {
  if (!(error instanceof AppError) || error.retryable) throw error;
  return { kind: "kept", reason: `it could not be deleted (${error.message})` };
}
