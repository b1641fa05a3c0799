import { ApiError, validationFailed } from "../api_error.ts";
import type { Account } from "../state/people.ts";
import type { Urls } from "../state/urls.ts";
import type { World } from "../state/world.ts";

/** One REST request, as a route receives it. */
export interface Call {
  readonly world: World;
  readonly urls: Urls;
  readonly actor: Account;
  /** The segments of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly accept: string;
  /** The path below the repository, for links to further pages. */
  readonly path: string;
  /** Whether to play the race in which two definitions of one name are created. */
  readonly duplicate: boolean;
  readonly rate: RateLimit;
}

/** A person's limit of requests in the current hour. */
export interface RateLimit {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** The end of the hour, in seconds since 1970. */
  readonly reset: number;
}

/** The answer of a route. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly link?: string;
  /** The address that a redirect leads to. */
  readonly location?: string;
  /** A text that is sent in place of JSON. */
  readonly text?: string;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function created(body: unknown): Answer {
  return { status: 201, body };
}

export const NO_CONTENT: Answer = { status: 204 };

function naturalParam(
  call: Call,
  name: string,
  options: { readonly fallback: number; readonly max: number },
): number {
  const value = Number(call.query.get(name) ?? options.fallback);
  return Number.isSafeInteger(value) && value >= 1 ? Math.min(value, options.max) : options.fallback;
}

/**
 * Answers with one page of a list and links to the other pages, which name the repository by its number as
 * GitHub's do. A page has 30 items unless the request asks for another size, of at most 100.
 */
export function paged<T>(
  call: Call,
  items: readonly T[],
  options: { readonly render: (item: T) => unknown },
): Answer {
  const size = naturalParam(call, "per_page", { fallback: 30, max: 100 });
  const page = naturalParam(call, "page", { fallback: 1, max: Number.MAX_SAFE_INTEGER });
  const last = Math.max(1, Math.ceil(items.length / size));
  const address = (to: number): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(to));
    return `<${call.urls.api}/repositories/${call.world.repositoryId}${call.path}?${query}>`;
  };
  const links: string[] = [];
  if (page > 1) links.push(`${address(Math.min(page - 1, last))}; rel="prev"`);
  if (page < last) links.push(`${address(page + 1)}; rel="next"`, `${address(last)}; rel="last"`);
  if (page > 1) links.push(`${address(1)}; rel="first"`);
  const body = items.slice((page - 1) * size, page * size).map(options.render);
  return links.length === 0 ? ok(body) : { ...ok(body), link: links.join(", ") };
}

/** Returns a number in the path. Throws 404 if the segment is not a number. */
export function numberParam(call: Call, name: string): number {
  const text = call.params[name] ?? "";
  if (!/^\d{1,15}$/.test(text)) throw new ApiError("not_found", "Not Found");
  return Number(text);
}

export function textParam(call: Call, name: string): string {
  return call.params[name] ?? "";
}

/** Returns the body as an object. Throws 400 if it is not an object. */
export function bodyObject(call: Call): Readonly<Record<string, unknown>> {
  const { body } = call;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("bad_request", "Body should be a JSON object");
  }
  return body as Record<string, unknown>;
}

/** Returns a text of the body, or undefined if it is missing. Throws 422 if it is not a text. */
export function optionalText(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new ApiError(
    "unprocessable",
    `Invalid request. For 'properties/${name}', ${JSON.stringify(value)} is not a string.`,
  );
}

export function requiredText(
  body: Readonly<Record<string, unknown>>,
  name: string,
  options: { readonly resource: string },
): string {
  const value = optionalText(body, name);
  if (value === undefined) throw validationFailed({ ...options, field: name, code: "missing_field" });
  return value;
}

export function optionalFlag(
  body: Readonly<Record<string, unknown>>,
  name: string,
  options: { readonly fallback: boolean },
): boolean {
  const value = body[name];
  if (value === undefined || value === null) return options.fallback;
  if (typeof value === "boolean") return value;
  throw new ApiError(
    "unprocessable",
    `Invalid request. For 'properties/${name}', ${JSON.stringify(value)} is not a boolean.`,
  );
}
