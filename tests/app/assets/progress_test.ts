/** How far each stage is, as the bar shows it. */

import assert from "node:assert/strict";
import { FILES, play } from "./command_world.ts";

interface Step {
  readonly count: number;
  readonly total: number | undefined;
  readonly bytes: number;
}

/** The files whose paths begin so. */
function below(...folders: readonly string[]) {
  return new Map([...FILES].filter(([path]) => folders.some((folder) => path.startsWith(folder))));
}

Deno.test("every stage of export, push and prune counts the assets, and the bytes that it moves", async () => {
  const stages = new Map<string, Step[]>();
  const progress = (stage: string, step: Step) => stages.set(stage, [...stages.get(stage) ?? [], step]);
  const [pushed, dropped] = [below("datasets", "charts", "dashboards").size, below("charts", "dash").size];
  await play({ progress, files: below("databases") }, async (world) => {
    await world.writeFolder(FILES);
    await world.json("push qa --yes");
    await world.json("export qa {dir} --force");
    await world.writeFolder(below("databases", "datasets"));
    await world.json("prune qa --yes");
  });

  const totals = { Pushing: pushed, Verifying: pushed, Exporting: pushed, Deleting: dropped };
  for (const [stage, total] of Object.entries(totals)) {
    const steps = stages.get(stage) ?? [];
    const last = steps.findIndex(({ count }) => count === total);
    assert.ok(last >= 0, `${stage} ${JSON.stringify(steps)}`);
    const seen = steps.slice(0, last + 1);
    assert.deepEqual(new Set(seen.map((step) => step.total)), new Set([total]), stage);
    for (const [index, { count, bytes }] of seen.entries()) {
      const before = seen[index - 1];
      assert.ok(count >= (before?.count ?? 0) && bytes >= (before?.bytes ?? 0), stage);
    }
    assert.ok((seen.at(-1)?.bytes ?? 0) > 100, `${stage} ${JSON.stringify(seen)}`);
  }
});
