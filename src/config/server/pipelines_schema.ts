import * as z from "zod";
import { parseDuration } from "../../lib/duration.ts";

const strict = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? undefined : "a map of keys and values",
  });
const text = (wanted = "text") => z.string({ error: wanted }).min(1, { error: wanted });
const flag = z.boolean({ error: "true or false" });
const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const duration = z.union([z.int().positive(), z.string()], { error: "seconds, or a time as 10m" })
  .transform((value, { addIssue }) => {
    const ms = typeof value === "number"
      ? value * 1000
      : /^\d+$/.test(value)
      ? Number(value) * 1000
      : parseDuration(value);
    if (ms !== undefined && ms > 0) return ms;
    addIssue({ code: "custom", message: "seconds, or a time as 10m" });
    return z.NEVER;
  });
const argv = z.union([
  text().transform((program): readonly string[] => [program]),
  z.array(text("text")).min(1).readonly(),
], { error: "a list: the program and its arguments" });
const pattern = text("a regular expression").transform((source, { addIssue }) => {
  try {
    return new RegExp(source, "u").source;
  } catch {
    addIssue({ code: "custom", message: "a regular expression" });
    return z.NEVER;
  }
});
const REVISION = "a branch, a tag or a commit";
const names = (wanted: string) => z.array(text(wanted), { error: `a list of ${wanted}` });
const addresses = z.union([
  text("mail addresses").transform((list) => list.split(",").map((each) => each.trim()).filter(Boolean)),
  names("mail addresses"),
], { error: "mail addresses, separated by commas" });

const message = strict({
  email: strict({ to: addresses, subject: text(), body: z.string({ error: "text" }) }).optional(),
  webhook: z.union([
    text("an http or https address").regex(/^https?:\/\//, { error: "an http or https address" }),
    strict({ url: text().regex(/^https?:\/\//, { error: "an http or https address" }) }).transform((
      { url },
    ) => url),
  ], { error: "an http or https address" }).optional(),
});

const on = strict({
  webhook: flag.optional(),
  push: z.union([flag, strict({ branches: names("branches").optional() })], {
    error: "true, or { branches: [main] }",
  })
    .optional(),
  pull_request: z.union([
    flag,
    strict({ forks: z.enum(["never", "trusted"], { error: "never or trusted" }) }),
  ], {
    error: "true, or { forks: never }",
  }).optional(),
  poll: strict({ interval: duration }).optional(),
  schedule: text("a line of cron").optional(),
});

/** One pipeline of the server's file, with every key that it may have. */
export const PipelineEntry = strict({
  repository: text("the address of a repository"),
  ref: text(REVISION),
  cwd: text("a folder").optional(),
  exec: argv.optional(),
  file: text("the path of a pipeline's file").optional(),
  "entry-point": argv.optional(),
  "worker-tags": names("tags").optional(),
  "tag-pattern": pattern.optional(),
  on: on.optional(),
  concurrency: strict({
    group: text(),
    limit: whole(1, 1000).optional(),
    "cancel-in-progress": flag.optional(),
  }).optional(),
  timeout: duration.optional(),
  retries: strict({ lost: whole(0, 100).optional(), failed: whole(0, 100).optional() }).optional(),
  secrets: names("names of secrets").optional(),
  workspace: z.enum(["fresh", "reuse"], { error: "fresh or reuse" }).optional(),
  submodules: flag.optional(),
  notifications: strict({
    onSuccess: message.optional(),
    onFailure: message.optional(),
    onFixed: message.optional(),
  }).optional(),
});

/** A pipeline as it is written, with its values read. */
export type PipelineEntry = z.infer<typeof PipelineEntry>;

/** The part of the file about environments. */
export const EnvironmentsEntry = strict({
  repositories: z.array(
    text("owner/name").regex(/^[A-Za-z0-9][\w-]*\/[\w.-]+$/, { error: "owner/name" }),
    { error: "a list of owner/name" },
  ),
  cleanup: duration.optional(),
});

/** The keys that a pipeline may have. */
export const PIPELINE_KEYS: readonly string[] = Object.keys(PipelineEntry.shape);
