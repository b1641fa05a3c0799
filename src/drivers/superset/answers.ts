/** The answers of Superset's API, read leniently: shapes and messages differ between endpoints and versions. */

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Parses the body as JSON; undefined if it is something else, such as a login page with status 200. */
export function jsonOf({ bytes }: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Reads a field of a value of unknown shape. */
export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Reads a list of unknown shape; an empty list for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the server's own words for an answer: `message`, `msg`, or the messages of its list of errors. */
export function messageOf(answer: Answer): string {
  const body = jsonOf(answer);
  if (body === undefined) {
    const text = new TextDecoder().decode(answer.bytes.subarray(0, 200)).trim();
    return text.startsWith("<") ? "an HTML page" : text.slice(0, 120) || "an empty answer";
  }
  const errors = list(field(body, "errors")).map((error) => field(error, "message"));
  const texts = [...errors, field(body, "message"), field(body, "msg")].filter((each) => each !== undefined);
  return texts.map((each) => typeof each === "string" ? each : JSON.stringify(each)).join("; ").slice(
    0,
    1000,
  ) ||
    JSON.stringify(body).slice(0, 200);
}

/**
 * Whether the answer says that the CSRF token or the session was not accepted: status 400 with a message about it, or
 * a redirection to the login page.
 */
export function isCsrfRefusal(answer: Answer): boolean {
  if (answer.status === 302 || answer.status === 303) {
    return (answer.headers.get("location") ?? "").includes("login");
  }
  return answer.status === 400 && /CSRF|referrer/i.test(messageOf(answer));
}

/** Whether the answer says that the token is not accepted: 401, or 422 about a token with another signature. */
export function isTokenRefusal(answer: Answer): boolean {
  return answer.status === 401 || (answer.status === 422 && typeof field(jsonOf(answer), "msg") === "string");
}
