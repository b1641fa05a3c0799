import assert from "node:assert/strict";
import fc from "fast-check";
import { foreignRequest } from "../../../src/server/own_origin.ts";
import { labelSheet, renderLabelSheet, textColorOn } from "../../../src/server/pages/label_colors.ts";
import { readDeed } from "../../../src/server/pages/read_deed.ts";
import { AppError } from "../../../src/lib/errors.ts";

function contrast(one: string, other: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/../g) ?? []).map((part) => {
      const value = parseInt(part, 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

Deno.test("textColorOn() stands out by at least 4.5 on every colour", () => {
  const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => value.toString(16).padStart(6, "0"));
  fc.assert(fc.property(color, (background) => {
    const text = textColorOn(background) === "#000" ? "000000" : "ffffff";
    assert.ok(contrast(background, text) >= 4.5);
  }));
});

Deno.test("the style sheet of labels has the colours of its address and nothing else", () => {
  const sheet = labelSheet([{ name: "a", color: "D73A4A", description: null }, {
    name: "b",
    color: "red}body{display:none",
    description: null,
  }]);
  const colors = new URL(sheet, "http://127.0.0.1").searchParams.get("colors") ?? "";

  assert.ok(colors.split(".").includes("d73a4a"));
  assert.ok(colors.split(".").includes("28a745"));
  assert.match(renderLabelSheet(colors), /^\.label-d73a4a\{background:#d73a4a;color:#(?:000|fff)\}$/m);
  assert.equal(renderLabelSheet("red}body{display:none.000000;x"), "");
});

Deno.test("foreignRequest() refuses hosts of others, and changes that a page of another site sends", () => {
  const judge = (method: string, headers: Readonly<Record<string, string>>) =>
    foreignRequest(new Request("http://127.0.0.1:4000/x", { method, headers })) === undefined;
  const own = { host: "127.0.0.1:4000" };

  assert.ok(judge("GET", own));
  assert.ok(judge("POST", own));
  assert.ok(judge("POST", { ...own, origin: "http://127.0.0.1:4000" }));
  assert.ok(judge("POST", { host: "localhost:4000", origin: "http://localhost:4000" }));
  assert.ok(judge("POST", { host: "[::1]:4000", origin: "http://[::1]:4000" }));
  // Reading across origins is for the browser to refuse: no answer allows it.
  assert.ok(judge("GET", { ...own, origin: "https://evil.example" }));
  for (
    const origin of ["https://evil.example", "http://127.0.0.1:4001", "http://localhost:4000", "null", ""]
  ) {
    assert.ok(!judge("POST", { ...own, origin }), origin);
    assert.ok(!judge("DELETE", { ...own, origin }), origin);
  }
  for (
    const host of ["evil.example", "127.0.0.1.evil.example:4000", "10.0.0.1:4000", "localhost.evil.example"]
  ) {
    assert.ok(!judge("GET", { host }), host);
    assert.ok(!judge("POST", { host, origin: `http://${host}` }), host);
  }
});

Deno.test("readDeed() reads what the page offers, and refuses everything else with a sentence", () => {
  const people = [{ login: "ana", role: "write" }];
  const read = (form: Readonly<Record<string, unknown>>) =>
    readDeed({ actor: "ana", ...form }, { people }).change;

  assert.deepEqual(read({ add: "🎪 x", label: "typed" }), { kind: "add", label: "🎪 x" });
  assert.deepEqual(read({ remove: "bug" }), { kind: "remove", label: "bug" });
  assert.deepEqual(read({ act: "label", label: "bug" }), { kind: "add", label: "bug" });
  assert.deepEqual(read({ act: "push" }), { kind: "push" });
  assert.deepEqual(read({ state: "closed" }), { kind: "state", state: "closed" });
  assert.deepEqual(read({ hours: "3" }), { kind: "pass", hours: 3 });
  for (
    const [form, why] of [
      [{ act: "label", label: " " }, /no label is named/],
      [{ hours: "999999" }, /asks for nothing/],
      [{ state: "merged" }, /asks for nothing/],
      [{ act: "push", actor: "eve" }, /no person of this repository/],
      [{ act: "push", actor: ["ana"] }, /no person of this repository/],
    ] as const
  ) assert.throws(() => read(form), (error) => error instanceof AppError && why.test(error.message));
  assert.throws(() => readDeed({ act: "push" }, { people: [] }), /only shows what happens/);
});
