import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import { readZip, writeZip } from "../../../src/drivers/superset/mod.ts";

const MB = 1024 * 1024;

/** Makes a ZIP of texts. */
function zipOf(members: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(members).map(([name, text]) => [name, strToU8(text)])));
}

/** Writes another size into the only member's entries, as a ZIP has it that lies about what it holds. */
function claiming(size: number, zip: Uint8Array): Uint8Array {
  const bytes = zip.slice();
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50, "the end of the directory");
  const directory = view.getUint32(end + 16, true);
  view.setUint32(22, size, true);
  view.setUint32(directory + 24, size, true);
  return bytes;
}

/** A text that no packing makes small. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = state * 48271 % 2147483647;
    return String.fromCharCode(33 + state % 90);
  }).join("");
}

function assertRefused(zip: Uint8Array, message: RegExp): void {
  assert.throws(() => readZip(zip, "charts of qa"), { code: "superset_zip_refused", message });
}

const OUTSIDE = [
  "../a.yaml",
  "export/../../a.yaml",
  "export/charts/..",
  "..\\a.yaml",
  "export\\..\\..\\a.yaml",
  "/etc/a.yaml",
  "C:\\a.yaml",
  "c:/a.yaml",
];

for (const name of OUTSIDE) {
  Deno.test(`a ZIP with the member ${name} is refused as a whole`, () => {
    assertRefused(zipOf({ "export/metadata.yaml": "a: 1\n", [name]: "b: 2\n" }), /leads out of the folder/);
  });
}

const UNIX = 3;
const [LINK, FILE] = [0o120777, 0o100644];

/** Makes a ZIP whose last member has a mode, with a comment at the end, which the directory's end stands before. */
function withMode(mode: number, name: string): Uint8Array {
  const members = { "export/metadata.yaml": strToU8("a: 1\n"), "export/charts/a.yaml": strToU8("b: 2\n") };
  const zip = zipSync({ ...members, [name]: [strToU8("../../etc/passwd"), { os: UNIX, attrs: mode << 16 }] });
  const bytes = new Uint8Array([...zip, ...strToU8("by hand")]);
  new DataView(bytes.buffer).setUint16(zip.length - 2, "by hand".length, true);
  return bytes;
}

Deno.test("a ZIP with a symbolic link is refused as a whole, and one with a mode of Unix is read", () => {
  assertRefused(withMode(LINK, "export/charts/link.yaml"), /"export\/charts\/link\.yaml" is a symbolic link/);
  const files = readZip(withMode(FILE, "export/charts/file.yaml"), "x");
  assert.deepEqual([...files.keys()], ["metadata.yaml", "charts/a.yaml", "charts/file.yaml"]);
});

Deno.test("names with dots that lead nowhere are read", () => {
  const files = readZip(zipOf({ "export/charts/a..b.yaml": "a", "export/...yaml": "b" }), "x");
  assert.deepEqual([...files], [["charts/a..b.yaml", "a"], ["...yaml", "b"]]);
});

Deno.test("a member of 100 MB is read, and a larger one is refused before it is unpacked", () => {
  // Stored, so that no ratio is in the way; the size is what the directory says.
  const stored = zipSync({ "export/a.yaml": [strToU8(noise(MB)), { level: 0 }] });
  assert.equal(readZip(claiming(MB, stored), "x").get("a.yaml")?.length, MB);
  assertRefused(claiming(100 * MB + 1, stored), /"export\/a\.yaml" is larger than 100 MB/);
  assert.doesNotThrow(() => readZip(claiming(100 * MB, stored), "x"));
});

Deno.test("a member that is packed more than 200 to 1 is refused, and one below is read", () => {
  const wide = "a".repeat(MB);
  assertRefused(zipOf({ "export/b.yaml": "b: 1\n", "export/a.yaml": wide }), /"export\/a\.yaml" is packed/);
  const fair = `${noise(8_000)}${"a".repeat(MB)}`;
  assert.equal(readZip(zipOf({ "export/a.yaml": fair }), "x").get("a.yaml"), fair);
  // 10 bytes that claim to be 2,000 are the most that passes.
  const small = zipSync({ "export/a.yaml": [strToU8("0123456789"), { level: 0 }] });
  assertRefused(claiming(2_001, small), /packed more than 200 to 1/);
  assert.doesNotThrow(() => readZip(claiming(2_000, small), "x"));
});

Deno.test("what is no ZIP, and a ZIP that was cut, are damaged, and may be asked for again", () => {
  const whole = zipOf({ "export/a.yaml": noise(4_000), "export/b.yaml": noise(4_000) });
  for (const bytes of [strToU8("<!doctype html>"), new Uint8Array(), whole.subarray(0, whole.length / 2)]) {
    assert.throws(() => readZip(bytes, "charts of qa"), {
      code: "superset_zip_refused",
      message: /charts of qa: it is damaged/,
      retryable: true,
    });
  }
});

Deno.test("what is written is read again, and stays within the limit however it repeats itself", () => {
  const files = [["metadata.yaml", "a: 1\n"], ["charts/ä.yaml", "港: x\n"], [
    "b.yaml",
    "b".repeat(MB),
  ]] as const;
  assert.deepEqual([...readZip(writeZip("export", files), "x")], files.map((each) => [...each]));
});
