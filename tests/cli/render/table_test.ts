import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { cut, makeStyle, renderTable } from "../../../src/cli/render/mod.ts";

const PLAIN = makeStyle({ color: false, links: false, tty: false, ask: false, columns: 80 });
const COLUMNS = [{ title: "SIGN" }, { title: "NAME", shrinks: true }, { title: "END" }];

function narrow(columns: number) {
  return makeStyle({ color: false, links: false, tty: true, ask: false, columns });
}

Deno.test("renderTable() aligns rows with emoji of every make", () => {
  const signs = ["🏗️", "🎪", "✅", "👨‍👩‍👧", "🇩🇪", "1️⃣", "❌", "a", ""];

  const lines = renderTable(COLUMNS, signs.map((text) => [{ text }, { text: "x" }, { text: "|" }]), {
    style: PLAIN,
  });

  const places = lines.slice(1).map((line) => stringWidth(line.slice(0, line.indexOf("|"))));
  assert.equal(new Set(places).size, 1);
  assert.equal(lines.some((line) => line.includes("\t") || line.endsWith(" ")), false);
});

Deno.test("renderTable() fits a terminal by cutting what may shrink, and cuts nothing elsewhere", () => {
  const rows = [[{ text: "🎪 x" }, { text: "🎪".repeat(60) }, { text: "|" }]];

  const [, line = ""] = renderTable(COLUMNS, rows, { style: narrow(40) });

  assert.equal(stringWidth(line) <= 40, true);
  assert.match(line, /…\s+\|$/u);
  assert.equal(renderTable(COLUMNS, rows, { style: PLAIN })[1]?.includes("…"), false);
});

Deno.test("renderTable() keeps every line within the terminal, whatever the texts", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(texts, fc.integer({ min: 24, max: 90 }), (names, columns) => {
    const lines = renderTable(COLUMNS, names.map((text) => [{ text: "ok" }, { text }, { text: "|" }]), {
      style: narrow(columns),
    });
    return lines.length === names.length + 1 && lines.every((line) => stringWidth(line) <= columns);
  }));
});

Deno.test("renderTable() takes escapes, line breaks and direction marks out of cells", () => {
  const [, line] = renderTable([{ title: "X" }], [[{ text: "\x1b[31ma\nb\u202ec\x07" }]], { style: PLAIN });

  assert.equal(line, "a bc");
});

Deno.test("renderTable() links where the terminal can, only to web addresses, and aligns all the same", () => {
  const style = makeStyle({ color: false, links: true, tty: true, ask: false, columns: 80 });
  const cells = (url: string) => [[{ text: "#1", url }, { text: "x" }, { text: "|" }]];

  const [, linked] = renderTable(COLUMNS, cells("https://example.com/1"), { style });
  const [, unsafe] = renderTable(COLUMNS, cells("javascript:alert(1)"), { style });
  const [, broken] = renderTable(COLUMNS, cells("https://example.com/\x1b\\x"), { style });

  assert.equal(linked, "\x1b]8;;https://example.com/1\x1b\\#1\x1b]8;;\x1b\\    x     |");
  assert.equal(unsafe, "#1    x     |");
  assert.equal(broken, "#1    x     |");
  assert.equal(renderTable(COLUMNS, cells("https://example.com/1"), { style: PLAIN })[1], "#1    x     |");
});

Deno.test("cut() never exceeds the width nor splits what is seen as one character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (text, width) => stringWidth(cut(text, width)) <= Math.max(width, 1),
    ),
  );
  assert.equal(cut("ab👨‍👩‍👧cd", 5), "ab👨‍👩‍👧…");
  assert.equal(cut("ab👨‍👩‍👧cd", 4), "ab…");
});

Deno.test("renderTable() carries what wraps on below, in its place, with every word", () => {
  const rows = [[{ text: "🎪 x" }, { text: "one two three four five six seven" }], [{ text: "b" }, {
    text: "eight",
  }]];

  const lines = renderTable([{ title: "NAME" }, { title: "MEANING", wraps: true }], rows, {
    style: narrow(20),
  });

  assert.deepEqual(lines, [
    "NAME  MEANING",
    "🎪 x  one two three",
    "      four five six",
    "      seven",
    "b     eight",
  ]);
});
