import * as z from "zod";
import { commonShape, headers, type MakeObject, text } from "./common_shape.ts";

const loose: MakeObject = (shape) =>
  z.looseObject(shape, { error: "a map of keys and values" }) as unknown as z.ZodObject<typeof shape>;

/** Makes the schema of the original tool's file: its known keys; all others are data. */
export function makeOriginalSection() {
  return loose({
    ...commonShape(loose),
    slack: loose({ url: text().optional() }).optional(),
    trigger: loose({
      url: text().optional(),
      headers: headers(loose).optional(),
    }).optional(),
  });
}

/** The content of the original tool's file below its root key. */
export type OriginalSection = z.infer<ReturnType<typeof makeOriginalSection>>;
