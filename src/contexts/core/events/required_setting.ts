import { usageError } from "../../../lib/errors.ts";

interface Unresolved {
  /** Settings that refer to a secret which is not there, with the reason. */
  readonly unresolved?: ReadonlyMap<string, string> | undefined;
}

/** Returns a setting that handlers need. Throws AppError `setting_missing` (exit code 2). */
export function required(value: string | undefined, name: string, { unresolved }: Unresolved): string {
  assertResolved(name, { unresolved });
  if (value !== undefined && value !== "") return value;
  throw usageError(
    "setting_missing",
    `Reading ${name}: the configuration does not have it`,
    `Add ${name} to it`,
  );
}

/** Throws AppError `setting_missing` (exit code 2) if a setting refers to a secret that is not there. */
export function assertResolved(name: string, { unresolved }: Unresolved): void {
  const reason = unresolved?.get(name);
  if (reason === undefined) return;
  throw usageError("setting_missing", `Reading ${name}: ${reason}`, `Set it; context.${name} refers to it`);
}

/**
 * Returns a setting that is the URL of a server. Throws AppError `setting_missing` and `setting_invalid`
 * (exit code 2).
 */
export function requiredUrl(value: string | undefined, name: string, { unresolved }: Unresolved): string {
  const text = required(value, name, { unresolved });
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text;
  throw usageError("setting_invalid", `Reading ${name}: it is not a URL`, "Write it as https://host/path");
}
