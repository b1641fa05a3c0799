import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../../src/lib/output/line_splitter.ts";

const PIECE = 64 * 1024;

Deno.test("lines are the same however the text is cut into chunks", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n") })), (chunks) => {
    const text = chunks.join("");
    const expected = text.split("\n").map((line, index, { length }) =>
      index < length - 1 ? line.replace(/\r$/, "") : line
    );
    if (expected.at(-1) === "") expected.pop();
    assert.deepEqual(split(chunks), expected);
  }));
});

Deno.test("an endless line comes in pieces of 64 KB, and the last one at the end", () => {
  const pieces = split(Array.from({ length: 3 }, () => "x".repeat(PIECE - 1)));
  assert.deepEqual(pieces.map(({ length }) => length), [PIECE, PIECE, PIECE - 3]);
});

Deno.test("a piece of a long line never ends within a character", () => {
  const pieces = split([`a${"😀".repeat(PIECE)}`, "\n"]);
  assert.ok(pieces.length > 2);
  assert.ok(pieces.every((piece) => piece.isWellFormed() && piece.length <= PIECE));
  assert.equal(pieces.join(""), `a${"😀".repeat(PIECE)}`);
});

function split(chunks: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}
