/** A play on a real pull request: where it is refused, and what it leaves. GitHub and the platform are in memory. */
import assert from "node:assert/strict";
import { playLifecycle } from "../../src/environments/app/lifecycle_demo.ts";
import { DRY_RUN_ADDRESS } from "../../src/environments/core/labels/mod.ts";
import { AppError } from "../../src/lib/errors.ts";
import { makeRealStage } from "../../src/wiring/demo/real_stage.ts";
import {
  A,
  environment,
  makeWorld,
  PR,
  type RunChange,
  runningLabels,
  type World,
  type WorldOptions,
} from "../worlds/world.ts";

/** Plays with `signal` on the world's pull request, ends the stage, and returns the error and the lines. */
async function play(
  world: World,
  { signal = new AbortController().signal, wire }: {
    readonly signal?: AbortSignal;
    readonly wire?: NonNullable<RunChange["wire"]>;
  } = {},
): Promise<{ readonly error: unknown; readonly lines: readonly string[] }> {
  const context = world.context({ platformAsLabels: true, ...(wire === undefined ? {} : { wire }) });
  // The play has no pauses; time stands still otherwise.
  const sleep: typeof context.clock.sleep = (ms, until) =>
    ms === 0 ? Promise.resolve() : context.clock.sleep(ms, until);
  // The platform is taken to be as the labels say, so its addresses are those of dry runs.
  const deploy: typeof context.platform.deploy = async (...spec) => ({
    ...await context.platform.deploy(...spec),
    address: DRY_RUN_ADDRESS,
  });
  const platform = Object.assign(Object.create(context.platform), { deploy });
  const ports = { ...context, platform, clock: { now: () => context.clock.now(), sleep } };
  const stage = makeRealStage(ports, PR);
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  const error = await playLifecycle(ports, stage, { pauseMs: 0, tell }, signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await stage.end();
  return { error, lines };
}

Deno.test("a play is refused where it would remove something, and writes nothing there", async () => {
  const cases: readonly (readonly [WorldOptions, string, RegExp])[] = [
    [
      { pull: { labels: runningLabels(A) } },
      "environment_exists",
      /has an environment, which the play would remove/,
    ],
    [{ pull: { labels: ["🎪 aaaaaaa 🚦 failed"] } }, "environment_exists", /has an environment/],
    [{ pull: { labels: ["🎪 ⌛ 7d"] } }, "labels_exist", /would remove: "🎪 ⌛ 7d"/],
    [{ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } }, "labels_exist", /showtime-trigger-start/],
    [{ pull: { state: "closed" } }, "pull_closed", /it is closed/],
  ];
  for (const [options, code, message] of cases) {
    const world = makeWorld(options);
    const before = world.labels();

    const { error } = await play(world);

    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], [code, 3]);
    assert.match(error.message, message);
    assert.deepEqual(world.labels(), before);
    assert.deepEqual(world.simulator.requests().filter(({ write }) => write), []);
  }
});

Deno.test("a play is refused where the platform has an environment that no label names", async () => {
  const world = makeWorld({ platform: [environment(A)] });
  const ports = world.context();

  await assert.rejects(makeRealStage(ports, PR).assertFree(new AbortController().signal), {
    code: "environment_exists",
    exitCode: 3,
  });
});

Deno.test("a play ends with the labels of others as they were, and draws none of them as new", async () => {
  const world = makeWorld({ pull: { labels: ["bug", "ui"] } });

  const { error, lines } = await play(world);

  assert.equal(error, undefined);
  assert.deepEqual(world.labels(), ["bug", "ui"]);
  assert.ok(lines.includes("     bug") && lines.includes("     ui"), lines.join("\n"));
  assert.deepEqual(lines.filter((line) => /^ {3}[-+] (?:bug|ui)$/.test(line)), []);
  assert.ok(lines.some((line) => /^ {3}\+ 🎪 .* running$/.test(line)));
});

Deno.test("a play that is interrupted or fails takes its own trigger off, and no other label", async () => {
  for (const cause of ["interruption", "failure"]) {
    const world = makeWorld({ pull: { labels: ["bug"] } });
    const controller = new AbortController();
    let set: readonly string[] = [];
    const { error } = await play(world, {
      signal: controller.signal,
      // The lock is taken after the trigger is set.
      async wire(request, send) {
        const isLock = request.method === "POST" && /lock pr-/.test(await request.clone().text()) &&
          request.url.endsWith("/labels");
        if (!isLock) return await send(request);
        set = world.labels();
        if (cause === "failure") return Response.json({ message: "Not accessible" }, { status: 403 });
        controller.abort(new Error("interrupted"));
        throw controller.signal.reason;
      },
    });

    assert.ok(error instanceof Error, cause);
    assert.deepEqual(set, ["bug", "🎪 ⚡ showtime-trigger-start"], cause);
    assert.deepEqual(world.labels(), ["bug"], cause);
  }
});
