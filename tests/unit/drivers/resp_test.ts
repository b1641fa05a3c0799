/** The protocol of Redis: answers are read however their bytes are cut. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeCommands, type Reply, ReplyError, ReplyReader } from "../../../src/drivers/redis/resp.ts";

const encoder = new TextEncoder();

/** Writes an answer as a server does. */
function written(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${encoder.encode(reply).length}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(written).join("")}`;
}

function anyReply(): fc.Arbitrary<Reply> {
  const text = fc.string({ unit: "binary", maxLength: 30 }).filter((each) => each.isWellFormed());
  return fc.letrec<{ reply: Reply }>((tie) => ({
    reply: fc.oneof<fc.Arbitrary<Reply>[]>(
      { depthSize: "small" },
      text,
      fc.maxSafeInteger(),
      fc.constant(null),
      fc.constantFrom("", "\r\n", "🎪", "x".repeat(70_000)),
      fc.array(tie("reply"), { maxLength: 4 }),
    ),
  })).reply;
}

/** Pushes bytes in pieces of these sizes, again and again. */
function pushed(bytes: Uint8Array, sizes: readonly number[]): readonly (Reply | ReplyError)[] {
  const reader = new ReplyReader();
  const replies: (Reply | ReplyError)[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    replies.push(...reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return replies;
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 90_000 })), {
  minLength: 1,
  maxLength: 5,
});

Deno.test("any answers come out as they went in, wherever the stream is cut", () => {
  fc.assert(fc.property(fc.array(anyReply(), { maxLength: 4 }), sizes, (replies, cuts) => {
    assert.deepEqual(pushed(encoder.encode(replies.map(written).join("")), cuts), replies);
  }));
});

Deno.test("commands are lists of words with their lengths in bytes", () => {
  const bytes = encodeCommands([["GET", "🎪"], ["SELECT", 3]]);
  assert.equal(
    new TextDecoder().decode(bytes),
    "*2\r\n$3\r\nGET\r\n$4\r\n🎪\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n",
  );
});

Deno.test("an error is an answer, also inside of a list, and the next answer follows it", () => {
  const replies = pushed(encoder.encode("-WRONGTYPE no\r\n+OK\r\n*3\r\n:1\r\n-ERR inner\r\n:2\r\n:7\r\n"), [
    3,
  ]);
  assert.equal(replies.length, 4);
  assert.ok(replies[0] instanceof ReplyError && replies[0].message === "WRONGTYPE no");
  assert.equal(replies[1], "OK");
  assert.ok(replies[2] instanceof ReplyError && replies[2].message === "ERR inner");
  assert.equal(replies[3], 7);
});

Deno.test("bytes of another protocol are an error", () => {
  for (const text of ["HTTP/1.1 400\r\n", "$x\r\n", ":1.5\r\n", "*\r\n", "\r\n", "%2\r\n"]) {
    assert.throws(() => pushed(encoder.encode(text), [100]), /Protocol error/, text);
  }
});
