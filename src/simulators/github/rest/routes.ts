import type { Answer, Call } from "./call.ts";

/** Handlers by "METHOD /path". In the path `:name` is one segment, and `*name` is the rest of the path. */
export type Routes = Readonly<Record<string, (call: Call) => Answer>>;

/** A table of routes, which are matched in order. */
export class Router {
  readonly #entries: readonly {
    readonly method: string;
    readonly segments: readonly string[];
    readonly run: (call: Call) => Answer;
  }[];

  constructor(...tables: readonly Routes[]) {
    this.#entries = tables.flatMap((table) =>
      Object.entries(table).map(([key, run]) => {
        const [method = "", path = ""] = key.split(" ");
        return { method, segments: path.split("/").slice(1), run };
      })
    );
  }

  /**
   * Returns the handler of a request and the decoded segments that its route names, or undefined if no route
   * matches.
   */
  find(
    method: string,
    path: string,
  ): { readonly run: (call: Call) => Answer; readonly params: Readonly<Record<string, string>> } | undefined {
    const given = path.split("/").slice(1);
    for (const entry of this.#entries) {
      const params = entry.method === method ? match(entry.segments, given) : undefined;
      if (params !== undefined) return { run: entry.run, params };
    }
    return undefined;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function match(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index];
    if (value === undefined || value === "") return undefined;
    if (segment.startsWith("*")) {
      params[segment.slice(1)] = given.slice(index).map(decode).join("/");
      return params;
    }
    if (segment.startsWith(":")) params[segment.slice(1)] = decode(value);
    else if (segment !== value) return undefined;
  }
  return segments.length === given.length ? params : undefined;
}
