import * as z from "zod";
import { flag, list, matching, must, object, text, wholeNumber } from "../json/fields.ts";
import { readJson } from "../json/read_json.ts";

/** A failure that is played on purpose, for requests that match. */
export interface Fault {
  /**
   * A glob over "METHOD /path", in which `*` stands for any text with slashes, or `graphql:<field>` for
   * documents with that field.
   */
  readonly match: string;
  /** The first matching request that the fault hits, counted from 1. The default is 1. */
  readonly nth?: number;
  /** The number of matching requests that the fault hits from there on. The default is 1. */
  readonly times?: number;
  /** The HTTP status of the answer. */
  readonly status?: number;
  /** Whether the request takes effect before the fault answers it. */
  readonly after_effect?: boolean;
  /** The time that passes before the request takes effect, in milliseconds. */
  readonly delay_ms?: number;
  /** Whether the connection is dropped without an answer. */
  readonly reset?: boolean;
  /** The seconds in a `retry-after` header. With status 403 or 429 the answer is a secondary rate limit's. */
  readonly retry_after?: number;
  /**
   * The age of the state that a read answers from, in milliseconds by the simulator's clock. Writes ignore
   * it.
   */
  readonly stale_ms?: number;
  /**
   * Whether the creation of a label that exists makes a second one, as a race between two of GitHub's servers
   * can.
   */
  readonly duplicate?: boolean;
  /** The message in the body of the fault's answer; by default one that fits the status. */
  readonly message?: string;
  /** Further headers of the fault's answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The parts of a request that faults are matched against. */
export interface FaultTarget {
  readonly method: string;
  /** The path as it was sent, decoded, and with the repository's name in place of its number. */
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

/** The faults in force, and for each the number of requests that matched it. */
export class Faults {
  #list: { readonly fault: Fault; seen: number }[] = [];

  /** Replaces all faults in force. */
  replace(faults: readonly Fault[]): void {
    this.#list = faults.map((fault) => ({ fault, seen: 0 }));
  }

  list(): readonly { readonly fault: Fault; readonly seen: number }[] {
    return this.#list.map(({ fault, seen }) => ({ fault, seen }));
  }

  /** Counts a request, and returns the faults that hit it. */
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

const httpStatus = z.number({ error: must("an HTTP status from 200 to 599") })
  .refine((status) => Number.isInteger(status) && status >= 200 && status <= 599);

const fault: z.ZodType<Fault> = object({
  match: matching(/^(graphql:\w+|[A-Z*]+ ?[/*].*|\*)$/s, 'a glob over "METHOD /path", or "graphql:<field>"'),
  nth: wholeNumber(1).exactOptional(),
  times: wholeNumber(1).exactOptional(),
  status: httpStatus.exactOptional(),
  after_effect: flag().exactOptional(),
  delay_ms: wholeNumber(0).exactOptional(),
  reset: flag().exactOptional(),
  retry_after: wholeNumber(0).exactOptional(),
  stale_ms: wholeNumber(0).exactOptional(),
  duplicate: flag().exactOptional(),
  message: text().exactOptional(),
  headers: z.record(z.string(), text(), { error: must("an object") }).exactOptional(),
});

/**
 * Reads a list of faults. Throws AppError `bad_control` (exit code 2) that names every problem with its path.
 */
export function parseFaults(json: unknown): readonly Fault[] {
  return readJson(list(fault), json, { code: "bad_control", action: "Setting faults", root: "faults" });
}
