import { deepStrictEqual as equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  FIXED_LABELS,
  formatLabel,
  type Label,
  LABEL_DESCRIPTION_UNITS,
  LABEL_REFERENCE,
  labelStyle,
  parseLabel,
  STATUS_PRECEDENCE,
} from "../../../../src/environments/core/labels/mod.ts";
import { prNumber } from "../../../../src/lib/ids.ts";
import { anyLabel, sha } from "./arbitraries.ts";

const A = sha("abc123f");

Deno.test("labelStyle() returns the colors of the language", () => {
  const colors = (labels: readonly Label[]) => labels.map((label) => labelStyle(label).color);
  const statuses = STATUS_PRECEDENCE.map((status): Label => ({ kind: "status", sha: A, status }));

  equal(colors(FIXED_LABELS), ["FFD700", "FFD700", "FFD700", "FFD700", "FFE4B5", "DC3545", "FFF9C4"]);
  equal(colors(statuses), ["FFD700", "FFD700", "FFD700", "FD7E14", "28A745", "C5DEF5", "DC3545", "6A737D"]);
  equal(
    colors([
      { kind: "lock", pr: prNumber(1) },
      { kind: "active", sha: A },
      { kind: "flag", flag: "X", on: true },
    ]),
    ["6A737D", "FFF9C4", "FFF9C4"],
  );
});

Deno.test("labelStyle() describes every label in one sentence that GitHub accepts", () => {
  fc.assert(fc.property(anyLabel, (label) => {
    const { color, description } = labelStyle(label);
    match(color, /^[0-9A-F]{6}$/);
    match(description, /^[A-Z][ -~]*\.$/);
    ok(description.length <= LABEL_DESCRIPTION_UNITS);
  }));
});

Deno.test("FIXED_LABELS are the labels whose names have no variable part", () => {
  equal(FIXED_LABELS.map(formatLabel), [
    "🎪 ⚡ showtime-trigger-start",
    "🎪 🛑 showtime-trigger-stop",
    "🎪 🔄 showtime-trigger-sync",
    "🎪 💤 showtime-sleep",
    "🎪 🧊 showtime-freeze",
    "🎪 🔒 showtime-blocked",
    "🎪 showtime",
  ]);
});

Deno.test("LABEL_REFERENCE names every kind of label, as parseLabel() reads it", () => {
  const filled = LABEL_REFERENCE.map((row) =>
    row.name.replace("<sha>", "abc123f").replace("<FLAG>", "X").replace("<ttl>", "24h").replace(
      "<status>",
      "running",
    )
      .replace("<time>", "2024-01-15T14-30").replace("<host:port>", "52.1.2.3:8080").replace("<login>", "ana")
      .replace("<n>", "1").replace("<head>", "def456a")
  );

  const kinds = new Set(filled.map((name) => parseLabel(name).kind));

  equal([...kinds].sort(), [
    "active",
    "address",
    "blocked",
    "created",
    "flag",
    "freeze",
    "limits_lock",
    "lock",
    "marker",
    "pr_ttl",
    "preparing",
    "requester",
    "serves",
    "status",
    "trigger",
    "ttl",
  ]);
});
