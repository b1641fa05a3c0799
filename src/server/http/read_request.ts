/** Readers of requests. Each throws AppError with exit code 2, which is answered with 400. */

import { AppError, usageError } from "../../lib/errors.ts";

/** The largest body of a hook: GitHub sends no larger one. */
export const HOOK_BYTES = 25 * 1024 * 1024;
/** The largest body of any other request. */
export const BODY_BYTES = 16 * 1024 * 1024;

/** A JSON object. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** Reads a whole body of at most `limit` bytes. Throws AppError `body_too_large`. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new AppError("body_too_large", `Reading the request: it is larger than ${limit} bytes`, {
      hint: "Send less at once",
    });
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Reads a body that is a JSON object, whatever content type it claims to have. */
export async function readJson(request: Request): Promise<JsonMap> {
  const text = new TextDecoder().decode(await readBytes(request, BODY_BYTES));
  return parseJson(text);
}

/** Parses a JSON object. */
export function parseJson(text: string): JsonMap {
  const value = parsed(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonMap;
  throw usageError(
    "body_invalid",
    "Reading the request: its body is no JSON object",
    'Send one, as {"tags": []}',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a field that is a text; undefined if it is absent. */
export function optionalText(body: JsonMap, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw wrongField(field, "a text");
}

/** Reads a field that is a text and present. */
export function requiredText(body: JsonMap, field: string): string {
  const value = optionalText(body, field);
  if (value === undefined || value === "") throw wrongField(field, "a text");
  return value;
}

/** Reads a field that is a list of texts; empty if it is absent. */
export function textList(body: JsonMap, field: string): readonly string[] {
  const value = body[field] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw wrongField(field, "a list of texts");
}

/** Reads a field that is a map of texts; empty if it is absent. */
export function textMap(body: JsonMap, field: string): Readonly<Record<string, string>> {
  const value = body[field] ?? {};
  const isMap = typeof value === "object" && !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string");
  if (!isMap) throw wrongField(field, "a map of texts");
  return value as Readonly<Record<string, string>>;
}

/** Reads a field that is a whole number; undefined if it is absent. */
export function optionalNumber(body: JsonMap, field: string): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw wrongField(field, "a whole number");
}

/** Reads a field that is a whole number and present. */
export function requiredNumber(body: JsonMap, field: string): number {
  const value = optionalNumber(body, field);
  if (value === undefined) throw wrongField(field, "a whole number");
  return value;
}

/** The error for a field of another kind. */
export function wrongField(field: string, expected: string): AppError {
  return usageError(
    "field_invalid",
    `Reading the request: "${field}" is not ${expected}`,
    "Correct the field",
  );
}
