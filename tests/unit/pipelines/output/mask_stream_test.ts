import assert from "node:assert/strict";
import fc from "fast-check";
import { MaskStream } from "../../../../src/pipelines/core/output/mask_stream.ts";
import { SecretPatterns } from "../../../../src/pipelines/core/output/secret_patterns.ts";
import { gatherSecrets, maskText } from "../../../../src/pipelines/core/output/secrets_to_mask.ts";

/** Few letters, so that secrets overlap with themselves and with each other. */
const LETTERS = fc.constantFrom("a", "b", "c", "é", "😀");
const TEXTS = fc.array(fc.string({ unit: LETTERS, minLength: 1, maxLength: 6 }), { maxLength: 5 });
const CHUNKS = fc.array(fc.string({ unit: LETTERS, maxLength: 8 }), { maxLength: 12 });

Deno.test("every occurrence is masked, however the stream is cut into chunks", () => {
  fc.assert(
    fc.property(TEXTS, CHUNKS, (texts, chunks) => {
      const stream = new MaskStream(new SecretPatterns(texts));
      const written = chunks.map((chunk) => stream.push(chunk)).join("") + stream.end();
      assert.equal(written, maskSlowly(chunks.join(""), texts));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("only the shortest text that may become a secret is held back", () => {
  fc.assert(
    fc.property(TEXTS, CHUNKS, (texts, chunks) => {
      const stream = new MaskStream(new SecretPatterns(texts));
      let before = "";
      let written = "";
      for (const chunk of chunks) {
        before += chunk;
        written += stream.push(chunk);
        const certain = before.slice(0, before.length - longestBeginning(before, texts));
        // A mask is written as soon as its first character is certain.
        assert.equal(written, maskSlowly(before, texts, certain.length));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("text that only resembles a secret passes unchanged at the end", () => {
  const stream = new MaskStream(new SecretPatterns(["secret"]));
  assert.equal(stream.push("a secr"), "a ");
  assert.equal(stream.push("ex"), "secrex");
  assert.equal(stream.push(" sec"), " ");
  assert.equal(stream.end(), "sec");
});

Deno.test("values are masked in base64 at any place, in URLs and in JSON", () => {
  const secret = 'p"ä/w +1';
  const { patterns } = gatherSecrets(new Map([["KEY", secret]]));
  for (const before of ["", "x", "xy", "xyz"]) {
    const bytes = new TextEncoder().encode(`${before}${secret}-rest`);
    const masked = maskText(btoa(String.fromCharCode(...bytes)), patterns);
    assert.ok(masked.includes("***"), masked);
    assert.ok(masked.length <= 20, masked);
  }
  assert.equal(maskText(`?k=${encodeURIComponent(secret)}&x`, patterns), "?k=***&x");
  assert.equal(maskText(JSON.stringify({ secret }), patterns), '{"secret":"***"}');
});

Deno.test("a secret of several lines is masked as a whole and line by line", () => {
  const key = "-----BEGIN-----\nabcdefgh\n-----END-----\n";
  const { patterns } = gatherSecrets(new Map([["KEY", key]]));
  assert.equal(maskText(`x${key}y`, patterns), "x***y");
  assert.equal(maskText("+ -----BEGIN-----\r\n+ abcdefgh\r\n", patterns), "+ ***\r\n+ ***\r\n");
  assert.equal(maskText(key.trimEnd(), patterns), "***");
});

Deno.test("a value of fewer than 4 characters is named and not masked, an empty one is no secret", () => {
  const secrets = new Map([["Z", "abc"], ["EMPTY", ""], ["A", "x"], ["LONG", "abcd"]]);
  const { patterns, tooShort } = gatherSecrets(secrets);
  assert.deepEqual(tooShort, ["A", "Z"]);
  assert.equal(maskText("abc x abcd", patterns), "abc x ***");
});

/** Masks by looking at every place, as far as `end`: a mask belongs to the index of its first character. */
function maskSlowly(text: string, secrets: readonly string[], end = text.length): string {
  const covered = new Array<boolean>(text.length).fill(false);
  // A place between two characters that one secret covers joins them to one mask.
  const joined = new Array<boolean>(text.length).fill(false);
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
      covered.fill(true, at, at + secret.length);
      joined.fill(true, at + 1, at + secret.length);
    }
  }
  let written = "";
  for (let index = 0; index < end; index++) {
    if (!covered[index]) written += text[index];
    else if (!joined[index]) written += "***";
  }
  return written;
}

/** The length of the longest end of the text that is the beginning of a secret and not yet a whole one. */
function longestBeginning(text: string, secrets: readonly string[]): number {
  let longest = 0;
  for (const secret of secrets) {
    for (let length = 1; length <= secret.length; length++) {
      if (text.endsWith(secret.slice(0, length))) longest = Math.max(longest, length);
    }
  }
  return longest;
}
