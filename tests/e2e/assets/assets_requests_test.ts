import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { type FiguresStage, FIVE_HUNDRED, startFiguresStage } from "../../worlds/superset/figures_stage.ts";
import { isWrite } from "../../worlds/superset/proxy.ts";

const superset = await part("superset");

interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly requests: number;
}

superset.test("500 assets cost at most 16 requests to export, 75 to push and verify, 30 to find in step", async () => {
  const stage = await startFiguresStage(FIVE_HUNDRED);
  try {
    const exported = await counted(stage, ["assets", "export", "qa", "--json"]);
    assert.deepEqual(exported.summary, { create: 503, done: 503 });
    assert.equal(exported.writes, 0);
    assert.ok(exported.requests <= 16, `export: ${exported.requests} requests`);

    await stage.empty();
    const pushed = await counted(stage, ["assets", "push", "qa", "--yes", "--json"]);
    assert.deepEqual(pushed.summary, { create: 500, done: 500 });
    assert.equal(pushed.writes, 12);
    assert.ok(pushed.requests <= 75, `push: ${pushed.requests} requests`);

    const again = await counted(stage, ["assets", "push", "qa", "--yes", "--json"]);
    assert.deepEqual(again.summary, { unchanged: 500 });
    assert.equal(again.writes, 0);
    assert.ok(again.requests <= 30, `push with nothing to do: ${again.requests} requests`);
  } finally {
    await stage.stop();
  }
});

async function counted({ run, proxy }: FiguresStage, args: readonly string[]) {
  proxy.clear();
  const { code, out, err } = await run(args);
  assert.equal(code, 0, err);
  const report = JSON.parse(out) as Report;
  assert.ok(proxy.log.every(({ status }) => status === 200), JSON.stringify(proxy.log));
  // The program's own count is the one at the server, the login included.
  if ("requests" in report) assert.equal(report.requests, proxy.log.length);
  return { ...report, requests: proxy.log.length, writes: proxy.log.filter(isWrite).length };
}
