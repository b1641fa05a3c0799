import assert from "node:assert/strict";
import { exitCodeOf } from "../../../src/pipelines/core/exit_code.ts";

Deno.test("each format has exit codes of its own", () => {
  const statuses = ["passed", "skipped", "failed", "timed_out", "cancelled"] as const;
  assert.deepEqual(statuses.map((status) => exitCodeOf("version-1", status)), [0, 0, 1, 124, 130]);
  assert.deepEqual(statuses.map((status) => exitCodeOf("bare", status)), [0, 0, 3, 2, 130]);
});
