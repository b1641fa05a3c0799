import assert from "node:assert/strict";
import { listEnvironments } from "../../../src/environments/app/show/list_environments.ts";
import { makeStyle, renderEnvironmentTable } from "../../../src/cli/render/mod.ts";
import { A, environment, makeWorld, never, NOON, runningLabels } from "../../worlds/world.ts";

const SOMEBODY = "somebody-with-a-long-login";
const ADDRESS = "203.0.113.117:32768";

async function table(wide: boolean): Promise<string> {
  const labels = runningLabels(A).map((name) =>
    name.replace("10.0.0.1:8080", ADDRESS).replace("maxime", SOMEBODY)
  );
  const world = makeWorld({ pull: { labels }, platform: [environment(A, { address: ADDRESS })] });
  const { environments } = await listEnvironments(world.context(), never());
  const style = makeStyle({ color: false, links: false, tty: true, ask: false, columns: 60 });
  return renderEnvironmentTable(environments, { style, now: NOON, wide }).join("\n");
}

Deno.test("renderEnvironmentTable() never cuts an address; who asked is cut first", async () => {
  const text = await table(false);

  assert.match(text, /203\.0\.113\.117:32768/);
  assert.match(text, /someb…/);
});

Deno.test("renderEnvironmentTable() cuts nothing of a wide table", async () => {
  const text = await table(true);

  assert.doesNotMatch(text, /…/);
  assert.ok(text.includes(SOMEBODY) && text.includes("apache/superset:pr-1234-aaaaaaa-ci"));
});
