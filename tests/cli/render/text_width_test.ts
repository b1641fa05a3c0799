import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { textWidth } from "../../../src/cli/render/text_width.ts";

/** What stands in labels, titles and logins, and what is known to be hard. */
const TEXTS = [
  ..."aZ ~é漢ｶ한ñ",
  ..."🎪🎯✅❌🛑❔⌛📅🌐🤡🚦⚡🧊🔒",
  "🏗️",
  "ℹ️",
  "1️⃣",
  "☺",
  "⌛\ufe0e",
  "👩‍💻",
  "❤️‍🔥",
  "👍🏽",
  "🇨🇭",
  "e\u0301",
  "\u200b",
  "\u1112\u1161\u11ab",
];

Deno.test("textWidth() agrees with the package string-width", () => {
  for (const text of TEXTS) assert.equal(textWidth(text), stringWidth(text), JSON.stringify(text));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...TEXTS)), (parts) => {
      const text = parts.join("");
      assert.equal(textWidth(text), stringWidth(text), JSON.stringify(text));
    }),
    { numRuns: 500 },
  );
});
