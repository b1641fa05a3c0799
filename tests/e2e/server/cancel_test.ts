/** Cancelling, and ending a worker that is asked to: what runs, in which order, and where the build goes. */

import assert from "node:assert/strict";
import { logOf, makeServerPlace, trigger, untilBuild } from "../../worlds/builds/server_place.ts";

const WAIT = "sleep 600 & sleep 600";

/** A pipeline whose step or tear-down waits until it is ended. */
function waitingIn(part: "step" | "teardown"): string {
  const work = (name: typeof part) => `run: '${name === part ? `echo ready; ${WAIT}` : `echo ${name} ran`}'`;
  return `version: 1
name: web
steps: [{ name: step, ${work("step")} }]
teardown: { ${work("teardown")}, timeout: 20s }
`;
}

Deno.test("cancel ends a build in the queue, in a step and in its tear-down; the tear-down runs, and no process is left", async () => {
  await using place = await makeServerPlace({
    step: { file: "step.yml" },
    teardown: { file: "teardown.yml" },
    queued: { exec: ["true"], "worker-tags": ["nowhere"] },
  });
  await place.commit("step.yml", waitingIn("step"));
  await place.commit("teardown.yml", waitingIn("teardown"));
  const serve = await place.serve();
  await place.worker(serve, ["--slots", "2"]);
  const [step, teardown, queued] = [
    await trigger(serve, "step"),
    await trigger(serve, "teardown"),
    await trigger(serve, "queued"),
  ];
  await untilReady(serve, [step, teardown]);

  for (const id of [queued, step, teardown]) {
    const { code, err } = await place.run(serve, ["build", "cancel", id]);
    assert.equal(code, 0, err);
  }

  assert.equal((await untilBuild(serve, queued, "cancelled")).attempt, 0);
  const build = await untilBuild(serve, step, "cancelled");
  assert.equal(build.reason, "It was cancelled");
  assert.match(await logOf(serve, step), /web\/teardown \| teardown ran\n$/);
  // The tear-down has the time of its limit, and the build ends as cancelled then.
  await untilBuild(serve, teardown, "cancelled");
  await noProcess(place.here.processes);
});

Deno.test("TERM ends an idle worker at once, and a busy one after --drain: tear-downs run and the build goes back", async () => {
  await using place = await makeServerPlace({ web: { file: "step.yml", retries: { lost: 0 } } });
  await place.commit("step.yml", waitingIn("step"));
  const serve = await place.serve();
  // The drain of the idle one would keep the test waiting for an hour.
  const idle = await place.worker(serve, ["--drain", "1h", "--tags", "idle"]);
  assert.equal(await idle.end("SIGTERM"), 0, idle.err.text);
  const busy = await place.worker(serve, ["--drain", "1s"]);
  const id = await trigger(serve, "web");
  await untilReady(serve, [id]);

  const code = await busy.end("SIGTERM");

  assert.equal(code, 0, busy.err.text);
  const back = await untilBuild(serve, id, "queued");
  assert.deepEqual([back.attempt, back.worker, back.started_at], [1, null, null]);
  assert.match(back.reason, /its worker was stopped/);
  assert.match(await logOf(serve, id), /web\/teardown \| teardown ran\n$/);
  const other = await place.worker(serve);
  await untilBuild(serve, id, ({ attempt, state }) => attempt === 2 && state === "running");
  await untilReady(serve, [id]);
  await place.run(serve, ["build", "cancel", id]);
  const cancelled = await untilBuild(serve, id, "cancelled");
  assert.equal(cancelled.attempt, 2);
  assert.equal(await other.end("SIGINT"), 0);
  await noProcess(() => place.here.processes().filter((each) => !each.includes("serve -f")));
});

Deno.test("a worker that drains finishes what runs, and takes nothing new", async () => {
  await using place = await makeServerPlace({
    web: { exec: ["sh", "-c", 'echo ready; while ! [ -e "$GATE" ]; do sleep 0.1; done'] },
  });
  const serve = await place.serve();
  const gate = `${place.here.folder}/gate`;
  const worker = await place.worker(serve, ["--drain", "10m", "--pass-env", "GATE"], { env: { GATE: gate } });
  const first = await trigger(serve, "web");
  await untilReady(serve, [first]);
  const second = await trigger(serve, "web");

  worker.child.kill("SIGTERM");
  await worker.err.until("drain");
  await Deno.writeTextFile(gate, "");

  await untilBuild(serve, first, "passed");
  assert.equal((await worker.child.status).code, 0);
  assert.equal((await untilBuild(serve, second, "queued")).attempt, 0);
});

async function untilReady(serve: { readonly url: string }, builds: readonly string[]): Promise<void> {
  for (const id of builds) {
    for (let turn = 0;; turn++) {
      if (turn === 600) throw new Error(`Build ${id} prints nothing: ${await logOf(serve, id)}`);
      if (/\| ready\n/.test(await logOf(serve, id))) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Waits until no process of builds is left: watchers end them after the program has ended. */
async function noProcess(processes: () => readonly string[]): Promise<void> {
  const steps = () => processes().filter((each) => /^(sleep|sh) /.test(each));
  for (let turn = 0; turn < 300 && steps().length > 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(steps(), []);
}
