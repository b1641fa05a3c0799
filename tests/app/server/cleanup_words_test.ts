import assert from "node:assert/strict";
import { parseSleepHours } from "../../../src/environments/core/sleep/mod.ts";
import type { EnvironmentPorts } from "../../../src/pipelines/app/server/environments/environment_ports.ts";
import { runCleanup } from "../../../src/pipelines/app/server/environments/run_cleanup.ts";
import { A, environment, HOUR, makeWorld, never, type RunChange, runningLabels } from "../../worlds/world.ts";

const SERVICE = "pr-1234-aaaaaaa-service";

/** What a server says of a cleanup some hours after an environment came up. */
async function saidAfter(hours: number, settings: NonNullable<RunChange["settings"]>): Promise<string> {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  world.clock.advance(hours * HOUR);
  world.platform.traffic.set(SERVICE, world.clock.now() - HOUR);
  const said: string[] = [];
  const ports = {
    say: (line: string) => void said.push(line),
    withRun: (_: unknown, work: (run: unknown) => Promise<unknown>) => work(world.context({ settings })),
  } as unknown as EnvironmentPorts;
  await runCleanup(ports, "apache/superset", never());
  return said.join("\n");
}

Deno.test("a server says of its cleanup what it removed, extended, warned of, and put to sleep", async () => {
  const begin = "apache/superset: cleanup:";
  assert.equal(await saidAfter(48, {}), `${begin} removed aaaaaaa of #1234`);
  assert.match(await saidAfter(48, { ttlFrom: "traffic" }), /^\S+ cleanup: extended aaaaaaa of #1234 until /);
  assert.match(await saidAfter(46, { warnMs: 4 * HOUR }), /^\S+ cleanup: warned of aaaaaaa of #1234/);
  const sleep = { hours: parseSleepHours("20:00-07:00 UTC"), afterMs: undefined };
  assert.match(await saidAfter(6, { sleep }), /^\S+ cleanup: put aaaaaaa of #1234 to sleep: /);
});
