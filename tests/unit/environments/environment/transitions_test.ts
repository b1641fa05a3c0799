import assert from "node:assert/strict";
import { mayBecome } from "../../../../src/environments/core/environment/transitions.ts";
import { STATUS_PRECEDENCE } from "../../../../src/environments/core/labels/mod.ts";

Deno.test("mayBecome() lets an environment live its life in order", () => {
  const life = ["building", "built", "deploying", "running", "updating", "running", "stopping"] as const;
  for (const [index, status] of life.entries()) {
    assert.ok(
      mayBecome(index === 0 ? undefined : life[index - 1], status),
      `${life[index - 1]} to ${status}`,
    );
  }
});

Deno.test("mayBecome() lets everything stop, and nothing leave stopping", () => {
  for (const status of STATUS_PRECEDENCE) {
    assert.ok(mayBecome(status, "stopping"), status);
    assert.equal(mayBecome("stopping", status), status === "stopping", status);
  }
});

Deno.test("mayBecome() refuses to skip what has to be shown first", () => {
  assert.ok(!mayBecome("building", "running"));
  assert.ok(!mayBecome("built", "running"));
  assert.ok(!mayBecome("failed", "running"));
  assert.ok(!mayBecome("running", "failed"));
  assert.ok(!mayBecome("running", "built"));
});
