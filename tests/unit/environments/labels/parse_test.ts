import { deepStrictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { type ParsedLabel, parseLabel, sameLabelName } from "../../../../src/environments/core/labels/mod.ts";
import { prNumber } from "../../../../src/lib/ids.ts";
import { anyNames, nearMiss, sha } from "./arbitraries.ts";

const A = sha("abc123f");
const START: ParsedLabel = { kind: "trigger", trigger: "start" };
const STOP: ParsedLabel = { kind: "trigger", trigger: "stop" };
const SYNC: ParsedLabel = { kind: "trigger", trigger: "sync" };
const HALF_PAST_TWO = Date.UTC(2024, 0, 15, 14, 30);

const WRITTEN: readonly [string, ParsedLabel][] = [
  ["🎪 ⚡ showtime-trigger-start", START],
  ["🎪 🛑 showtime-trigger-stop", STOP],
  ["🎪 🔄 showtime-trigger-sync", SYNC],
  ["🎪 🧊 showtime-freeze", { kind: "freeze" }],
  ["🎪 🔒 showtime-blocked", { kind: "blocked" }],
  ["🎪 conf-enable-ALERTS", { kind: "flag", flag: "ALERTS", on: true }],
  ["🎪 conf-disable-TAGGING_2", { kind: "flag", flag: "TAGGING_2", on: false }],
  ["🎪 ⌛ 24h", { kind: "pr_ttl", ttl: { kind: "duration", amount: 24, unit: "h" } }],
  ["🎪 ⌛ close", { kind: "pr_ttl", ttl: { kind: "close" } }],
  ["🎪 abc123f 🚦 running", { kind: "status", sha: A, status: "running" }],
  ["🎪 🎯 abc123f", { kind: "active", sha: A }],
  ["🎪 🏗️ def456a", { kind: "preparing", sha: sha("def456a") }],
  ["🎪 abc123f 📅 2024-01-15T14-30", { kind: "created", sha: A, at: HALF_PAST_TWO }],
  ["🎪 abc123f 🌐 52.1.2.3:8080", { kind: "address", sha: A, address: "52.1.2.3:8080" }],
  ["🎪 abc123f ⌛ 24h", { kind: "ttl", sha: A, ttl: { kind: "duration", amount: 24, unit: "h" } }],
  ["🎪 abc123f 🤡 maxime", { kind: "requester", sha: A, login: "maxime" }],
  ["🎪 abc123f 🤡 dependabot[bot]", { kind: "requester", sha: A, login: "dependabot[bot]" }],
  ["🎪 lock pr-1234", { kind: "lock", pr: prNumber(1234) }],
  ["🎪 showtime", { kind: "marker" }],
];

const LENIENT: readonly [string, ParsedLabel][] = [
  ["🎪 trigger-start", START],
  ["🎪 ⚡ trigger-start", START],
  ["🎪 ⚡\uFE0F trigger-start", START],
  ["🎪 showtime-trigger-start", START],
  ["🎪 trigger-stop", STOP],
  ["🎪 🛑 trigger-stop", STOP],
  ["🎪 showtime-trigger-stop", STOP],
  ["🎪 trigger-sync", SYNC],
  ["🎪 🔄 trigger-sync", SYNC],
  ["🎪 showtime-trigger-sync", SYNC],
  ["🎪 freeze", { kind: "freeze" }],
  ["🎪 🧊 freeze", { kind: "freeze" }],
  ["🎪 showtime-freeze", { kind: "freeze" }],
  ["🎪 blocked", { kind: "blocked" }],
  ["🎪 🔒 blocked", { kind: "blocked" }],
  ["🎪 showtime-blocked", { kind: "blocked" }],
  ["🎪 🔒\uFE0F SHOWTIME-Blocked", { kind: "blocked" }],
  ["🎪 conf-Enable-alerts", { kind: "flag", flag: "ALERTS", on: true }],
  ["🎪 🚦 abc123f running", { kind: "status", sha: A, status: "running" }],
  ["🎪 ABC123F 🚦 Running", { kind: "status", sha: A, status: "running" }],
  ["🎪 abc123f00000000000000000000000000000000f 🚦\uFE0F running", {
    kind: "status",
    sha: A,
    status: "running",
  }],
  ["🎪 abc123f9 🚦 running", { kind: "status", sha: A, status: "running" }],
  ["🎪 abc123f 🚦 zombie", { kind: "unknown_status", sha: A, text: "zombie" }],
  ["🎪 🚦 abc123f Zombie", { kind: "unknown_status", sha: A, text: "Zombie" }],
  ["🎪 🏗 abc123f", { kind: "preparing", sha: A }],
  ["🎪\uFE0F 🎯\uFE0F abc123f", { kind: "active", sha: A }],
  ["  🎪   🎯  abc123f  ", { kind: "active", sha: A }],
  ["🎪 🌐 abc123f 52-1-2-3", { kind: "address", sha: A, address: "52.1.2.3:8080" }],
  ["🎪 abc123f 🌐 52-1-2-3:9000", { kind: "address", sha: A, address: "52.1.2.3:9000" }],
  ["🎪 abc123f 🌐 52.1.2.3", { kind: "address", sha: A, address: "52.1.2.3:8080" }],
  ["🎪 abc123f 🌐 Preview-1.Example:443", { kind: "address", sha: A, address: "preview-1.example:443" }],
  ["🎪 abc123f 🌐 localhost:65535", { kind: "address", sha: A, address: "localhost:65535" }],
  ["🎪 abc123f 🌐 [2001:DB8::1]:80", { kind: "address", sha: A, address: "[2001:db8::1]:80" }],
  ["🎪 abc123f 🌐 [1:2:3:4:5:6:7:8]:80", { kind: "address", sha: A, address: "[1:2:3:4:5:6:7:8]:80" }],
  ["🎪 📅 abc123f 2024-01-15t14-30", { kind: "created", sha: A, at: HALF_PAST_TWO }],
  ["🎪 abc123f 📅 2024-02-29T00-00", { kind: "created", sha: A, at: Date.UTC(2024, 1, 29) }],
  ["🎪 ⌛\uFE0F 2W", { kind: "pr_ttl", ttl: { kind: "duration", amount: 2, unit: "w" } }],
  ["🎪 ⌛ abc123f CLOSE", { kind: "ttl", sha: A, ttl: { kind: "close" } }],
  ["🎪 ⌛ 1234567d", { kind: "foreign" }],
  ["🎪 ⌛ 1234567m", { kind: "pr_ttl", ttl: { kind: "duration", amount: 1_234_567, unit: "m" } }],
  ["🎪 Lock PR-7", { kind: "lock", pr: prNumber(7) }],
];

const FOREIGN: readonly string[] = [
  "🎪",
  "🎪 ",
  "🎪showtime",
  "🎪\tshowtime",
  "🎪\u00a0showtime",
  "🎪\uFE0F\uFE0F showtime",
  "🎪 circus",
  "🎪 showtime now",
  "🎪 feedface",
  "🎪 feedface rocks",
  "🎪 feedface rocks hard",
  "🎪 xyz789b 🚦 running",
  "🎪 🎯 xyz789b",
  "🎪 🎯abc123f",
  "🎪 abc123 🚦 running",
  `🎪 ${"a".repeat(41)} 🚦 running`,
  "🎪 abc123f 🎯",
  "🎪 abc123f 🚦",
  "🎪 🚦 running",
  "🎪 abc123f running 🚦",
  "🎪 abc123f 🚦 running late",
  "🎪 abc123f 🚥 running",
  "🎪 🔒",
  "🎪 🛑 showtime-trigger-start",
  "🎪 ⚡ showtime-blocked",
  "🎪 ⚡ 🛑 showtime-trigger-start",
  "🎪 showtime-showtime-freeze",
  "🎪 trigger-restart",
  "🎪 toString",
  "🎪 showtime-__proto__",
  "🎪 bloc\u212Aed",
  "🎪 conf-enable-",
  "🎪 conf-enable-1ST",
  "🎪 conf-enable-_X",
  "🎪 conf-enable-A-B",
  "🎪 conf-enable-A=1",
  "🎪 conf-enable-\u017FAFE",
  "🎪 conf-toggle-A",
  "🎪 ⌛ 0h",
  "🎪 ⌛ 0m",
  "🎪 ⌛ 01h",
  "🎪 ⌛ -1h",
  "🎪 ⌛ 1.5h",
  "🎪 ⌛ 1e3h",
  "🎪 ⌛ 24",
  "🎪 ⌛ 24s",
  "🎪 ⌛ 24 h",
  "🎪 ⌛ 99999999999999999999h",
  "🎪 ⌛ ٣h",
  "🎪 abc123f ⌛ 0m",
  "🎪 abc123f ⌛ forever",
  "🎪 abc123f 📅 2024-13-45T14-30",
  "🎪 abc123f 📅 2023-02-29T00-00",
  "🎪 abc123f 📅 2024-04-31T00-00",
  "🎪 abc123f 📅 2024-01-15T24-00",
  "🎪 abc123f 📅 2024-01-15T14-60",
  "🎪 abc123f 📅 2024-01-15T14:30",
  "🎪 abc123f 📅 2024-01-15",
  "🎪 abc123f 📅 1969-12-31T23-59",
  "🎪 abc123f 🌐 52-1-2",
  "🎪 abc123f 🌐 52-1.2-3",
  "🎪 abc123f 🌐 300-1-2-3",
  "🎪 abc123f 🌐 300-1-2-3:80",
  "🎪 abc123f 🌐 256.1.2.3:80",
  "🎪 abc123f 🌐 010.1.2.3:80",
  "🎪 abc123f 🌐 1.2.3.4.5:80",
  "🎪 abc123f 🌐 1.2.3:80",
  "🎪 abc123f 🌐 0x7f000001:80",
  "🎪 abc123f 🌐 52.1.2.3:0",
  "🎪 abc123f 🌐 52.1.2.3:65536",
  "🎪 abc123f 🌐 52.1.2.3:080",
  "🎪 abc123f 🌐 52.1.2.3:",
  "🎪 abc123f 🌐 :8080",
  "🎪 abc123f 🌐 localhost",
  "🎪 abc123f 🌐 user@host:80",
  "🎪 abc123f 🌐 host/path:80",
  "🎪 abc123f 🌐 -host:80",
  "🎪 abc123f 🌐 a..b:80",
  "🎪 abc123f 🌐 ::1:80",
  "🎪 abc123f 🌐 [::1]",
  "🎪 abc123f 🌐 [1::2::3]:80",
  "🎪 abc123f 🌐 [1:2:3]:80",
  "🎪 abc123f 🌐 [1:2:3:4:5:6:7:8:9]:80",
  "🎪 abc123f 🌐 [1:2:3:4::5:6:7:8]:80",
  "🎪 abc123f 🌐 []:80",
  "🎪 abc123f 🌐 [:1::]:80",
  "🎪 abc123f 🤡 @everyone",
  "🎪 abc123f 🤡 <b>",
  "🎪 abc123f 🤡 a\u202Eb",
  "🎪 abc123f 🤡 …",
  "🎪 abc123f 🤡 a…b",
  "🎪 lock pr-0",
  "🎪 lock pr-007",
  "🎪 lock pr-#7",
  "🎪 lock pr-99999999999",
  "🎪 lock 7",
];

const OTHER: readonly string[] = [
  "",
  " ",
  "bug",
  "showtime",
  "abc123f 🚦 running",
  "the 🎪 showtime",
  "\uFE0F🎪 showtime",
];

for (
  const [title, table] of [["the written form of every label", WRITTEN], [
    "every spelling it accepts",
    LENIENT,
  ]] as const
) {
  Deno.test(`parseLabel() reads ${title}`, () => {
    for (const [name, label] of table) equal(parseLabel(name), label, name);
  });
}

Deno.test("parseLabel() guesses nothing: any other name with the tent is foreign", () => {
  for (const name of FOREIGN) equal(parseLabel(name), { kind: "foreign" }, JSON.stringify(name));
});

Deno.test("parseLabel() treats a label without the tent as another tool's", () => {
  for (const name of OTHER) equal(parseLabel(name), { kind: "other" }, JSON.stringify(name));
});

Deno.test("parseLabel() never throws and never claims a name without the tent", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), nearMiss()), (name) => {
    const { kind } = parseLabel(name);
    equal(kind === "other", !name.trimStart().startsWith("🎪"));
  }));
});

Deno.test("parseLabel() parses names that are the same to GitHub alike", () => {
  fc.assert(fc.property(anyNames, (names) => {
    for (const name of names) {
      const shouted = name.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
      equal(sameLabelName(name, shouted), true);
      equal(parseLabel(shouted).kind, parseLabel(name).kind);
    }
  }));
});

Deno.test("parseLabel() parses hostile names in linear time", () => {
  const long = 200_000;
  const hostile = [
    " ".repeat(long) + "🎪",
    "🎪" + " ".repeat(long),
    "🎪 ".repeat(long),
    "🎪 conf-enable-" + "A".repeat(long) + "-",
    "🎪 ⌛ " + "9".repeat(long),
    "🎪 " + "a".repeat(long) + " 🚦 running",
    "🎪 abc123f 🌐 " + "[".repeat(long),
    "🎪 abc123f 🌐 [" + ":".repeat(long) + "]:1",
    "🎪 abc123f 🌐 " + "1.".repeat(long) + ":1",
    "🎪 abc123f 🌐 " + "a-".repeat(long) + ":1",
    "🎪 abc123f 🤡 a" + "-".repeat(long) + "!",
    "🎪 abc123f 📅 " + "2".repeat(long),
  ];

  const before = performance.now();
  for (const name of hostile) equal(parseLabel(name).kind, "foreign");

  // Quadratic time would take minutes.
  equal(performance.now() - before < 10_000, true);
});
