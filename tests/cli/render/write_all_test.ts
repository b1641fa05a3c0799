/** Writing to the streams of the process: pipes that are full, closed or broken. */

import assert from "node:assert/strict";
import { writeAll } from "../../../src/drivers/terminal/mod.ts";

Deno.test("a pipe that is full and does not block is waited for, and gets the whole text", () => {
  const written: number[] = [];
  const pauses: number[] = [];
  const stream = {
    writeSync(bytes: Uint8Array) {
      // Only a pause makes room.
      if (written.length > pauses.length) throw new Deno.errors.WouldBlock("full");
      written.push(...bytes.subarray(0, 1));
      return 1;
    },
  };

  assert.equal(writeAll(stream, "héllo", { pause: (ms) => pauses.push(ms) }), true);
  assert.equal(new TextDecoder().decode(Uint8Array.from(written)), "héllo");
  assert.equal(pauses.length, written.length - 1);
});

Deno.test("a stream without a reader is said to have none, and any other failure is thrown", () => {
  const failing = (error: Error) => ({
    writeSync(): number {
      throw error;
    },
  });
  for (const error of [new Deno.errors.BrokenPipe(), new Deno.errors.BadResource()]) {
    assert.equal(writeAll(failing(error), "x"), false);
  }
  assert.throws(() => writeAll(failing(new Error("No space left on device")), "x"), /No space left/);
});
