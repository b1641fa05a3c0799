import { AppError, EXIT, usageError } from "../../../../lib/errors.ts";

/** The errors that stay wrong usage. The original tool has exit code 1 for every other one. */
const USAGE: ReadonlySet<string> = new Set(["store_elsewhere", "store_outside", "context_id_invalid"]);

/** Hints that name the flags of `showtime context` otherwise, by the code of their error. */
const HINTS: Readonly<Record<string, string>> = {
  app_missing: "Name it with --init-app-config-file or CICDSTATEMGR_INIT_APP_CONFIG_PATH",
  bases_dir_missing: "Name the folder with --init-bases-dir or CICDSTATEMGR_BASES_DIR_PATH",
  context_name_unknown: "Name one of its contexts with --init-cicd-context-name",
  context_unknown: "Check the ID; --init-new makes a context",
};

/** Gives an error the exit code and the hint that it has in the original tool's command line. */
export function asOriginalError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const hint = HINTS[error.code] ?? error.hint;
  return new AppError(error.code, error.message, {
    ...hint === undefined ? {} : { hint },
    exitCode: USAGE.has(error.code) ? EXIT.usage : EXIT.failed,
    retryable: error.retryable,
    cause: error,
  });
}

/** Returns a value that a flag or a variable has to give. Throws AppError `value_missing`. */
export function needed(
  value: string | undefined,
  { flag, variable }: { readonly flag: string; readonly variable: string },
): string {
  if (value !== undefined && value !== "") return value;
  throw usageError(
    "value_missing",
    `Reading the command line: neither --${flag} nor ${variable} gives a value`,
    `Give --${flag}, or set ${variable}`,
  );
}
