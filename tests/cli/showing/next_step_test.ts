/** What commands name as the next step where not all could be seen, and where nothing is to be done. */
import assert from "node:assert/strict";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels, type World } from "../../worlds/world.ts";

function running(): World {
  return makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
}

/** The last line that is said. */
function lastOf(err: string): string {
  return err.trimEnd().split("\n").at(-1) ?? "";
}

for (const argv of [["list"], ["cleanup", "--dry-run"], ["cleanup"]]) {
  Deno.test(`${argv.join(" ")} leads to doctor where the platform could not be asked`, async () => {
    const world = running();
    world.platform.hooks.before("list", () => {
      throw new AppError("aws_credentials", "Listing services: there are no AWS credentials");
    });

    const { code, out, err } = await runIn(world, argv);

    assert.equal(code, EXIT.incomplete);
    assert.doesNotMatch(out, /There was nothing to remove/);
    assert.match(lastOf(err), /^Next: "showtime doctor"/);
  });
}

Deno.test("cleanup --dry-run asks nobody to run what would do nothing", async () => {
  const { code, out, err } = await runIn(running(), ["cleanup", "--dry-run"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /nothing/);
  assert.match(lastOf(err), /^Next: "showtime list"/);
});

Deno.test("start on a dry platform leads nobody to an address where nothing runs", async () => {
  const world = makeWorld();

  const { code, err } = await runIn(world, ["start", "1234", "--dry-run-docker"], {
    run: { platformAsLabels: true },
  });

  assert.equal(code, EXIT.done, err);
  const { host } = new URL(`http://${world.platform.environments[0]?.address}`);
  assert.equal(
    lastOf(err),
    `Next: nothing runs at ${host}: without --dry-run-docker it is built and started`,
  );
});

Deno.test("status, history and stop of a closed pull request do not advise what would fail", async () => {
  for (const argv of [["status", "1234"], ["history", "1234"], ["stop", "1234", "--force"]]) {
    const { code, err } = await runIn(makeWorld({ pull: { state: "closed" } }), argv);

    assert.equal(code, EXIT.done, argv.join(" "));
    assert.match(err, /^Next: /m, argv.join(" "));
    assert.doesNotMatch(err, /Next: "showtime start/, argv.join(" "));
  }
  const { err } = await runIn(makeWorld({ pull: { state: "closed" } }), ["status", "1234"]);
  assert.match(err, /reopen it/);
});
