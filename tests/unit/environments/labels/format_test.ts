import { deepStrictEqual as equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  fitsLabel,
  formatCreated,
  formatLabel,
  formatTtl,
  type Label,
  LABEL_NAME_UNITS,
  normalizeLabelName,
  parseLabel,
  parseTtl,
  sameLabelName,
  ttlMs,
} from "../../../../src/environments/core/labels/mod.ts";
import { anyLabel, anySha, anyTtl, sha } from "./arbitraries.ts";

const A = sha("abc123f");

Deno.test("formatLabel() and parseLabel() are inverses for every kind", () => {
  fc.assert(fc.property(anyLabel, (label) => {
    equal(parseLabel(formatLabel(label)), label);
    ok(formatLabel(label).length <= LABEL_NAME_UNITS);
    ok(fitsLabel(label));
  }));
});

Deno.test("formatLabel() writes one form for every spelling", () => {
  const spellings: readonly [string, string][] = [
    ["🎪 TRIGGER-START", "🎪 ⚡ showtime-trigger-start"],
    ["🎪 blocked", "🎪 🔒 showtime-blocked"],
    ["🎪 🧊\uFE0F freeze", "🎪 🧊 showtime-freeze"],
    ["🎪 conf-enable-a", "🎪 conf-enable-A"],
    ["🎪 🏗 ABC123F00", "🎪 🏗\uFE0F abc123f"],
    ["🎪 🌐 abc123f 52-1-2-3", "🎪 abc123f 🌐 52.1.2.3:8080"],
  ];

  for (const [read, written] of spellings) {
    const label = parseLabel(read);
    if (label.kind === "foreign" || label.kind === "other" || label.kind === "unknown_status") {
      throw new Error(`${read} was not read`);
    }
    equal(formatLabel(label), written);
  }
});

Deno.test("formatLabel() shortens a login so that the name fits 50 units", () => {
  const name = formatLabel({ kind: "requester", sha: A, login: "a".repeat(39) });

  equal(name, `🎪 abc123f 🤡 ${"a".repeat(35)}…`);
  equal(name.length, LABEL_NAME_UNITS);
});

Deno.test("formatLabel() keeps a login that just fits whole", () => {
  equal(formatLabel({ kind: "requester", sha: A, login: "a".repeat(36) }), `🎪 abc123f 🤡 ${"a".repeat(36)}`);
});

Deno.test("formatLabel() does not cut a character of a login in half", () => {
  equal(
    formatLabel({ kind: "requester", sha: A, login: "𝒜".repeat(39) }),
    `🎪 abc123f 🤡 ${"𝒜".repeat(17)}…`,
  );
});

Deno.test("formatLabel() throws RangeError for a label without a form, and fitsLabel() says so", () => {
  const impossible: readonly Label[] = [
    { kind: "flag", flag: "A".repeat(36), on: true },
    { kind: "flag", flag: "A".repeat(35), on: false },
    { kind: "flag", flag: "lower", on: true },
    { kind: "flag", flag: "", on: true },
    { kind: "address", sha: A, address: `${"a".repeat(40)}.example:80` },
    { kind: "address", sha: A, address: "[1111:2222:3333:4444:5555:6666:7777:8888]:80" },
    { kind: "address", sha: A, address: "nowhere" },
    { kind: "created", sha: A, at: NaN },
    { kind: "created", sha: A, at: -1 },
    { kind: "ttl", sha: A, ttl: { kind: "duration", amount: 0, unit: "h" } },
    { kind: "pr_ttl", ttl: { kind: "duration", amount: 1.5, unit: "h" } },
    { kind: "requester", sha: A, login: "" },
    { kind: "requester", sha: A, login: "two words" },
    { kind: "requester", sha: A, login: "@ana" },
  ];

  for (const label of impossible) {
    throws(() => formatLabel(label), RangeError, JSON.stringify(label));
    equal(fitsLabel(label), false);
  }
});

Deno.test("formatLabel() never writes a long or unreadable name, for any login", () => {
  fc.assert(fc.property(anySha, fc.string({ unit: "binary", maxLength: 60 }), (short, login) => {
    const label: Label = { kind: "requester", sha: short, login };
    if (!fitsLabel(label)) return;
    const name = formatLabel(label);
    ok(name.length <= LABEL_NAME_UNITS && name.isWellFormed());
    equal(parseLabel(name).kind, "requester");
  }));
});

Deno.test("formatTtl() and parseTtl() are inverses", () => {
  fc.assert(fc.property(anyTtl, (ttl) => equal(parseTtl(formatTtl(ttl)), ttl)));
});

Deno.test("parseTtl() refuses any other text", () => {
  for (
    const text of [
      "",
      "h",
      "0h",
      "00m",
      "-1d",
      "+1d",
      "1 h",
      "1hh",
      "1.5h",
      "24",
      "closed",
      " 1h",
      "1h\n",
      "100000w",
    ]
  ) {
    equal(parseTtl(text), undefined, JSON.stringify(text));
  }
});

Deno.test("ttlMs() is milliseconds, and undefined for close", () => {
  const lengths = ["90m", "24h", "7d", "2w", "close"].map((text) => {
    const ttl = parseTtl(text);
    return ttl === undefined ? "unread" : ttlMs(ttl);
  });

  equal(lengths, [5_400_000, 86_400_000, 604_800_000, 1_209_600_000, undefined]);
});

Deno.test("formatCreated() is in UTC and drops seconds", () => {
  equal(formatCreated(Date.UTC(2024, 0, 15, 14, 30, 59, 999)), "2024-01-15T14-30");
  equal(formatCreated(0), "1970-01-01T00-00");
});

Deno.test("formatCreated() throws RangeError for times without a year of four digits", () => {
  for (const at of [NaN, Infinity, -1, Date.UTC(10_000, 0, 1)]) throws(() => formatCreated(at), RangeError);
});

Deno.test("sameLabelName() ignores letter case and nothing else", () => {
  equal(sameLabelName("🎪 ABC123F 🚦 Running", "🎪 abc123f 🚦 running"), true);
  equal(sameLabelName("🎪 🏗 abc123f", "🎪 🏗\uFE0F abc123f"), false);
  equal(sameLabelName("🎪 showtime", "🎪  showtime"), false);
});

Deno.test("normalizeLabelName() drops case, variation selectors and extra spaces", () => {
  equal(normalizeLabelName(" 🎪  🏗\uFE0F ABC123F "), "🎪 🏗 abc123f");
  equal(normalizeLabelName("🎪 🏗 abc123f"), "🎪 🏗 abc123f");
});
