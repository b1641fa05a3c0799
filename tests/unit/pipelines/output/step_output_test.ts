import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretPatterns } from "../../../../src/pipelines/core/output/secret_patterns.ts";
import { maskText } from "../../../../src/pipelines/core/output/secrets_to_mask.ts";
import { StepOutput } from "../../../../src/pipelines/core/output/step_output.ts";

const NO_SECRETS = new SecretPatterns([]);

Deno.test("bytes become the same lines however they are cut, with U+FFFD for what is not UTF-8", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), (chunks) => {
    const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
    const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const lines = whole.split("\n").map((line, index, { length }) =>
      index < length - 1 ? line.replace(/\r$/, "") : line
    );
    if (lines.at(-1) === "") lines.pop();
    assert.deepEqual(linesOf(chunks), lines);
  }));
});

Deno.test("bytes are used up during the call", () => {
  const lines: string[] = [];
  const output = new StepOutput(NO_SECRETS, (more) => lines.push(...more));
  const bytes = new TextEncoder().encode("é");
  const reused = new Uint8Array(1);
  for (const byte of bytes) {
    reused[0] = byte;
    output.push(reused, "stdout");
    reused[0] = 0;
  }
  output.end();
  assert.deepEqual(lines, ["é"]);
});

Deno.test("all lines of one chunk come in one call, and each stream has lines of its own", () => {
  const calls: unknown[] = [];
  const output = new StepOutput(new SecretPatterns(["hush"]), (lines, stream) => calls.push([stream, lines]));
  const encoder = new TextEncoder();
  output.push(encoder.encode("a\nb\nhu"), "stdout");
  output.push(encoder.encode("sh\nc"), "stderr");
  output.push(encoder.encode("sh\n"), "stdout");
  output.end();
  assert.deepEqual(calls, [["stdout", ["a", "b"]], ["stderr", ["sh"]], ["stdout", ["***"]], ["stderr", [
    "c",
  ]]]);
});

Deno.test("a secret with escape sequences in it is masked, since views remove them", () => {
  const secret = "s3cretvalue";
  const patterns = new SecretPatterns([secret]);
  const coloured = (mark: string) => `a: s3c${mark}retvalue \x1b[1mend\x1b[m`;
  for (const mark of ["\x1b[01;31m\x1b[K", "\x1b]8;;http://x\x1b\\", "\0", "\b", "\u200b", "\u202e"]) {
    const lines: string[] = [];
    const output = new StepOutput(patterns, (more) => lines.push(...more));
    for (const byte of new TextEncoder().encode(coloured(mark))) output.push(Uint8Array.of(byte), "stdout");
    output.end();
    assert.deepEqual([lines, output.log()], [["a: *** end"], ["a: *** end"]]);
    assert.equal(maskText(coloured(mark), patterns), "a: *** end");
  }
  // Other lines keep their colours.
  assert.equal(maskText("\x1b[1mbold\x1b[m", patterns), "\x1b[1mbold\x1b[m");
});

Deno.test("the log has the last 50 lines of both streams", () => {
  const output = new StepOutput(NO_SECRETS, () => {});
  assert.deepEqual(output.log(), []);
  const encoder = new TextEncoder();
  output.push(encoder.encode(Array.from({ length: 1000 }, (_, index) => `${index}\n`).join("")), "stdout");
  output.push(encoder.encode("\nlast"), "stderr");
  output.end();
  const expected = [...Array.from({ length: 48 }, (_, index) => `${952 + index}`), "", "last"];
  assert.deepEqual(output.log(), expected);
});

Deno.test("the log has the beginning of a very long line, and the line itself is passed on whole", () => {
  const passed: string[] = [];
  const output = new StepOutput(NO_SECRETS, (lines) => passed.push(...lines));
  output.push(new TextEncoder().encode(`short\n${"x".repeat(5_000)}\n`), "stdout");
  output.end();
  assert.deepEqual(output.log(), ["short", `${"x".repeat(1_000)}… 4000 more characters`]);
  assert.equal(passed[1]?.length, 5_000);
});

function linesOf(chunks: readonly Uint8Array[]): readonly string[] {
  const all: string[] = [];
  const output = new StepOutput(NO_SECRETS, (lines) => all.push(...lines));
  for (const chunk of chunks) output.push(chunk, "stdout");
  output.end();
  return all;
}
