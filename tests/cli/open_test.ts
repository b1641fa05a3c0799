import assert from "node:assert/strict";
import { EXIT } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

Deno.test("open prints the active address, since the program may start no browser", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  const url = (await runIn(world, ["url", "1234"])).out;

  const opened = await runIn(world, ["open", "1234"], { env: { BROWSER: "firefox" } });
  const json = await runIn(world, ["open", "1234", "--json"]);

  assert.equal(opened.code, EXIT.done);
  assert.equal(opened.out, url);
  assert.equal(opened.err, "Next: open that address in a browser\n");
  assert.deepEqual(JSON.parse(json.out), { pr: 1234, url: url.trim(), opened: false });
});

Deno.test("open fails without an active environment, and says how to start one", async () => {
  const { code, out, err } = await runIn(makeWorld(), ["open", "1234"]);

  assert.equal(code, EXIT.failed);
  assert.equal(out, "");
  assert.match(err, /it has no active environment\nhint: "showtime start 1234"/);
});
