import { usageError } from "../../../lib/errors.ts";

/** Returns a setting that handlers need. Throws AppError `setting_missing` (exit code 2). */
export function required(value: string | undefined, name: string): string {
  if (value !== undefined && value !== "") return value;
  throw usageError(
    "setting_missing",
    `Reading ${name}: the configuration does not have it`,
    `Add ${name} to it`,
  );
}

/**
 * Returns a setting that is the URL of a server. Throws AppError `setting_missing` and `setting_invalid`
 * (exit code 2).
 */
export function requiredUrl(value: string | undefined, name: string): string {
  const text = required(value, name);
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text;
  throw usageError("setting_invalid", `Reading ${name}: it is not a URL`, "Write it as https://host/path");
}
