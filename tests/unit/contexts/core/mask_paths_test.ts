import assert from "node:assert/strict";
import { maskOperation, maskPaths } from "../../../../src/contexts/core/mask_paths.ts";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import type { Operation } from "../../../../src/contexts/core/tree/operations.ts";
import type { Path } from "../../../../src/contexts/core/tree/path.ts";
import { toValue } from "../../../../src/contexts/core/tree/value.ts";

function masked(op: "set" | "append" | "append_unique", path: Path, value: unknown): string {
  const places: readonly Path[] = [["state", "list", 0], ["state", "maps", 2, "pin"], ["state", "token"]];
  const operation: Operation = { op, path, value: toValue(value) };
  const result = maskOperation(operation, places);
  assert.ok("value" in result);
  return formatJson(result.value);
}

Deno.test("a value that is appended to a list with a redacted element is masked", () => {
  for (const op of ["append", "append_unique"] as const) {
    assert.equal(masked(op, ["state", "list"], "s"), '"***"');
    assert.equal(masked(op, ["state", "list"], ["s"]), '"***"');
    assert.equal(masked(op, ["state", "maps"], { pin: 1, open: 2 }), '{"pin": "***", "open": 2}');
    assert.equal(masked(op, ["state", "other"], "s"), '"s"');
  }
});

Deno.test("a value is masked at a place, below it and above it", () => {
  assert.equal(masked("set", ["state", "token"], "s"), '"***"');
  assert.equal(masked("set", ["state", "token", "deep"], "s"), '"***"');
  assert.equal(
    masked("set", ["state"], { token: 1, list: ["s", "t"] }),
    '{"token": "***", "list": ["***", "t"]}',
  );
  assert.equal(masked("set", ["state", "list", 1], "t"), '"t"');
  assert.equal(formatJson(maskPaths(toValue({ a: 1 }), [["a"]])), '{"a": "***"}');
});
