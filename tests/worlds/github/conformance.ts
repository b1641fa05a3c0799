import assert from "node:assert/strict";
import { type GraphqlBody, GraphqlGate } from "./graphql_conformance.ts";
import { loadOpenApiGate, type OpenApiGate } from "./openapi.ts";

/** Both gates: REST against GitHub's OpenAPI description, GraphQL against its schema. */
export interface Conformance {
  readonly rest: OpenApiGate;
  readonly graphql: GraphqlGate;
}

export function loadConformance(): Conformance {
  return { rest: loadOpenApiGate(), graphql: new GraphqlGate() };
}

/** Fails if a request or an answer that passed the gates did not conform. */
export function assertConforms({ rest, graphql }: Conformance): void {
  assert.deepEqual([...rest.violations, ...graphql.violations], []);
}

type Handler = (request: Request) => Promise<Response>;

/**
 * Reads the body of a GraphQL request. Returns undefined if it cannot be read, as the simulator refuses it.
 */
function readGraphql(text: string): GraphqlBody | undefined {
  try {
    const body = JSON.parse(text);
    return typeof body?.query === "string" ? body : undefined;
  } catch {
    return undefined;
  }
}

async function checkExchange(
  gates: Conformance,
  request: Request,
  options: { readonly path: string; readonly text: string; readonly response: Response },
): Promise<void> {
  const { path, text, response } = options;
  const answerBody = await response.clone().text();
  if (/^(\/api)?\/graphql$/.test(path)) {
    const body = readGraphql(text);
    if (body === undefined || response.status !== 200) return;
    if (gates.graphql.checkRequest(body).length === 0) {
      gates.graphql.checkAnswer(body, JSON.parse(answerBody));
    }
    return;
  }
  gates.rest.check({
    method: request.method,
    path,
    query: new URL(request.url).searchParams,
    requestType: request.headers.get("content-type"),
    requestBody: text,
    status: response.status,
    answerType: response.headers.get("content-type"),
    answerBody,
  });
}

/**
 * Wraps a server's handler so that the gates check all traffic except the simulator's own controls.
 * `basePath` is the path that the API begins at, as in `/api/v3`.
 */
export function wrapHandler(
  gates: Conformance,
  handler: Handler,
  options: { readonly basePath?: string } = {},
): Handler {
  return async (request) => {
    const path = new URL(request.url).pathname.replace(options.basePath ?? "", "");
    if (path.startsWith("/_simulator/")) return await handler(request);
    const text = request.body === null ? "" : await request.clone().text();
    const response = await handler(request);
    await checkExchange(gates, request, { path, text, response });
    return response;
  };
}

/** Makes a `fetch` whose traffic the gates check. It calls `inner`, which is the real `fetch` by default. */
export function conformingFetch(
  gates: Conformance,
  options: { readonly inner?: Handler; readonly basePath?: string } = {},
): typeof fetch {
  const { inner = (request: Request) => fetch(request), ...rest } = options;
  const handler = wrapHandler(gates, inner, rest);
  return (input, init) => handler(new Request(input, init));
}
