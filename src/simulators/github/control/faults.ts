import { usageError } from "../../../lib/errors.ts";
import { JsonReader } from "../seed/json_reader.ts";

/** Something that goes wrong on purpose, for requests that match. */
export interface Fault {
  /** A glob over "METHOD /path" (`*` stands for anything, slashes too), or `graphql:<field>`: a field of the document. */
  readonly match: string;
  /** The first matching request that is hit, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many matching requests are hit from there on. Default 1. */
  readonly times?: number;
  /** Answer with this HTTP status. */
  readonly status?: number;
  /** Answer so only after the request took effect. */
  readonly after_effect?: boolean;
  /** Wait that long before the request takes effect. */
  readonly delay_ms?: number;
  /** Drop the connection without an answer. */
  readonly reset?: boolean;
  /** Seconds for a `retry-after` header: with status 403 or 429 the answer is a secondary rate limit's. */
  readonly retry_after?: number;
  /** A read answers from the state of that long ago, by the simulator's clock. */
  readonly stale_ms?: number;
  /** Creating a definition that exists makes a second one of the name, as a race between two servers can. */
  readonly duplicate?: boolean;
  /** Further headers of an answer with `status`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a fault is matched against. */
export interface FaultTarget {
  readonly method: string;
  /** The path as sent, decoded, and with the repository's name for its number. */
  readonly paths: readonly string[];
  readonly fields: ReadonlySet<string>;
}

function globToPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

function matches(fault: Fault, target: FaultTarget): boolean {
  if (fault.match.startsWith("graphql:")) return target.fields.has(fault.match.slice("graphql:".length));
  const pattern = globToPattern(fault.match);
  return target.paths.some((path) => pattern.test(`${target.method} ${path}`));
}

/** The faults in force, each with the number of requests that matched it. */
export class Faults {
  #list: { readonly fault: Fault; seen: number }[] = [];

  /** Puts these in the place of all that were there. */
  replace(faults: readonly Fault[]): void {
    this.#list = faults.map((fault) => ({ fault, seen: 0 }));
  }

  list(): readonly { readonly fault: Fault; readonly seen: number }[] {
    return this.#list.map(({ fault, seen }) => ({ fault, seen }));
  }

  /** Counts a request, and tells the faults that hit it. */
  hit(target: FaultTarget): readonly Fault[] {
    const hits: Fault[] = [];
    for (const entry of this.#list) {
      if (!matches(entry.fault, target)) continue;
      entry.seen += 1;
      const first = entry.fault.nth ?? 1;
      if (entry.seen >= first && entry.seen < first + (entry.fault.times ?? 1)) hits.push(entry.fault);
    }
    return hits;
  }
}

const KEYS = [
  "match",
  "nth",
  "times",
  "status",
  "after_effect",
  "delay_ms",
  "reset",
  "retry_after",
  "stale_ms",
  "duplicate",
  "headers",
] as const;

function parseFault(reader: JsonReader): Fault {
  const given = reader.object(KEYS);
  const integer = (name: "nth" | "times" | "delay_ms" | "retry_after" | "stale_ms", least: number) =>
    given[name].value === undefined ? {} : { [name]: given[name].integer(least) };
  const flag = (name: "after_effect" | "reset" | "duplicate") =>
    given[name].value === undefined ? {} : { [name]: given[name].flag() };
  const status = given.status.value === undefined ? {} : { status: given.status.integer(200) };
  if ((status.status ?? 200) > 599) given.status.problem("must be an HTTP status");
  const headers = given.headers.entries().map(([name, value]) => [name, value.text()] as const);
  return {
    match: given.match.matching(/^(graphql:\w+|[A-Z*]+ ?[/*].*|\*)$/s, {
      what: 'a glob over "METHOD /path", or "graphql:<field>"',
    }),
    ...status,
    ...integer("nth", 1),
    ...integer("times", 1),
    ...integer("delay_ms", 0),
    ...integer("retry_after", 0),
    ...integer("stale_ms", 0),
    ...flag("after_effect"),
    ...flag("reset"),
    ...flag("duplicate"),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}

/** Reads a list of faults. Throws AppError `bad_control` that names every problem. */
export function parseFaults(json: unknown): readonly Fault[] {
  const reader = new JsonReader(json, "faults");
  if (json === undefined) reader.problem("must be a list of faults");
  const faults = reader.items().map(parseFault);
  if (reader.problems.length > 0) {
    throw usageError("bad_control", `Setting faults: ${reader.problems.join("; ")}`);
  }
  return faults;
}
