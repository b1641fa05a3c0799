import { AppError, toError } from "./errors.ts";

/** The result of one check. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failure";
  /** The result, as a sentence. */
  readonly detail: string;
  /** The command or the edit that mends it; undefined if nothing is wrong. */
  readonly fix: string | undefined;
}

/** Makes the finding of a check that passed. */
export function foundOk(name: string, detail: string): Finding {
  return { name, status: "ok", detail, fix: undefined };
}

/** Makes the finding of a check that failed: a sync would fail, or with `warning` needs care. */
export function foundWrong(
  name: string,
  detail: string,
  { fix, status = "failure" }: { readonly fix: string; readonly status?: "warning" | "failure" },
): Finding {
  return { name, status, detail, fix };
}

/** Makes the finding of a check that threw any value. An error without a hint gets a general fix. */
export function foundError(name: string, error: unknown): Finding {
  const { message } = toError(error);
  const hint = error instanceof AppError ? error.hint : undefined;
  return foundWrong(name, message, { fix: hint ?? 'Run "showtime doctor --verbose" to see more' });
}
