import assert from "node:assert/strict";
import { makePaints } from "../../../src/lib/paint.ts";

Deno.test("makePaints() puts escape codes around a text, and resumes after another paint in it", () => {
  const { bold, red, dim } = makePaints(true);

  assert.equal(red("no"), "\x1b[31mno\x1b[39m");
  assert.equal(bold("a"), "\x1b[1ma\x1b[22m");
  assert.equal(bold(red("a")), "\x1b[1m\x1b[31ma\x1b[39m\x1b[22m");
  assert.equal(red(`a${makePaints(true).green("b")}c`), "\x1b[31ma\x1b[32mb\x1b[39m\x1b[31mc\x1b[39m");
  assert.equal(bold(`a${dim("b")}c`), "\x1b[1ma\x1b[2mb\x1b[22m\x1b[1mc\x1b[22m");
});

Deno.test("makePaints() leaves text unchanged on a terminal without colours", () => {
  for (const paint of Object.values(makePaints(false))) assert.equal(paint("text"), "text");
});
