import { type AppError, usageError } from "../lib/errors.ts";

/** The name of the configuration file. */
export const CONFIG_FILE = "showtime.yml";

/** Paths from a folder that hold a configuration by mistake: only {@link CONFIG_FILE} is read. */
export const MISNAMED_FILES: readonly string[] = [
  "showtime.yaml",
  ".showtime.yml",
  ".showtime.yaml",
  "Showtime.yml",
  "Showtime.yaml",
  "SHOWTIME.yml",
  "showtime.yml.txt",
  ".github/showtime.yml",
  ".github/showtime.yaml",
  ".config/showtime.yml",
];

/** Whether a file's name is almost that of the configuration. */
export function isMisnamed(name: string): boolean {
  return name !== CONFIG_FILE && /^[._]?show[-_]?time\.ya?ml(?:\.txt)?$/i.test(name);
}

/**
 * Returns the error for a file that is there instead of {@link CONFIG_FILE}. `folder` ends in a slash, or is empty;
 * `where` says more about the place.
 */
export function misnamedFile(
  name: string,
  { folder = "", where = "" }: { readonly folder?: string; readonly where?: string } = {},
): AppError {
  const wanted = `${folder}${CONFIG_FILE}`;
  return usageError(
    "config_misnamed",
    `Looking for the configuration: there is "${folder}${name}"${where}, and only ${CONFIG_FILE} is read`,
    `Rename it with "git mv ${folder}${name} ${wanted}", or name it with --config`,
  );
}
