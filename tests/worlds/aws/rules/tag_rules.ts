import { invalid } from "../ask.ts";
import { objects, text, type WireObject } from "../wire.ts";

/** Refuses tags that AWS would not take. */
export function checkTags(input: WireObject): void {
  for (const tag of objects(input["tags"])) {
    const [key, value] = [text(tag["key"]) ?? "", text(tag["value"]) ?? ""];
    if (key.length < 1 || key.length > 128 || value.length > 256) {
      throw invalid("Tag keys must have 1 to 128 characters, and tag values 256 at most.");
    }
    if (/^aws:/i.test(key)) throw invalid('Tag keys must not begin with "aws:".');
    if (!isTagText(key) || !isTagText(value)) {
      throw invalid(
        "Some of the tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @ .",
      );
    }
  }
}

function isTagText(value: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value);
}
