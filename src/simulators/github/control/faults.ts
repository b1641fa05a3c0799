import * as z from "zod";
import { flag, list, matching, must, object, text, wholeNumber } from "../json/fields.ts";
import { readJson } from "../json/read_json.ts";

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

const fault: z.ZodType<Fault> = object({
  match: matching(/^(graphql:\w+|[A-Z*]+ ?[/*].*|\*)$/s, 'a glob over "METHOD /path", or "graphql:<field>"'),
  nth: wholeNumber(1).exactOptional(),
  times: wholeNumber(1).exactOptional(),
  status: z.int({ error: must("an HTTP status from 200 to 599"), abort: true }).min(200).max(599)
    .exactOptional(),
  after_effect: flag().exactOptional(),
  delay_ms: wholeNumber(0).exactOptional(),
  reset: flag().exactOptional(),
  retry_after: wholeNumber(0).exactOptional(),
  stale_ms: wholeNumber(0).exactOptional(),
  duplicate: flag().exactOptional(),
  headers: z.record(z.string(), text(), { error: must("an object") }).exactOptional(),
});

/** Reads a list of faults. Throws AppError `bad_control` (exit code 2) that names every problem with its path. */
export function parseFaults(json: unknown): readonly Fault[] {
  return readJson(list(fault), json, { code: "bad_control", action: "Setting faults", root: "faults" });
}
