import assert from "node:assert/strict";
import { newestOf } from "../../../src/drivers/ecs/sdk/metrics.ts";

const MINUTE = 60_000;
const UNTIL = Date.UTC(2026, 0, 15, 12);
const TARGETS = ["a", "b"].map((name) => ({ targetGroup: `targetgroup/${name}/0`, loadBalancer: "app/x/0" }));

function read(results: Parameters<typeof newestOf>[0]) {
  return newestOf(results, { targets: TARGETS, periodMs: MINUTE, until: UNTIL })
    .map((at) => typeof at === "number" ? (UNTIL - at) / MINUTE : at);
}

const point = (minutesAgo: number) => ({
  Timestamps: [new Date(UNTIL - minutesAgo * MINUTE)],
  Values: [2],
});

Deno.test("newestOf() reads the newest request over all pages of an answer", () => {
  assert.deepEqual(
    read([
      { Id: "t0", StatusCode: "PartialData", ...point(30) },
      { Id: "t1", StatusCode: "PartialData" },
      { Id: "t0", StatusCode: "Complete", ...point(50) },
      { Id: "t1", StatusCode: "Complete" },
    ]),
    [29, "none"],
  );
});

Deno.test("newestOf() does not take an answer that is not complete for no request", () => {
  for (const StatusCode of ["InternalError", "Forbidden", "PartialData"] as const) {
    const complete = { Id: "t0", StatusCode: "Complete" } as const;
    assert.throws(() => read([complete, { Id: "t1", StatusCode }]), { code: "aws_failed", exitCode: 5 });
    assert.deepEqual(
      read([complete, { Id: "t1", StatusCode, ...point(9) }]),
      ["none", 8],
      "a request is one",
    );
  }
  assert.throws(
    () => read([{ Id: "t0", StatusCode: "Complete" }]),
    /no complete answer about targetgroup\/b\/0/,
  );
});
