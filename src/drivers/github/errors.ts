/** Translates failures of octokit and the network into AppErrors, without vendor types, requests, tokens. */

import { AppError, EXIT } from "../../lib/errors.ts";
import { formatIsoSeconds } from "../../lib/instant.ts";
import { limitSeconds } from "./limits.ts";
import { oneLine, textAt, valueAt } from "./json.ts";
import { isArchived, refused } from "./refusals.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";

/** One entry of a GraphQL answer's `errors`. */
export interface GraphqlIssue {
  /** NOT_FOUND, FORBIDDEN, UNPROCESSABLE …; empty if GitHub gives no type. */
  readonly type: string;
  readonly message: string;
  readonly path: readonly string[];
  /** The permissions that the field needs, if the caller knows the field. */
  readonly rights?: readonly string[];
}

/** The facts about a request that the message of its failure names. */
export interface FailureContext {
  /** The attempted action, as "Reading …". */
  readonly what: string;
  /** The host that the request was sent to. */
  readonly host: string;
  /** GitHub's time, milliseconds since 1970. */
  readonly now: number;
  /** The permissions that the request needs, as a workflow's `permissions:` block writes them. */
  readonly rights: readonly string[];
}

/** Translates an error of octokit. */
export function translateFailure(thrown: unknown, context: FailureContext): AppError {
  if (thrown instanceof AppError) return thrown;
  const { what, host } = context;
  const status = Number(valueAt(thrown, "status"));
  const response = valueAt(thrown, "response");
  if (isUntrustedCertificate(thrown)) return untrusted(what, { host, reason: failureReason(thrown) });
  if (!Number.isInteger(status) || response === undefined) {
    return unreachable(what, { host, reason: failureReason(thrown) });
  }
  const message = answerMessage(thrown, response);
  const seconds = limitSeconds({ status, headers: headersOf(response), message });
  if (seconds !== undefined) return rateLimited(what, context.now + seconds * 1000);
  if (status >= 500) return unreachable(what, { host, reason: `it answered ${status}` });
  if (status === 401) return tokenInvalid(what, message);
  if (status === 403) {
    return refused(what, { message, headers: headersOf(response), rights: context.rights });
  }
  if (status === 451) return unavailable(what, message);
  if (status === 404) {
    return new AppError("forge_not_found", `${what}: GitHub did not find it`, {
      hint: "Check --repo, and that the token may see it",
    });
  }
  return new AppError("forge_failed", `${what}: GitHub answered ${status} (${message})`);
}

/** Translates entries of a GraphQL answer's `errors` that the caller cannot accept. */
export function translateIssues(issues: readonly GraphqlIssue[], context: FailureContext): AppError {
  const [first] = issues;
  const message = oneLine(first?.message ?? "no reason given");
  const forbidden = issues.find(({ type, message: said }) =>
    type === "FORBIDDEN" || type === "INSUFFICIENT_SCOPES" || isArchived(said)
  );
  if (forbidden !== undefined) {
    const { message: said, rights = context.rights } = forbidden;
    return refused(context.what, { message: said, headers: {}, rights });
  }
  if (first?.type === "NOT_FOUND") {
    return new AppError("forge_not_found", `${context.what}: GitHub did not find it (${message})`, {
      hint: "Check --repo, and that the token may see it",
    });
  }
  return new AppError("forge_failed", `${context.what}: GitHub answered "${message}"`);
}

/** Whether a request that failed with this error may still have taken effect at GitHub. */
export function isDoubtful(error: unknown): boolean {
  return error instanceof AppError && error.code === "forge_unreachable";
}

/** Makes the AppError for a host that gave no usable answer. */
export function unreachable(
  what: string,
  { host, reason }: { readonly host: string; readonly reason: string },
): AppError {
  return new AppError("forge_unreachable", `${what}: "${host}" cannot be used (${reason})`, {
    hint:
      "Check the network and GITHUB_API_URL, and whether GitHub has an incident; then run the command again",
    retryable: true,
  });
}

/** Makes the AppError for a host whose certificate is not trusted. A second attempt would not help. */
function untrusted(
  what: string,
  { host, reason }: { readonly host: string; readonly reason: string },
): AppError {
  return new AppError("forge_untrusted", `${what}: the certificate of "${host}" is not trusted (${reason})`, {
    hint: CERTIFICATE_HINT,
  });
}

function unavailable(what: string, message: string): AppError {
  return new AppError("forge_refused", `${what}: GitHub blocks access to the repository (${message})`, {
    hint: "GitHub's page of the repository says why; only its owner and GitHub Support can change it",
  });
}

function rateLimited(what: string, until: number): AppError {
  const time = formatIsoSeconds(until);
  return new AppError("forge_rate_limited", `${what}: GitHub's rate limit holds until ${time}`, {
    hint: "Run the command again after that time",
    retryable: true,
  });
}

/** Makes the AppError for a pull request that has as many labels as GitHub allows. */
export function tooManyLabels(
  what: string,
  { pr, message }: { readonly pr: number; readonly message: string },
): AppError {
  return new AppError("forge_failed", `${what}: GitHub answered "${oneLine(message)}"`, {
    hint: `Remove labels from the pull request; "showtime stop ${pr}" removes all of Showtime's`,
  });
}

function tokenInvalid(what: string, message: string): AppError {
  return new AppError("token_invalid", `${what}: GitHub does not accept the token (${message})`, {
    hint: "Set GITHUB_TOKEN or GH_TOKEN to a valid token, or run `gh auth login`",
    exitCode: EXIT.usage,
  });
}

/** Returns the headers of octokit's response object; empty if it has none. */
export function headersOf(response: unknown): Record<string, string> {
  const headers = valueAt(response, "headers");
  return typeof headers === "object" && headers !== null ? headers as Record<string, string> : {};
}

function answerMessage(thrown: unknown, response: unknown): string {
  const problems = valueAt(response, "data", "errors");
  const details = Array.isArray(problems)
    ? problems.map((problem) =>
      textAt(problem, "message") ?? [textAt(problem, "field"), textAt(problem, "code")].join(" ")
    )
    : [];
  const message = textAt(response, "data", "message") ?? textAt(thrown, "message") ?? "no reason given";
  return oneLine([message, ...details].join(": "));
}

function failureReason(thrown: unknown): string {
  return oneLine(thrown instanceof Error ? thrown.message : String(thrown)) || "no answer";
}

/** Makes an error that says why no answer came. `answerMs` is the time limit if the request exceeded it. */
export function networkError(
  thrown: unknown,
  { answerMs }: { readonly answerMs: number | undefined },
): Error {
  if (answerMs !== undefined) {
    return new Error(`no answer within ${Math.ceil(answerMs / 1000)} s`, { cause: thrown });
  }
  return new Error(reasonOf(innermost(thrown)), { cause: thrown });
}

/** Deno puts the reason into the message or, if the message is "fetch failed", into the cause. */
function innermost(thrown: unknown): string {
  const cause = valueAt(thrown, "cause");
  const said = cause instanceof Error ? cause : thrown;
  return said instanceof Error ? said.message : String(said);
}

function reasonOf(message: string): string {
  if (/\bdns error\b/i.test(message)) return "the host name was not found";
  // The last part of a nested message is the reason; the parts before it name addresses.
  const last = (message.split(": ").at(-1) ?? message).replace(/ \(os error \d+\)$/, "");
  return /refused/i.test(last) ? "connection refused" : oneLine(last) || "no answer";
}
