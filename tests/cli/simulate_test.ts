/** The commands that serve a simulator to play on. */
import assert from "node:assert/strict";
import { Interrupted } from "../../src/cli/interrupted.ts";
import { EXIT } from "../../src/lib/errors.ts";
import { makeRealStage } from "../../src/wiring/demo/real_stage.ts";
import { runIn } from "../worlds/cli_world.ts";
import { makeWorld, PR } from "../worlds/world.ts";

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
