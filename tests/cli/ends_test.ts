/** How commands end: by themselves, told to, and with nothing more to do. Commands that serve are told to. */
import assert from "node:assert/strict";
import { Interrupted } from "../../src/cli/interrupted.ts";
import { AppError, EXIT } from "../../src/lib/errors.ts";
import { makeRealStage } from "../../src/wiring/demo/real_stage.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, PR, runningLabels, type World } from "../worlds/world.ts";

function running(): World {
  return makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
}

for (const [by, expected] of [["SIGINT", EXIT.interrupted], ["SIGTERM", EXIT.terminated]] as const) {
  Deno.test(`simulate that is ended by ${by} says nothing of it, and exits ${expected}`, async () => {
    const end = new AbortController();
    const finished = Promise.resolve().then(() => end.abort(new Interrupted(by)));

    const { code, err } = await runIn(makeWorld(), ["simulate", "--port", "0", "--quiet"], {
      signal: end.signal,
      wiring: {
        simulator: () =>
          Promise.resolve({
            address: "http://127.0.0.1:4711",
            page: "http://127.0.0.1:4711/acme/shop/pull/1",
            repository: "acme/shop",
            about: undefined,
            finished,
          }),
      },
    });

    assert.equal(code, expected);
    assert.equal(err, "");
  });
}

Deno.test("simulate prints its address and that of its page when it is ready, and serves until it is told to end", async () => {
  const address = "http://127.0.0.1:4711";
  const page = `${address}/acme/shop/pull/7`;
  const asked: unknown[] = [];
  const simulate = (...flags: readonly string[]) =>
    runIn(makeWorld(), ["simulate", "--port", "0", ...flags], {
      wiring: {
        simulator: ({ play, seed, here }) => {
          asked.push({ play, seed, here });
          const about = play ? "Environments are real." : undefined;
          return Promise.resolve({
            address,
            page,
            repository: "acme/shop",
            about,
            finished: Promise.resolve(),
          });
        },
      },
    });

  const plain = await simulate();
  const play = await simulate("--play", "--seed", "world.json");
  const json = await simulate("--json");
  const refused = await simulate("--play", "--here");

  assert.equal(plain.code, EXIT.done);
  const lines = `Showtime's GitHub simulator is listening on ${address}\nOpen ${page} in a browser\n`;
  assert.equal(plain.out, lines);
  assert.match(
    plain.err,
    /^Next: export GITHUB_REPOSITORY=acme\/shop GITHUB_API_URL=http:\/\/127\.0\.0\.1:4711 /,
  );
  assert.equal(play.out, lines);
  assert.equal(
    play.err,
    'Environments are real.\nNext: press "Start" on that page; Ctrl-C removes everything\n',
  );
  assert.deepEqual(JSON.parse(json.out), {
    address,
    graphql: `${address}/graphql`,
    repository: "acme/shop",
    page,
  });
  assert.deepEqual([refused.code, /--play builds the demo's application/.test(refused.err)], [
    EXIT.usage,
    true,
  ]);
  assert.deepEqual(asked, [
    { play: false, seed: undefined, here: false },
    { play: true, seed: "world.json", here: false },
    { play: false, seed: undefined, here: false },
  ]);
});

Deno.test("test-lifecycle --browser plays nothing, prints the page and waits; an interruption clears up", async () => {
  const page = "http://127.0.0.1:4711/showtime/demo-1/pull/1234";
  const interrupt = new AbortController();
  const world = makeWorld();
  let ended = 0;
  const { code, out, err } = await runIn(world, ["test-lifecycle", "--browser"], {
    signal: interrupt.signal,
    wiring: {
      stage: ({ forPeople }) => {
        assert.equal(forPeople, true);
        queueMicrotask(() => interrupt.abort(new Interrupted("SIGINT")));
        const ports = world.context();
        const stage = { ...makeRealStage(ports, PR), setting: ["Environments are real."] };
        return Promise.resolve({ stage, ports, page, end: () => Promise.resolve(void ended++) });
      },
    },
  });

  assert.deepEqual([code, ended], [EXIT.interrupted, 1]);
  assert.equal(out, `Open ${page} in a browser\n`);
  assert.equal(err, 'Environments are real.\nNext: press "Start" on that page; Ctrl-C removes everything\n');
  assert.deepEqual(world.simulator.state().pulls[0]?.labels, []);
  const real = await runIn(makeWorld(), ["test-lifecycle", "1234", "--browser", "--real-github"]);
  assert.deepEqual([real.code, /--browser plays on the simulator/.test(real.err)], [EXIT.usage, true]);
});

Deno.test("logs --follow says so where the environment ends, and not without --follow", async () => {
  const world = running();
  const context = world.context();
  async function* logs() {
    yield "ready";
    await Promise.resolve();
  }
  const list: typeof context.platform.list = (...args) => context.platform.list(...args);
  const wiring = {
    makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
      Promise.resolve({
        context: { ...context, platform: { kind: "docker", list, logs } as never, terminal },
        loaded: {} as never,
      }),
  };

  const followed = await runIn(world, ["logs", "1234", "--follow"], { wiring });
  const read = await runIn(world, ["logs", "1234"], { wiring });

  assert.match(
    followed.err,
    /^The log has ended: nothing writes to it any more\nNext: "showtime status 1234"/,
  );
  assert.doesNotMatch(read.err, /ended/);
});

Deno.test("extend --dry-run with nothing to do asks nobody to run what would do nothing", async () => {
  const idle = await runIn(running(), ["extend", "1234", "1h", "--dry-run"]);
  const busy = await runIn(running(), ["extend", "1234", "7d", "--dry-run"]);

  assert.match(idle.err, /^Next: "showtime status 1234" shows the time left$/m);
  assert.match(busy.err, /^Next: run it again without --dry-run$/m);
});

Deno.test("sync after the last attempt leads to the commit that failed", async () => {
  const world = makeWorld({ pull: { pusher: "maxime" } });
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building the image: it broke");
  });
  await runIn(world, ["start", "1234"]);
  await runIn(world, ["sync", "1234"]);

  const { code, out, err } = await runIn(world, ["sync", "1234"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /nothing to do, because every automatic attempt has failed/);
  assert.match(err, /^Next: push a fix, or "showtime start 1234" tries aaaaaaa again$/m);
});

Deno.test("history says that there is more than it shows, and how to see it", async () => {
  const world = makeWorld({ pull: { pusher: "maxime" } });
  await runIn(world, ["start", "1234"]);
  const { history } = JSON.parse((await runIn(world, ["history", "1234", "--json"])).out);
  assert.ok(history.length > 3 && history.length < 20);

  const part = await runIn(world, ["history", "1234", "--limit", "3"]);
  const all = await runIn(world, ["history", "1234", "--limit", String(history.length)]);
  const json = JSON.parse((await runIn(world, ["history", "1234", "--limit", "3", "--json"])).out);

  assert.match(part.err, /^--limit 10 shows older ones$/m);
  assert.equal(part.out.trimEnd().split("\n").length, 4);
  assert.doesNotMatch(all.err, /older/);
  assert.equal(json.history.length, 3);
});
