import assert from "node:assert/strict";
import { makeSpool } from "../../src/drivers/system/mod.ts";

/** Runs a test with a temporary folder of its own, which must be empty at its end. */
async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  try {
    work(folder);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.chmod(folder, 0o700);
    await Deno.remove(folder, { recursive: true });
  }
}

function takeAll(output: ReturnType<ReturnType<typeof makeSpool>["open"]>): readonly string[] {
  const lines: string[] = [];
  output.take((some) => lines.push(...some));
  return lines;
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at} ünïcödé 端`);

for (const count of [0, 1, 3, 60, 500, 20_000]) {
  Deno.test(`${count} lines that fit come back as they are, from memory or from a file`, () =>
    inFolder(() => {
      const spool = makeSpool({ kept: 1_000_000, held: 1_000 });
      const output = spool.open();
      const lines = numbered(count);
      for (let at = 0; at < count; at += 7) output.add(lines.slice(at, at + 7));
      assert.deepEqual(takeAll(output), lines);
    }));
}

for (const kept of [97, 1_000, 3_500]) {
  for (const count of [300, 301, 1_999]) {
    Deno.test(`of ${count} lines the first and last ${kept} bytes come back, in whole lines`, () =>
      inFolder(() => {
        const output = makeSpool({ kept, held: 50 }).open();
        const lines = numbered(count);
        for (let at = 0; at < count; at += 3) output.add(lines.slice(at, at + 3));
        const taken = takeAll(output);

        const gap = taken.findIndex((line) => line.startsWith("… "));
        const [head, tail] = [taken.slice(0, gap), taken.slice(gap + 1)];
        assert.deepEqual(head, lines.slice(0, head.length));
        assert.deepEqual(tail, lines.slice(-tail.length));
        const size = (some: readonly string[]) =>
          new TextEncoder().encode(some.map((line) => `${line}\n`).join("")).length;
        // Each part is as full as whole lines allow.
        for (const part of [head, tail]) {
          assert.ok(size(part) <= kept && size(part) > kept - 40, String(size(part)));
        }
        assert.equal(taken[gap], `… ${size(lines) - size(head) - size(tail)} bytes left out …`);
      }));
  }
}

Deno.test("one line longer than everything that is kept loses its middle", () =>
  inFolder(() => {
    const output = makeSpool({ kept: 1_000, held: 50 }).open();
    output.add([`${"a".repeat(5_000)}${"z".repeat(5_000)}`]);
    const [head, gap, tail] = takeAll(output);
    assert.equal(head, "a".repeat(1_000));
    assert.equal(gap, "… 8001 bytes left out …");
    assert.equal(tail, "z".repeat(999));
  }));

Deno.test("output that is written to a file is not held in memory", () =>
  inFolder(() => {
    const output = makeSpool({ kept: 20_000_000, held: 1_000 }).open();
    const line = "x".repeat(100_000);
    for (let at = 0; at < 100; at++) output.add([line]);
    let largest = 0;
    let count = 0;
    output.take((lines) => {
      largest = Math.max(largest, lines.reduce((sum, each) => sum + each.length, 0));
      count += lines.length;
    });
    assert.equal(count, 100);
    assert.ok(largest < 1_000_000, `${largest} characters at once`);
  }));

Deno.test("a temporary folder that cannot be written leaves output out, says so, and throws nothing", () =>
  inFolder((folder) => {
    Deno.env.set("TMPDIR", `${folder}/missing`);
    const output = makeSpool({ kept: 1_000, held: 10 }).open();
    output.add(numbered(10));
    output.add(numbered(10));
    assert.deepEqual(takeAll(output), [
      "… some output is missing here: the temporary folder is full or cannot be used …",
    ]);
  }));

Deno.test("close() gives up outputs that were not taken", () =>
  inFolder(() => {
    const spool = makeSpool({ kept: 1_000, held: 10 });
    const output = spool.open();
    output.add(numbered(10));
    spool.close();
    assert.deepEqual(takeAll(output), []);
  }));
