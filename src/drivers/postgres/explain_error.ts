import { AppError, toError } from "../../lib/errors.ts";
import { stripControls } from "../../lib/sanitize.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";

/** Whether another transaction was in the way, so that the same work may succeed now. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01", "55P03"].includes(codeOf(error));
}

/** Explains an error of PostgreSQL or of the connection to it. `name` names the database. */
export function explainError(cause: unknown, name: string): AppError {
  if (cause instanceof AppError) return cause;
  const code = codeOf(cause);
  const said = stripControls(toError(cause).message).slice(0, 200);
  if (isUntrustedCertificate(toError(cause))) {
    return new AppError("store_unreachable", `Connecting to ${name}: its certificate is not trusted`, {
      cause,
      hint: CERTIFICATE_HINT,
    });
  }
  if (code.startsWith("53")) {
    return new AppError("store_full", `Using ${name}: it has no room (${said})`, {
      cause,
      hint: code === "53300" ? "Raise max_connections there, or run fewer servers" : "Free some space there",
    });
  }
  if (/^(?:28|3D|42501)/.test(code)) {
    return new AppError("store_refused", `Using ${name}: it refuses (${said})`, {
      cause,
      hint: code === "42501"
        ? "Let this user create a schema in the database"
        : "Correct user, password and database",
    });
  }
  if (/^(?:42|22|23)/.test(code)) {
    return new AppError("store_damaged", `Using ${name}: its tables are not those of showtime (${said})`, {
      cause,
      hint: "Restore the schema showtime, or name another database",
    });
  }
  return new AppError("store_unreachable", `Connecting to ${name}: ${said === "" ? code : said}`, {
    cause,
    retryable: true,
    hint: "Check that PostgreSQL runs and that this machine reaches it",
  });
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null && "code" in error
    ? error.code
    : undefined;
  return typeof code === "string" ? code : "";
}
