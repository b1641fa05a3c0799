import { AppError, toError } from "./errors.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failure";
  /** What was found, as a sentence. */
  readonly detail: string;
  /** The command or the edit that mends it; undefined where nothing is to be mended. */
  readonly fix: string | undefined;
}

/** A finding with which nothing is wrong. */
export function foundOk(name: string, detail: string): Finding {
  return { name, status: "ok", detail, fix: undefined };
}

/** A finding that speaks against a sync, or with `warning` only for care. */
export function foundWrong(
  name: string,
  detail: string,
  { fix, status = "failure" }: { readonly fix: string; readonly status?: "warning" | "failure" },
): Finding {
  return { name, status, detail, fix };
}

/** The failure that an error is, whatever was thrown; an error without a hint gets a fix all the same. */
export function foundError(name: string, error: unknown): Finding {
  const { message } = toError(error);
  const hint = error instanceof AppError ? error.hint : undefined;
  return foundWrong(name, message, { fix: hint ?? 'Run "showtime doctor --verbose" to see more' });
}
