import { AppError, EXIT, toError } from "../../lib/errors.ts";
import { stripControls } from "../../lib/sanitize.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";

/** Whether Redis itself answered with an error, so that the connection is as good as before. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}

/** Whether Redis may answer otherwise in a moment: it loads its data, runs a long script, or elects a primary. */
export function isPassing(error: Error): boolean {
  return /^(?:LOADING|BUSY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|FAILOVER)\b/.test(error.message);
}

/** Explains an answer of Redis, or the failure of the connection to it. `name` names the store. */
export function explainError(cause: unknown, name: string): AppError {
  if (cause instanceof AppError) return cause;
  return isReply(cause) ? explainReply(cause, name) : explainConnection(toError(cause), name);
}

function explainReply(cause: Error, name: string): AppError {
  const said = stripControls(cause.message).slice(0, 200);
  if (isPassing(cause)) {
    return new AppError("store_busy", `Using ${name}: it is not ready (${said})`, {
      cause,
      exitCode: EXIT.busy,
      retryable: true,
      hint: "Run it again in a moment",
    });
  }
  if (/\bWRONGTYPE\b/.test(said)) {
    return new AppError("store_damaged", `Reading ${name}: the key holds no text of a context`, {
      cause,
      hint: "Another program uses this key: choose another ID or another database",
    });
  }
  if (/^(?:OOM|MISCONF)\b/.test(said)) {
    return new AppError("store_full", `Writing ${name}: it takes no more data (${said})`, {
      cause,
      hint: "Give Redis more memory or disk, or delete contexts that are no longer used",
    });
  }
  return new AppError("store_refused", `Using ${name}: it refuses (${said})`, { cause, hint: hintFor(said) });
}

function hintFor(said: string): string {
  if (/^(?:WRONGPASS|NOAUTH)\b|AUTH/.test(said)) return "Correct the user name and the password of Redis";
  if (/READONLY/.test(said)) return "Name the primary: this server is a replica that takes no writes";
  if (/^NOPERM\b/.test(said)) {
    return "Let this user run EVAL, SCAN, GET, SET and the commands of hashes on its keys and on showtime:context:*";
  }
  if (/DB index/.test(said)) return "Name a database that the server has";
  return "Look at the settings of the server";
}

function explainConnection(cause: Error, name: string): AppError {
  if (isUntrustedCertificate(cause)) {
    return new AppError("store_unreachable", `Connecting to ${name}: its certificate is not trusted`, {
      cause,
      hint: CERTIFICATE_HINT,
    });
  }
  // Deno 2.7 gives no other words for a handshake that it ended itself.
  if (/^write UNKNOWN$/.test(cause.message)) {
    return new AppError("store_unreachable", `Connecting to ${name}: its certificate or its TLS is refused`, {
      cause,
      hint: CERTIFICATE_HINT,
    });
  }
  return new AppError("store_unreachable", `Connecting to ${name}: ${reasonOf(cause)}`, {
    cause,
    retryable: true,
    hint: "Check the address, and that the server runs and this machine may reach it",
  });
}

function reasonOf({ message }: Error): string {
  if (/ECONNREFUSED|refused/i.test(message)) return "the connection was refused";
  if (/ENOTFOUND|EAI_AGAIN|lookup|resolve|Name or service/i.test(message)) return "there is no such host";
  if (/ETIMEDOUT|timed out|timeout/i.test(message)) return "it does not answer";
  if (/RESP type|Protocol error/i.test(message)) return "what answers there is no Redis";
  if (/ECONNRESET|EPIPE|closed|reset|broken pipe|ended/i.test(message)) return "the connection was lost";
  return stripControls(message).slice(0, 200);
}
