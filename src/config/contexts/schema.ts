import * as z from "zod";
import { REFERENCE } from "../assets/secret_references.ts";
import { commonShape, fitting, headers, type MakeObject, text } from "./common_shape.ts";

const SECRET = "a reference, ${env:SHOWTIME_NAME} without __ in the name, or ${file:PATH}";
const ADDRESS = /^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/;
const ADDRESS_WANTED = "an http or https address without a login";

const strict: MakeObject = (shape) =>
  z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? undefined : "a map of keys and values",
  }) as unknown as z.ZodObject<typeof shape>;

const { datasources: DATASOURCES, templates: TEMPLATES, ...REST } = commonShape(strict);

/** The section `context` of `showtime.yml`. */
export const ContextSection = strict({
  datasources: DATASOURCES,
  slack: strict({
    url: fitting(ADDRESS, ADDRESS_WANTED).optional()
      .describe("Where notify and manual-choice post to; a reference for an address that is secret."),
    token: z.string({ error: SECRET }).regex(REFERENCE, { error: SECRET }).optional()
      .describe("The token for slack.url, as a reference."),
  }).optional().describe("Slack, or what takes its requests."),
  templates: TEMPLATES,
  trigger: strict({
    url: fitting(ADDRESS, ADDRESS_WANTED).optional()
      .describe("Where trigger-pipeline posts to; a reference for an address that is secret."),
    token: z.string({ error: SECRET }).regex(REFERENCE, { error: SECRET }).optional()
      .describe("A token that headers see as secretData.trigger.token, as a reference."),
    headers: headers(strict).optional().describe("Headers of every trigger-pipeline, as { name, value }."),
    "auto-args": z.record(
      text(),
      z.union([z.string(), z.number(), z.boolean()], { error: "text, a number, true or false" }),
      { error: "a map of names and templates" },
    ).optional().describe("Arguments of every trigger-pipeline, as templates by name."),
  }).optional().describe("The server that starts pipelines."),
  ...REST,
  environments: strict({
    app: text().optional().describe("The app file for contexts of pull requests."),
    bases: text().optional().describe("The folder of its bases."),
    context: text().optional().describe("The name under cicd-contexts; stage if left out."),
  }).optional().describe("Contexts of pull requests: their environments' states fire events."),
});

/** The section as it is written. */
export type ContextSection = z.infer<typeof ContextSection>;
