import { Ajv, type ValidateFunction } from "ajv";
import addFormatsModule from "ajv-formats";

/**
 * Checks exchanges with GitHub's REST API against GitHub's own OpenAPI description. The fixture is a subset,
 * without prose and examples, of `generated/api.github.com.json` in the package `@octokit/openapi` 23.0.2
 * (MIT).
 *
 * Stricter than the description: unknown query parameters and unknown members of request bodies are
 * violations (slips of the pen, which GitHub ignores without a word). More lenient: the error statuses below
 * are allowed everywhere, because GitHub answers them everywhere but describes them only here and there.
 */

type Node = Readonly<Record<string, unknown>>;

/** One request and its answer. */
export interface Exchange {
  readonly method: string;
  /** Below the API's base URL. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestType: string | null;
  readonly requestBody: string;
  readonly status: number;
  readonly answerType: string | null;
  readonly answerBody: string;
}

/** Something that does not fit the description. */
export interface Violation {
  /** Operation id; undefined where nothing in the description fits the request. */
  readonly operation: string | undefined;
  readonly side: "request" | "answer";
  readonly at: string;
  readonly message: string;
}

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Paths with more fixed segments win. */
  readonly fixed: number;
  readonly parameters: readonly Node[];
  readonly requestBody: Node | undefined;
  readonly responses: Node;
}

const ERRORS_ANYWHERE = new Set([400, 401, 403, 404, 422, 429, 500, 502, 503]);
const KEEP_AS_IS = new Set(["enum", "required", "default", "const"]);
const NO_JSON_SCHEMA = new Set(["nullable", "discriminator", "xml", "deprecated"]);
const FORMATS = ["int32", "int64", "timestamp", "repo.nwo"];

function asNode(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Node : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * Applies `change` to every schema below this one; members of `properties` are schemas, their names are not
 * keywords.
 */
function mapSchemas(schema: Node, change: (schema: unknown) => unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KEEP_AS_IS.has(key)) result[key] = value;
    else if (key === "properties") {
      result[key] = Object.fromEntries(
        Object.entries(asNode(value)).map(([name, one]) => [name, change(one)]),
      );
    } else result[key] = change(value);
  }
  return result;
}

/**
 * OpenAPI 3.0's dialect as JSON Schema: above all `nullable`, which may stand beside an enum, or without a
 * type.
 */
export function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const result = mapSchemas(asNode(schema), toJsonSchema);
  for (const key of Object.keys(result)) {
    if (NO_JSON_SCHEMA.has(key) || key.startsWith("x-")) delete result[key];
  }
  if (asNode(schema)["nullable"] !== true) return result;
  const values = result["enum"];
  if (Array.isArray(values) && !values.includes(null)) result["enum"] = [...values, null];
  if (typeof result["type"] === "string") return { ...result, type: [result["type"], "null"] };
  return result["type"] === undefined ? { anyOf: [result, { type: "null" }] } : result;
}

/** The same schema, where objects have the members that are listed and no others. */
export function closeObjects(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (typeof schema !== "object" || schema === null) return schema;
  const result = mapSchemas(asNode(schema), closeObjects);
  const composed = ["allOf", "anyOf", "oneOf"].some((key) => key in result);
  if ("properties" in result && !("additionalProperties" in result) && !composed) {
    result["additionalProperties"] = false;
  }
  return result;
}

/** A value of a path or query as the type that its schema names; text where it does not read as that. */
function typed(text: string, schema: Node): unknown {
  if ((schema["type"] === "integer" || schema["type"] === "number") && /^-?\d+(\.\d+)?$/.test(text)) {
    return Number(text);
  }
  if (schema["type"] === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

/** Validates exchanges and remembers what it saw. */
export class OpenApiGate {
  readonly #description: Node;
  readonly #ajv: Ajv;
  readonly #operations: readonly Operation[];
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #seen = new Map<string, Set<number>>();
  readonly violations: Violation[] = [];

  constructor(description: Node) {
    this.#description = description;
    this.#ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
    // The package's types describe its CommonJS form, not what an ES module gets.
    (addFormatsModule as unknown as (ajv: Ajv) => void)(this.#ajv);
    for (const format of FORMATS) this.#ajv.addFormat(format, true);
    const schemas = asNode(asNode(description["components"])["schemas"]);
    this.#ajv.addSchema({ $id: "github", components: { schemas: toJsonSchemas(schemas) } });
    this.#operations = this.#readOperations();
  }

  /** Ids of all operations of the description. */
  operations(): readonly string[] {
    return this.#operations.map(({ id }) => id);
  }

  /** Statuses that were seen, by operation. */
  seen(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#seen;
  }

  /** Checks one exchange; what is wrong with it is also kept in {@link violations}. */
  check(exchange: Exchange): readonly Violation[] {
    const path = exchange.path.replace(/^\/repositories\/\d+(?=\/|$)/, "/repos/owner/name");
    const operation = this.#operations.find((one) =>
      one.method === exchange.method && one.pattern.test(path)
    );
    const found: Violation[] = [];
    const report = (side: Violation["side"]) => (at: string, message: string) => {
      found.push({ operation: operation?.id, side, at, message });
    };
    if (operation === undefined) {
      report("request")(`${exchange.method} ${exchange.path}`, "no such operation");
    } else {
      this.#seen.set(operation.id, new Set([...this.#seen.get(operation.id) ?? [], exchange.status]));
      this.#checkParameters(operation, {
        path,
        query: exchange.query,
        add: report("request"),
      });
      this.#checkRequestBody(operation, { exchange, add: report("request") });
      this.#checkAnswer(operation, { exchange, add: report("answer") });
    }
    this.violations.push(...found);
    return found;
  }

  #readOperations(): readonly Operation[] {
    const operations = Object.entries(asNode(this.#description["paths"])).flatMap(([path, item]) =>
      Object.entries(asNode(item)).filter(([method]) => method !== "parameters").map(
        ([method, value]): Operation => {
          const operation = asNode(value);
          const shared = asList(asNode(item)["parameters"]);
          const parameters = [...shared, ...asList(operation["parameters"])].map((one) => this.#resolve(one));
          const deep = new Set(
            parameters.filter((one) => one["x-multi-segment"] === true).map((one) => one["name"]),
          );
          const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
          const source = path.replace(/[.+?^$()|[\]\\]/g, "\\$&")
            .replace(/\{([^}]+)\}/g, (_whole, name: string) => deep.has(name) ? "(.+)" : "([^/]+)");
          return {
            id: String(operation["operationId"]),
            method: method.toUpperCase(),
            pattern: new RegExp(`^${source}$`),
            names,
            fixed: path.split("/").filter((segment) => !segment.startsWith("{")).length,
            parameters,
            requestBody: operation["requestBody"] === undefined
              ? undefined
              : this.#resolve(operation["requestBody"]),
            responses: asNode(operation["responses"]),
          };
        },
      )
    );
    return operations.toSorted((a, b) => b.fixed - a.fixed);
  }

  #resolve(value: unknown): Node {
    const reference = asNode(value)["$ref"];
    if (typeof reference !== "string") return asNode(value);
    const steps = reference.slice(2).split("/").map((step) => step.replaceAll("~1", "/"));
    return asNode(steps.reduce<unknown>((node, step) => asNode(node)[step], this.#description));
  }

  #validator(key: string, schema: unknown): ValidateFunction {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const absolute = JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/');
    const compiled = this.#ajv.compile(JSON.parse(absolute));
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /** Why a value does not fit; empty where it does. */
  #problems(
    value: unknown,
    key: string,
    options: { readonly schema: unknown },
  ): readonly { at: string; message: string }[] {
    const validate = this.#validator(key, options.schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => ({
      at: error.instancePath,
      message: [error.message, error.params["additionalProperty"]].filter((part) => part !== undefined).join(
        " ",
      ),
    }));
  }

  #checkParameters(
    operation: Operation,
    options: {
      readonly path: string;
      readonly query: URLSearchParams;
      readonly add: (at: string, message: string) => void;
    },
  ): void {
    const values = operation.pattern.exec(options.path)?.slice(1) ?? [];
    const given = [
      ...operation.names.map((name, index) =>
        ["path", name, decodeURIComponent(values[index] ?? "")] as const
      ),
      ...[...options.query].map(([name, value]) => ["query", name, value] as const),
    ];
    for (const [place, name, value] of given) {
      const parameter = operation.parameters.find((one) => one["in"] === place && one["name"] === name);
      if (parameter === undefined) {
        options.add(`${place} ${name}`, "unknown parameter");
        continue;
      }
      const schema = asNode(parameter["schema"]);
      const key = `${operation.id} ${place} ${name}`;
      for (const { message } of this.#problems(typed(value, schema), key, { schema: toJsonSchema(schema) })) {
        options.add(`${place} ${name}`, message);
      }
    }
    for (const parameter of operation.parameters) {
      const name = String(parameter["name"]);
      const missing = parameter["in"] === "query" && parameter["required"] === true &&
        !options.query.has(name);
      if (missing) options.add(`query ${name}`, "is missing");
    }
  }

  #checkRequestBody(
    operation: Operation,
    options: { readonly exchange: Exchange; readonly add: (at: string, message: string) => void },
  ): void {
    const { exchange, add } = options;
    const described = operation.requestBody;
    if (exchange.requestBody === "") {
      if (described?.["required"] === true) add("body", "is missing");
      return;
    }
    if (described === undefined) return add("body", "this operation takes none");
    if (!/^application\/json\b/.test(exchange.requestType ?? "")) {
      add("body", `has the type ${exchange.requestType}`);
    }
    const schema = asNode(asNode(described["content"])["application/json"])["schema"];
    const value = parse(exchange.requestBody);
    if (value === undefined) return add("body", "is not JSON");
    const closed = closeObjects(toJsonSchema(schema));
    for (const { at, message } of this.#problems(value, `${operation.id} body`, { schema: closed })) {
      add(`body${at}`, message);
    }
  }

  #checkAnswer(
    operation: Operation,
    options: { readonly exchange: Exchange; readonly add: (at: string, message: string) => void },
  ): void {
    const { exchange, add } = options;
    const status = String(exchange.status);
    const described = status in operation.responses;
    if (!described && !ERRORS_ANYWHERE.has(exchange.status)) {
      return add("status", `${status} is not described`);
    }
    if (exchange.status >= 400) return this.#checkError(exchange, add);
    const content = asNode(this.#resolve(operation.responses[status])["content"]);
    const schema = asNode(content["application/json"])["schema"];
    if (schema === undefined) {
      if (exchange.answerBody !== "") add("body", `${status} has none`);
      return;
    }
    if (/\braw\b/.test(exchange.answerType ?? "") && operation.id === "repos/get-content") return;
    if (!/^application\/json\b/.test(exchange.answerType ?? "")) {
      add("body", `has the type ${exchange.answerType}`);
    }
    const value = parse(exchange.answerBody);
    if (value === undefined) return add("body", "is not JSON");
    const problems = this.#problems(value, `${operation.id} ${status}`, { schema: toJsonSchema(schema) });
    for (const { at, message } of problems) add(`body${at}`, message);
  }

  #checkError(exchange: Exchange, add: (at: string, message: string) => void): void {
    const value = parse(exchange.answerBody);
    const schemas = asNode(asNode(this.#description["components"])["schemas"]);
    const name = exchange.status === 422 ? "validation-error" : "basic-error";
    const schema = { allOf: [toJsonSchema(schemas[name]), { type: "object", required: ["message"] }] };
    for (const { at, message } of this.#problems(value, name, { schema })) add(`body${at}`, message);
  }
}

function toJsonSchemas(schemas: Node): Node {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A gate over the committed subset of the description. */
export function loadOpenApiGate(): OpenApiGate {
  const url = new URL("../../fixtures/github-openapi.json", import.meta.url);
  return new OpenApiGate(asNode(JSON.parse(Deno.readTextFileSync(url))));
}
