/** Random labels and label names for the properties of this folder. */

import fc from "fast-check";
import { parsePrNumber, parseShortSha, type PrNumber, type ShortSha } from "../../../../src/lib/ids.ts";
import {
  formatLabel,
  type Label,
  STATUS_PRECEDENCE,
  type Ttl,
} from "../../../../src/environments/core/labels/mod.ts";

function hex(min: number, max: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: min, maxLength: max })
    .map((digits) => digits.join(""));
}

function wordOf(characters: string, [minLength, maxLength]: readonly [number, number]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...characters), { minLength, maxLength }).map((parts) => parts.join(""));
}

export function sha(text: string): ShortSha {
  const parsed = parseShortSha(text);
  if (parsed === undefined) throw new RangeError(`${text} is no SHA`);
  return parsed;
}

function pr(value: number): PrNumber {
  const parsed = parsePrNumber(value);
  if (parsed === undefined) throw new RangeError(`${value} is no number`);
  return parsed;
}

export const anySha: fc.Arbitrary<ShortSha> = hex(7, 7).map(sha);

export const anyTtl: fc.Arbitrary<Ttl> = fc.oneof(
  fc.constant<Ttl>({ kind: "close" }),
  fc.record({
    kind: fc.constant("duration" as const),
    amount: fc.integer({ min: 1, max: 99_999 }),
    unit: fc.constantFrom("m" as const, "h" as const, "d" as const, "w" as const),
  }, { noNullPrototype: true }),
);

const anyFlag = fc.tuple(wordOf("ABCXYZ", [1, 1]), wordOf("ABZ019_", [0, 33])).map(([head, tail]) =>
  head + tail
);

const anyMinute = fc.integer({ min: 0, max: Math.floor(Date.UTC(9999, 11, 31, 23, 59) / 60_000) })
  .map((minute) => minute * 60_000);

const anyPort = fc.integer({ min: 1, max: 65_535 });
const anyHost = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }).map((octets) =>
    octets.join(".")
  ),
  wordOf("abcdef", [1, 20]).map((word) => `${word}.example`),
  hex(1, 4).map((group) => `[${group}::1]`),
);
const anyAddress = fc.tuple(anyHost, anyPort).map(([host, port]) => `${host}:${port}`);

const anyLogin = fc.oneof(
  fc.tuple(
    wordOf("abcXYZ019", [1, 1]),
    wordOf("abcXYZ019-", [0, 28]),
    fc.constantFrom("", "[bot]", "_corp", "…"),
  )
    .map((parts) => parts.join("")),
  wordOf("é中𝒜", [1, 18]),
);

/** A label of any kind, whose contents fit its name. */
export const anyLabel: fc.Arbitrary<Label> = fc.oneof(
  fc.constantFrom("start" as const, "stop" as const, "sync" as const).map((trigger): Label => ({
    kind: "trigger",
    trigger,
  })),
  fc.constantFrom<Label>({ kind: "freeze" }, { kind: "blocked" }, { kind: "marker" }),
  fc.record({ flag: anyFlag, on: fc.boolean() }).map((rest): Label => ({ kind: "flag", ...rest })),
  anyTtl.map((ttl): Label => ({ kind: "pr_ttl", ttl })),
  fc.integer({ min: 1, max: 9_999_999_999 }).map((number): Label => ({ kind: "lock", pr: pr(number) })),
  fc.constant<Label>({ kind: "limits_lock" }),
  fc.tuple(anySha, anySha).map(([sha, head]): Label => ({ kind: "serves", sha, head })),
  anyLabelOf(anySha),
);

/** A label that carries one of these SHAs. */
export function anyLabelOf(shas: fc.Arbitrary<ShortSha>): fc.Arbitrary<Label> {
  return fc.oneof(
    fc.record({ sha: shas, status: fc.constantFrom(...STATUS_PRECEDENCE) })
      .map((rest): Label => ({ kind: "status", ...rest })),
    shas.map((sha): Label => ({ kind: "active", sha })),
    shas.map((sha): Label => ({ kind: "preparing", sha })),
    fc.record({ sha: shas, at: anyMinute }).map((rest): Label => ({ kind: "created", ...rest })),
    fc.record({ sha: shas, address: anyAddress }).map((rest): Label => ({ kind: "address", ...rest })),
    fc.record({ sha: shas, ttl: anyTtl }).map((rest): Label => ({ kind: "ttl", ...rest })),
    fc.record({ sha: shas, login: anyLogin }).map((rest): Label => ({ kind: "requester", ...rest })),
  );
}

/** Names as on a pull request: crowded SHAs, duplicates of every kind, other tools' labels. */
export const anyNames: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: anyLabelOf(fc.constantFrom(sha("abc123f"), sha("def456a"), sha("0000000"))).map(formatLabel),
    },
    { weight: 3, arbitrary: anyLabel.map(formatLabel) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "🎪 conf-enable-X",
        "🎪 conf-disable-X",
        "🎪 conf-disable-x",
        "🎪 abc123f 🚦 zombie",
        "🎪 🚦 ABC123F running",
        "🎪 trigger-start",
        "🎪 ⌛ 60m",
        "🎪 ⌛ 1h",
      ),
    },
    { weight: 1, arbitrary: nearMiss() },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  ),
  { maxLength: 20 },
);

/** Text made of pieces of the language, most of it without a meaning. */
export function nearMiss(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    ..."🎪 ⚡ 🛑 🔄 🧊 🔒 ⌛ 🚦 🎯 🏗 🏗️ 📅 🌐 🤡 \uFE0F showtime trigger-start lock pr-1 pr-0 abc123f xyz789b"
      .split(" "),
    ..."feedface running ZOMBIE 24h 0m close 2024-01-15T14-30 2024-13-45T14-30 52-1-2-3 [::1]:80 :0 ana … ::"
      .split(" "),
    " ",
    "  ",
    "\t",
    "\ud83c",
  );
  return fc.array(fc.tuple(piece, fc.constantFrom(" ", " ", "  ", "")), { maxLength: 6 })
    .map((pieces) => `🎪 ${pieces.flat().join("")}`);
}
