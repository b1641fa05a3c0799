/** The answers of Superset, by the shapes of its three kinds of errors. */

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure that ends a request with an answer. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(JSON.stringify(reply.body));
    this.reply = reply;
  }
}

/** The answer of Flask-AppBuilder's helpers. */
export function message(status: number, text: unknown): Reply {
  return { status, body: { message: text } };
}

/** The answer of flask-jwt-extended. */
export function jwtError(status: number, msg: string): Reply {
  return { status, body: { msg } };
}

/** The answer about a command that failed: a list of errors, with messages about single files in `extra`. */
export function commandError(
  status: number,
  text: string,
  { files = {}, type = "GENERIC_COMMAND_ERROR" }: {
    readonly files?: Readonly<Record<string, unknown>>;
    readonly type?: string;
  } = {},
): Reply {
  const code = type === "GENERIC_COMMAND_ERROR" ? 1010 : 1011;
  return {
    status,
    body: {
      errors: [{
        message: text,
        error_type: type,
        level: status < 500 ? "warning" : "error",
        extra: {
          ...files,
          issue_codes: [{ code, message: `Issue ${code} - Superset encountered an error.` }],
        },
      }],
    },
  };
}

/** The answer about an exception that no command expects. */
export function backendError(text: string): Reply {
  return commandError(500, text, { type: "GENERIC_BACKEND_ERROR" });
}

/** Makes the response. A request that accepts HTML gets an HTML page for a server's error, as Superset's does. */
export function toResponse({ status, body, headers = {} }: Reply, accept: string | null): Response {
  const html = accept !== null && (accept.includes("*/*") || accept.includes("text/html"));
  if (html && typeof body === "object" && body !== null && "errors" in body) {
    return new Response("<!doctype html><title>500 error</title>", {
      status: 500,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  }
  if (body instanceof Uint8Array) return new Response(new Uint8Array(body), { status, headers });
  if (typeof body === "string") {
    return new Response(body, {
      status,
      headers: { "content-type": "text/html; charset=utf-8", ...headers },
    });
  }
  return Response.json(body, { status, headers });
}
