import assert from "node:assert/strict";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { spellingsOf } from "../../../src/lib/output/secret_spellings.ts";

const SECRET = "pä ss/w+d<'!>\"1";

Deno.test("a secret is found as programs write it into URLs and JSON", () => {
  const spellings = spellingsOf(SECRET);
  for (
    const text of [
      encodeURIComponent(SECRET),
      encodeURIComponent(SECRET).replace(/%../g, (digits) => digits.toLowerCase()),
      new URLSearchParams({ x: SECRET }).toString().slice(2),
      "p%C3%A4%20ss/w%2Bd%3C%27%21%3E%221",
      JSON.stringify(SECRET).slice(1, -1),
      JSON.stringify(SECRET).slice(1, -1).replaceAll("/", "\\/"),
      String.raw`p\u00e4 ss/w+d<'!>\"1`,
      String.raw`p\u00e4 ss/w+d\u003c'!\u003e\"1`,
    ]
  ) assert.ok(spellings.includes(text), text);
});

Deno.test("a secret is found in the base64 of any text around it", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 4 }),
    fc.string(),
    fc.string(),
    fc.boolean(),
    (secret, before, after, forUrls) => {
      const encoded = Buffer.from(before + secret + after).toString(forUrls ? "base64url" : "base64");
      assert.ok(spellingsOf(secret).some((spelling) => spelling.length >= 4 && encoded.includes(spelling)));
    },
  ));
});

Deno.test("at most eight bits of a secret stand beside its longest spelling in base64", () => {
  for (const secret of ["abcd", "abcde", "abcdef"]) {
    for (const before of ["", "x", "xx"]) {
      const encoded = btoa(`${before}${secret}yyy`);
      const longest = spellingsOf(secret).filter((text) => encoded.includes(text))
        .reduce((a, b) => a.length >= b.length ? a : b);
      const rest = encoded.replace(longest, "");
      const own = encoded.length - rest.length;
      assert.ok(own * 6 >= secret.length * 8 - 8, `${before}|${secret}: ${longest} of ${encoded}`);
    }
  }
});

Deno.test("the lines of a private key are spellings, in base64 of 64 and 76 columns too", () => {
  const key = ["-----BEGIN KEY-----", "A".repeat(64), "B".repeat(64), "end", "-----END KEY-----", ""].join(
    "\n",
  );
  const spellings = spellingsOf(key);
  assert.ok(spellings.includes("B".repeat(64)));
  assert.ok(!spellings.includes("end"));
  for (const columns of [64, 76]) {
    const lines = btoa(key).match(new RegExp(`.{1,${columns}}`, "g")) ?? [];
    for (const line of lines.filter(({ length }) => length >= 6)) assert.ok(spellings.includes(line), line);
  }
  assert.ok(spellings.includes(key.replaceAll("\n", "\r\n")));
});

Deno.test("spellings are well-formed and not empty", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (secret) => {
    const spellings = spellingsOf(secret);
    assert.ok(spellings.every((spelling) => spelling !== "" && spelling.isWellFormed()));
    assert.equal(spellings.length, new Set(spellings).size);
  }));
});
