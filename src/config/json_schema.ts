import * as z from "zod";
import { ConfigFile } from "./environments/schema.ts";

/** Makes the JSON Schema (draft 2020-12) of `showtime.yml`, for editors and for `showtime config schema`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(ConfigFile, { io: "input", target: "draft-2020-12" });
  return {
    ...schema,
    title: "showtime.yml",
    description: "The configuration of Showtime. Every key may be left out: the preset's value then holds.",
  };
}
