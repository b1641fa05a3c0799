import { makeSimulator, parseSeed, type Simulator } from "../../../src/simulators/github/mod.ts";
import { type Conformance, wrapHandler } from "./conformance.ts";

/** 2024-01-15T14:30:00Z: tests that need a clock that stands still. */
export const NOON = Date.UTC(2024, 0, 15, 14, 30);

/** A commit hash of one digit, repeated. */
export function hash(digit: string): string {
  return digit.repeat(40);
}

/** A document for `parseSeed()`: one open pull request by a stranger, people of every role. */
export function seedDocument(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    repository: "apache/superset",
    token_owner: "maxime",
    tokens: {
      "ana-token": "ana",
      "tri-token": "tri",
      "rando-token": "rando",
      "bot-token": "github-actions[bot]",
      "refused-token": null,
    },
    collaborators: { maxime: "admin", mia: "maintain", ana: "write", tri: "triage", rando: "read" },
    labels: [{ name: "bug", color: "d73a4a", description: "Something is wrong" }],
    files: { "showtime.yml": "version: 1\n" },
    commits: [hash("1"), hash("2")],
    pulls: [{
      number: 7,
      title: "Add charts",
      body: "Charts",
      author: "rando",
      head: { sha: hash("a"), ref: "charts", repo: "rando/superset" },
      labels: ["bug"],
      files: { "charts.py": "print()\n" },
    }],
    runs: [{ id: 101 }],
    ...change,
  };
}

/** An answer, read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** A simulator and a way to talk to it. */
export class SimulatedGithub {
  readonly simulator: Simulator;
  readonly #handler: (request: Request) => Promise<Response>;

  constructor(options: {
    readonly seed?: Readonly<Record<string, unknown>>;
    readonly gates?: Conformance;
    readonly now?: () => number;
  } = {}) {
    this.simulator = makeSimulator(parseSeed(seedDocument(options.seed)), {
      now: options.now ?? (() => NOON),
    });
    const handler = this.simulator.handle;
    this.#handler = options.gates === undefined ? handler : wrapHandler(options.gates, handler);
  }

  /** Sends a request; a path without a leading slash is below the repository. An empty token sends none. */
  async send(
    method: string,
    path: string,
    options: {
      readonly body?: unknown;
      readonly token?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<Reply> {
    const { body, token = "any-token", headers = {}, signal } = options;
    const full = path.startsWith("/") || path.startsWith("http")
      ? path
      : `/repos/apache/superset${path === "" ? "" : `/${path}`}`;
    const response = await this.#handler(
      new Request(new URL(full, "http://github.test"), {
        method,
        headers: {
          ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json") && text !== "";
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Sends a GraphQL document; the answer's body is the whole `{data, errors}`. */
  graphql(
    query: string,
    options: { readonly variables?: Readonly<Record<string, unknown>>; readonly token?: string } = {},
  ): Promise<Reply> {
    const { token, variables } = options;
    const body = variables === undefined ? { query } : { query, variables };
    return this.send("POST", "/graphql", token === undefined ? { body } : { body, token });
  }
}
