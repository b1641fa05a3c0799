import assert from "node:assert/strict";
import fc from "fast-check";
import { LABEL_REFERENCE, meantLabel, parseLabel } from "../../../../src/environments/core/labels/mod.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const TTL = "🎪 ⌛ <ttl>";

const TABLE: readonly (readonly [string, string | undefined])[] = [
  ["🎪 ⚡ showtime-triger-start", START],
  ["🎪 ⚡ showtime trigger start", START],
  ["🎪 showtime-start", START],
  ["🎪 start", START],
  ["🎪 ⚡ go", START],
  ["🎪 🛑 showtime-trigger-stopp", "🎪 🛑 showtime-trigger-stop"],
  ["🎪 showtime-freez", "🎪 🧊 showtime-freeze"],
  ["🎪 🔒 showtime-locked", "🎪 🔒 showtime-blocked"],
  ["🎪 ⌛ 3 days", TTL],
  ["🎪 ⌛", TTL],
  ["🎪 24h", TTL],
  ["🎪 ⏳ 7d", TTL],
  ["🎪 conf-enable-my-flag", "🎪 conf-enable-<FLAG>"],
  ["🎪 conf_enable_ALERTS", "🎪 conf-enable-<FLAG>"],
  ["🎪 conf-enabled-ALERTS", "🎪 conf-enable-<FLAG>"],
  ["🎪 conf-disable-9", "🎪 conf-disable-<FLAG>"],
  ["🎪 abc123f 📦 image", undefined],
  ["🎪 feedface rocks", undefined],
  ["🎪 circus", undefined],
  ["🎪", undefined],
  [START, undefined],
  ["🎪 ⌛ 24h", undefined],
  // Typed as text, in part or as a whole, and glued together.
  [":circus_tent: :zap: showtime-trigger-start", START],
  ["🎪 :zap: showtime-trigger-start", START],
  [":circus_tent: ⚡ showtime-trigger-start", START],
  ["🎪 :octagonal_sign: showtime-trigger-stop", "🎪 🛑 showtime-trigger-stop"],
  ["🎪⚡ showtime-trigger-start", START],
  ["🎪showtime-trigger-sync", "🎪 🔄 showtime-trigger-sync"],
  ["🎪\u00a0⚡ showtime-trigger-start", START],
  [":circus_tent: :ice_cube: showtime-freeze", "🎪 🧊 showtime-freeze"],
  [":circus_tent: conf-enable-DARK", "🎪 conf-enable-<FLAG>"],
  [":circus_tent: :hourglass: 24h", TTL],
  // Without the tent.
  ["showtime-trigger-start", START],
  ["Showtime-Trigger-Start", START],
  ["showtime-triger-start", START],
  ["showtime trigger start", START],
  ["showtime_start", START],
  ["⚡ showtime-trigger-start", START],
  ["trigger-start", START],
  ["showtime-blocked", "🎪 🔒 showtime-blocked"],
  ["conf-disable-DARK", "🎪 conf-disable-<FLAG>"],
  // Labels of other people and tools.
  ["showtime", undefined],
  ["showtime-docs", undefined],
  ["area:showtime", undefined],
  ["blocked", undefined],
  ["freeze", undefined],
  ["start", undefined],
  ["needs-sync", undefined],
  ["🔒 security", undefined],
  ["24h", undefined],
  [":zap: performance", undefined],
];

for (const [name, expected] of TABLE) {
  Deno.test(`meantLabel() of "${name}" is ${expected ?? "nothing"}`, () => {
    assert.equal(meantLabel(name)?.name, expected);
  });
}

Deno.test("meantLabel() answers only for names without a meaning, and with names of the reference", () => {
  const words = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("⚡", "showtime", "-")));
  const known = LABEL_REFERENCE.map(({ name }) => name);
  fc.assert(fc.property(words, (some) => {
    const name = ["🎪", ...some].join(" ");
    const meant = meantLabel(name);
    return meant === undefined || (parseLabel(name).kind === "foreign" && known.includes(meant.name));
  }));
});
