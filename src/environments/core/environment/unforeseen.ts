import { AppError, toError } from "../../../lib/errors.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { HOME_REPOSITORY } from "../setup/setup.ts";

/** The page where people report mistakes in Showtime. */
const REPORTS = `https://github.com/${HOME_REPOSITORY}/issues`;
const LONGEST = 300;

/** Makes the failure of an environment out of an error that nobody foresaw: a mistake in Showtime or in a package. */
export function unforeseenFailure(thrown: unknown, { short }: { readonly short: ShortSha }): AppError {
  const said = stripControls(toError(thrown).message.split(/\r?\n/)[0] ?? "").slice(0, LONGEST);
  return new AppError(
    "unforeseen",
    `Bringing up ${short}: this is a mistake in Showtime (${said === "" ? "no reason given" : said})`,
    {
      cause: thrown,
      hint: `Please report it at ${REPORTS} with the output of --verbose; a start trigger tries again`,
    },
  );
}
