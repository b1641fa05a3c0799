import assert from "node:assert/strict";
import { withHeader } from "../../../../src/contexts/core/events/safety/event_headers.ts";

Deno.test("a header replaces one whose name differs in its case only", () => {
  assert.deepEqual(
    withHeader({ "Content-Type": "a", "Accept": "b" }, { name: "content-type", value: " c ", at: "x" }),
    { "Accept": "b", "content-type": "c" },
  );
});

Deno.test("a header that no request may have is an error that does not show its value", () => {
  const cases = [
    ["x-key", "secret\r\nHost: evil"],
    ["x-key", "secret\n"],
    ["x-key", "secret\0"],
    ["x-key", "secret ✓"],
    ["x key", "secret"],
    ["", "secret"],
    ["x-key:", "secret"],
  ] as const;
  for (const [name, value] of cases) {
    assert.throws(() => withHeader({}, { name, value, at: "trigger.headers[0]" }), (error) => {
      const text = String(error);
      return /trigger\.headers\[0\]/.test(text) && !/secret|evil/.test(text);
    });
  }
  assert.deepEqual(withHeader({}, { name: "x-key", value: "é\tb", at: "x" }), { "x-key": "é\tb" });
});
