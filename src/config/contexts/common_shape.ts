import * as z from "zod";
import { parsePath } from "../../contexts/core/tree/path.ts";
import { DURATION_PATTERN } from "../../lib/duration.ts";
import { REFERENCE } from "../assets/secret_references.ts";

// The message of each rule names the expected value as a noun phrase: problems read "expected <message>, found …".

/** Makes a map of known keys: strict for our own section, loose for the original tool's file. */
export type MakeObject = <T extends z.ZodRawShape>(shape: T) => z.ZodObject<T>;

const REDIS = /^rediss?:\/\/\S+$/;

/** Text that is not empty. */
export function text() {
  return z.string({ error: "text" }).min(1, { error: "text" });
}

function yesOrNo() {
  return z.boolean({ error: "true or false" });
}

/** Text of a form, or a reference. */
export function fitting(pattern: RegExp, expected: string) {
  const wanted = `${expected}, or a reference such as \${env:SHOWTIME_NAME} without __ in the name`;
  return z.string({ error: wanted })
    .regex(new RegExp(`${pattern.source}|${REFERENCE.source}`), { error: wanted });
}

function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function listOf<T extends z.ZodType>(element: T, error: string) {
  return z.array(element, { error });
}

function isPath(value: string): boolean {
  try {
    parsePath(value);
    return true;
  } catch {
    return false;
  }
}

function origin() {
  const error = "an origin, such as https://chat.example.com";
  return z.string({ error }).regex(/^https?:\/\/[^\s/?#@]+$/, { error }).refine(URL.canParse, { error });
}

/** The stores that keep contexts, and the copies of each version. */
function datasources(object: MakeObject) {
  const primary = yesOrNo().optional();
  const file = (what: string) =>
    object({
      path: text().optional().describe(`The ${what}, relative to the folder of this file.`),
      isPrimary: primary.describe("Whether contexts are kept there; a single entry needs no such key."),
    });
  return object({
    sqlite: object({
      path: text().optional()
        .describe("The database, relative to the folder of this file; .showtime/contexts.db if left out."),
      isPrimary: primary.describe("Whether contexts are kept there; a single entry needs no such key."),
    }).optional().describe("A database on this machine. It is the store if there is no other."),
    redis: object({
      url: fitting(REDIS, "a redis:// or rediss:// address").optional()
        .describe("The server, as redis:// or rediss:// with login and database, or as a reference."),
      host: text().optional().describe("The server's host, without url; localhost if left out."),
      port: wholeNumber(1, 65_535).optional().describe("The server's port, without url; 6379 if left out."),
      db: wholeNumber(0, 1_000_000).optional().describe("The database, without url; 0 if left out."),
      username: text().optional().describe("The account, without url."),
      password: fitting(/^(?!\$\{)[^]+$/, "text").optional()
        .describe("The account's password, without url; a reference such as ${env:SHOWTIME_NAME}."),
      isPrimary: primary.describe("Whether contexts are kept there; a single entry needs no such key."),
    }).optional().describe("A Redis server, for many machines."),
    yamlfile: file("YAML file").optional().describe("A YAML file, as a store or as a copy."),
    jsonfile: file("JSON file").optional().describe("A JSON file, as a store or as a copy."),
    shellfile: object({
      path: text().optional().describe("The shell file, relative to the folder of this file."),
      excludeKeyNames: listOf(text(), "a list of keys").optional()
        .describe("Keys that are left out at any depth, with everything below them."),
      isPrimary: primary.describe("Never true: a shell file is a copy."),
    }).optional().describe("A copy of each version that shells can source."),
    idfile: object({
      path: text().optional().describe("The file, relative to the folder of this file."),
      isPrimary: primary.describe("Never true: the file is a copy."),
    }).optional().describe("A file with the ID alone."),
  });
}

/** The keys that both files have. */
export function commonShape(object: MakeObject) {
  const captures = object({
    "auto-capture-response-data": listOf(
      object({
        from: text().describe("A template of the value; body is the answer."),
        to: text().describe("The path that gets the value, as a template."),
      }),
      "a list of { from, to }",
    ).optional().describe("Parts of every answer that go into the tree, as { from, to }."),
  });
  return {
    datasources: datasources(object).optional().describe("Where contexts are kept, and their copies."),
    templates: object({
      notify: text().optional().describe("The payload of notify."),
      "manual-choice": text().optional().describe("The payload of manual-choice."),
      respond: text().optional().describe("The payload of respond."),
    }).optional().describe("The templates of payloads, by kind of handler."),
    notify: captures.optional().describe("What holds for every notify."),
    "manual-choice": captures.optional().describe("What holds for every manual-choice."),
    http: object({
      timeout: z.string({ error: "a number with a unit, such as 10s" })
        .regex(DURATION_PATTERN, { error: "a number with a unit, such as 10s" }).optional()
        .describe("How long one request may take; 10s if left out."),
      attempts: wholeNumber(1, 10).optional().describe("How often a request is tried; 3 if left out."),
      hosts: listOf(
        origin(),
        "a list of origins, such as [https://chat.example.com]",
      ).optional().describe("Origins that respond may send to, besides that of slack.url."),
    }).optional().describe("Requests of handlers."),
    redact: listOf(
      z.string({ error: "a path, such as state.token" }).refine(isPath, {
        error: "a path, such as state.token",
      }),
      "a list of paths, such as [state.token]",
    ).optional().describe("Paths whose values are printed as ***."),
    history: object({
      keep: wholeNumber(1, 10_000).optional().describe("How many versions are kept; 50 if left out."),
    }).optional().describe("The versions of a context."),
  };
}

const HeaderValue = z.string({ error: "text" });
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The headers of requests to the server that starts pipelines. */
export function headers(object: MakeObject) {
  return listOf(
    object({
      name: z.string({ error: "text" }).regex(HEADER_NAME, { error: "the name of a header" })
        .describe("The header's name."),
      value: HeaderValue.describe("The header's value, as a template that sees secretData."),
    }),
    "a list of { name, value }",
  );
}
