/** Compares the answers of the server with its own OpenAPI description. */

import assert from "node:assert/strict";
import { Ajv, type ValidateFunction } from "ajv";
import { openApi } from "../../../src/server/http/openapi.ts";

// deno-lint-ignore no-explicit-any -- a document of many shapes
const DOCUMENT = openApi() as any;

/** The paths of pages. They are for people: no description has them. */
const PAGES = /^\/(?:$|-\/|log(?:in|out)$|(?:builds|pipelines)\/|environments(?:\/|$))/;

/** Whether a path is a page's or one of its files. */
export function isPage(path: string): boolean {
  return PAGES.test(path);
}

/** Throws if an answer is not as the description has it. It must describe the path, unless the answer is 404 or a page. */
export async function assertDescribed(request: Request, response: Response): Promise<void> {
  const { pathname } = new URL(request.url);
  const described = operationOf(request.method, pathname);
  if (described === undefined && isPage(pathname)) return;
  if (described === undefined) return assert.equal(response.status, 404, `${request.method} ${pathname}`);
  const { path, operation } = described;
  const status = String(response.status);
  const at = operation.responses[status] === undefined ? "default" : status;
  const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const { content } = operation.responses[at];
  const where = `${request.method} ${path} ${status}`;
  if (content === undefined) return assert.equal(response.body, null, where);
  assert.ok(content[type] !== undefined, `${where}: ${type} is not one of ${Object.keys(content)}`);
  if (content[type].schema === undefined) return;
  const validate = compile(content[type].schema.$ref);
  const body = await response.clone().json();
  assert.ok(validate(body), `${where}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(body)}`);
}

/** The lines `METHOD /path` of all operations, with `:id` for the number of a build. */
export function describedLines(): readonly string[] {
  return Object.entries<object>(DOCUMENT.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace("{id}", ":id")}`)
  );
}

function operationOf(method: string, pathname: string) {
  const path = Object.keys(DOCUMENT.paths).find((each) =>
    new RegExp(`^${each.replace("{id}", "[^/]+").replaceAll(".", "\\.")}$`).test(pathname)
  );
  const operation = path === undefined ? undefined : DOCUMENT.paths[path][method.toLowerCase()];
  return operation === undefined || path === undefined ? undefined : { path, operation };
}

function compile(name: string): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  return ajv.compile({ $ref: name, components: DOCUMENT.components });
}
