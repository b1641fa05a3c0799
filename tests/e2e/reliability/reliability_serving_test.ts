import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { A, B, C, onStage, type Stage, START } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const CONFIG = `version: 1
platform: docker
build: { image: e2e-showtime }
environment:
  health: { timeout: 3s, interval: 100ms }
  flags: { prefix: FEATURE_, on: "on", off: "off" }
`;

/** Asks the active address every 100 ms while `act` works; gives what went wrong, and how often it was asked. */
async function polled(
  stage: Stage,
  act: () => Promise<unknown>,
): Promise<{ asked: number; wrong: readonly string[] }> {
  const wrong: string[] = [];
  let asked = 0;
  let working = true;
  const poll = (async () => {
    while (working) {
      const address = await stage.address();
      const answer = await fetch(`http://${address}/health`).then(
        async (response) => (await response.text(), response.status),
        (error) => String(error),
      );
      asked++;
      // Who was sent there before people were moved is not sent there any more.
      if (answer !== 200 && address === await stage.address()) wrong.push(`${address}: ${answer}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    await act();
  } finally {
    working = false;
    await poll;
  }
  return { asked, wrong };
}

needs.test("L2: a failed update, a successful one, a rebuild and a flag change: the active address answers throughout", async () => {
  await onStage({ labels: [START], config: CONFIG }, async (stage) => {
    const sync = async (code: number) => {
      const done = await stage.sync();
      assert.equal(done.code, code, done.err);
    };
    await sync(0);
    const { asked, wrong } = await polled(stage, async () => {
      await stage.push(B);
      await stage.label({ add: ["🎪 conf-enable-NEVER"] });
      await sync(1);
      assert.ok((await stage.labels()).includes(`🎪 ${A.slice(0, 7)} 🚦 running`));
      await stage.label({ remove: ["🎪 conf-enable-NEVER"] });
      await stage.push(C);
      await sync(0);
      assert.ok((await stage.labels()).includes(`🎪 ${C.slice(0, 7)} 🚦 running`));
      await stage.label({ add: [START] });
      await sync(0);
      await stage.label({ add: ["🎪 conf-enable-DARK"] });
      await sync(0);
      assert.equal(await stage.variable("FEATURE_DARK"), "on");
    });
    assert.deepEqual(wrong, []);
    assert.ok(asked > 20, `${asked} times`);
  });
});
