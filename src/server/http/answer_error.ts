import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../lib/errors.ts";

/** The statuses of failures that have one of their own. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  bad_form: 400,
  key_missing: 401,
  key_refused: 403,
  origin_refused: 403,
  plain_http_refused: 403,
  hook_refused: 403,
  hooks_off: 403,
  not_authorized: 403,
  pipeline_unknown: 404,
  build_unknown: 404,
  path_unknown: 404,
  pull_not_found: 404,
  repository_unlisted: 404,
  attempt_stale: 409,
  build_open: 409,
  busy: 409,
  no_environment: 409,
  ttl_of_pull: 409,
  body_too_large: 413,
  queue_full: 429,
};

/** Answers a failure as JSON, in the shape that `--json` prints. */
export function answerError(error: unknown): Response {
  const { status, code, message, hint, retryable } = explainError(error);
  const document = { error: { code, message, ...(hint === undefined ? {} : { hint }), retryable } };
  const headers: Record<string, string> = { "content-type": "application/json; charset=utf-8" };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (status === 429 || status === 503) headers["retry-after"] = "5";
  return new Response(`${JSON.stringify(document)}\n`, { status, headers });
}

/** Returns a failure as its sender may see it, with the status of the answer. */
export function explainError(error: unknown): {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
} {
  if (!(error instanceof AppError)) return { status: 500, ...UNFORESEEN };
  const { code, message, hint, retryable } = error;
  return { status: STATUS[code] ?? statusOf(error), code, message, hint, retryable };
}

function statusOf({ code, exitCode }: AppError): 400 | 500 | 503 {
  if (code.startsWith("store_")) return 503;
  return exitCode === 2 ? 400 : 500;
}

/** The answer for an error that no code explains. Its text may hold what the caller must not see. */
const UNFORESEEN = {
  code: "unforeseen",
  message: "Answering the request: the server failed",
  hint: "Look at the output of `showtime serve`",
  retryable: false,
} as const;
