/** Faults that a real Superset cannot be made to show. */

import * as z from "zod";
import type { TreeMap } from "../../../assets/core/tree.ts";
import { flag, list, matching, must, object, text, wholeNumber } from "../../github/json/fields.ts";
import { readJson } from "../../github/json/read_json.ts";

/** An edit by a person, in fields of the asset's file. */
export interface Edit {
  readonly uuid: string;
  readonly fields: TreeMap;
}

/** A fault in the requests that a glob over `METHOD /path` matches. */
export interface Fault {
  readonly match: string;
  /** The first request that it hits, counted from 1; 1 if left out. */
  readonly nth?: number;
  /** The number of requests that it hits; 1 if left out. */
  readonly times?: number;
  readonly status?: number;
  /** Whether the request takes effect before it fails. */
  readonly after_effect?: boolean;
  readonly retry_after?: number;
  /** Drops the connection without an answer. */
  readonly reset?: boolean;
  /** Drops the connection in the middle of the answer's body. */
  readonly reset_in_body?: boolean;
  /** Cuts the body short in an answer that is whole otherwise: a ZIP that a proxy has cut. */
  readonly cut?: boolean;
  /** Answers with the login page and 200. */
  readonly login_page?: boolean;
  /** A person edits an asset before the request is answered. */
  readonly edit?: Edit;
  /** Rows have moved since the last page of the list. */
  readonly moved_rows?: boolean;
  /** Ends all sessions and tokens before the request is answered. */
  readonly forget_logins?: boolean;
}

const edit = object({
  uuid: text(),
  fields: z.record(z.string(), z.unknown(), { error: must("an object") }),
});

const fault = object({
  match: matching(/^[A-Z*]+ ?[/*].*$|^\*$/s, 'a glob over "METHOD /path"'),
  nth: wholeNumber(1).exactOptional(),
  times: wholeNumber(1).exactOptional(),
  status: wholeNumber(200).exactOptional(),
  after_effect: flag().exactOptional(),
  retry_after: wholeNumber(0).exactOptional(),
  reset: flag().exactOptional(),
  reset_in_body: flag().exactOptional(),
  cut: flag().exactOptional(),
  login_page: flag().exactOptional(),
  edit: edit.exactOptional(),
  moved_rows: flag().exactOptional(),
  forget_logins: flag().exactOptional(),
});

/** Reads a list of faults. Throws AppError `bad_control` (exit code 2) that names every problem. */
export function parseFaults(json: unknown): readonly Fault[] {
  return readJson(list(fault), json, {
    code: "bad_control",
    action: "Setting faults",
    root: "faults",
  }) as readonly Fault[];
}

/** Reads an edit. Throws AppError `bad_control` (exit code 2). */
export function parseEdit(json: unknown): Edit {
  return readJson(edit, json, { code: "bad_control", action: "Editing" }) as Edit;
}

/** The faults in force, and the number of requests that each has matched. */
export class Faults {
  #list: { readonly fault: Fault; seen: number }[] = [];

  /** Replaces all faults. */
  replace(faults: readonly Fault[]): void {
    this.#list = faults.map((each) => ({ fault: each, seen: 0 }));
  }

  /** Counts a request, and returns the faults that hit it. */
  hit(request: string): readonly Fault[] {
    return this.#list.flatMap((entry) => {
      const { match, nth = 1, times = 1 } = entry.fault;
      const parts = match.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      if (!new RegExp(`^${parts.join(".*")}$`, "s").test(request)) return [];
      entry.seen += 1;
      return entry.seen >= nth && entry.seen < nth + times ? [entry.fault] : [];
    });
  }
}
