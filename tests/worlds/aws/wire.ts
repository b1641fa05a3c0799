/** What goes over the wire between the SDK and moto, and how AWS words a refusal there. */

/** An object as JSON has it. */
export type WireObject = Readonly<Record<string, unknown>>;

/** A request, read to its end. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** An answer, whole. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a request asks for. */
export interface Operation {
  /** As in the scope of the signature: `ecs`, `ecr`, `ec2`, `logs`, `iam`, `sts`. */
  readonly service: string;
  /** `DescribeServices`; the path where a request has no name. */
  readonly name: string;
  /** `json` has its name in a header; `query` is a form that is answered in XML. */
  readonly protocol: "json" | "query";
  readonly input: WireObject;
  readonly accessKeyId: string | undefined;
}

/** A refusal, as AWS gives it. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, { status = 400 }: { readonly status?: number } = {}) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function isObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The strings of a list; none where there is no list. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** The objects of a list; none where there is no list. */
export function objects(value: unknown): readonly WireObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A string; undefined for everything else. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A request of `fetch`, read to its end. */
export async function toWireRequest(request: Request): Promise<WireRequest> {
  const { pathname, search } = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  return { method: request.method, path: `${pathname}${search}`, headers: request.headers, body };
}

/** What a request asks for, by its headers and its form. */
export function readOperation(request: WireRequest): Operation {
  const authorization = request.headers.get("authorization") ?? "";
  const scope = /Credential=([^/,]+)\/\d+\/[^/]+\/([^/]+)\//.exec(authorization);
  const [accessKeyId, service = "unknown"] = [scope?.[1], scope?.[2]];
  const target = request.headers.get("x-amz-target");
  const body = new TextDecoder().decode(request.body);
  if (target !== null) {
    const name = target.slice(target.lastIndexOf(".") + 1);
    return { service, name, protocol: "json", input: readJson(body), accessKeyId };
  }
  const form = new URLSearchParams(body);
  const name = form.get("Action") ?? `${request.method} ${request.path}`;
  return { service, name, protocol: "query", input: Object.fromEntries(form), accessKeyId };
}

/** The object that a text of JSON is; an empty one for anything else. */
export function readJson(body: string): WireObject {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** A value as the JSON protocol encodes it: instants are seconds since 1970, undefined is left out. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => each === undefined ? [] : [[key, toWire(each)]]),
  );
}

/** An answer of the JSON protocol. */
export function jsonAnswer(value: unknown, status = 200): WireResponse {
  return {
    status,
    headers: new Headers({
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": crypto.randomUUID(),
    }),
    body: new TextEncoder().encode(JSON.stringify(toWire(value))),
  };
}

/** A refusal in the words and the format of the service that was asked. */
export function refuse(refusal: Refusal, { service, protocol }: Operation): WireResponse {
  const { code, message, status } = refusal;
  if (protocol === "json") return jsonAnswer({ __type: code, message }, status);
  const error = `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  const id = crypto.randomUUID();
  const xml = service === "ec2"
    ? `<Response><Errors>${error}</Errors><RequestID>${id}</RequestID></Response>`
    : `<ErrorResponse>${error}<RequestId>${id}</RequestId></ErrorResponse>`;
  return {
    status,
    headers: new Headers({ "content-type": "text/xml" }),
    body: new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>${xml}`),
  };
}

function escapeXml(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
