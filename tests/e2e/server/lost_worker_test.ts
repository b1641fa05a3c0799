/** Workers that die and workers that sleep. A lease lasts 30 seconds, so these tests take as long. */

import assert from "node:assert/strict";
import { ask, logOf, makeServerPlace, trigger, until, untilBuild } from "../../worlds/builds/server_place.ts";

/** A program that notes each of its runs, and waits until the file `gate` is there. */
const NOTING = [
  "sh",
  "-c",
  'echo "$SHOWTIME_ATTEMPT" >> "$NOTES"; while ! [ -e "$GATE" ]; do sleep 0.1; done',
];

Deno.test("a worker that is killed: its build runs again elsewhere, or is lost, and nothing else changes", async () => {
  await using place = await makeServerPlace({
    again: { exec: NOTING },
    once: { exec: NOTING, retries: { lost: 0 } },
  });
  const env = { NOTES: `${place.here.folder}/notes`, GATE: `${place.here.folder}/gate` };
  const pass = ["--pass-env", "NOTES,GATE", "--slots", "2"];
  const serve = await place.serve();
  const killed = await place.worker(serve, pass, { env });
  const [again, once] = [await trigger(serve, "again"), await trigger(serve, "once")];
  await until("both run", async () => (await notes(env.NOTES)) === "1\n1\n");

  await killed.end("SIGKILL");
  await place.worker(serve, pass, { env });

  const lost = await untilBuild(serve, once, "lost");
  assert.match(lost.reason, /The worker workspace-\d+\/\d went away during attempt 1/);
  const second = await untilBuild(serve, again, ({ attempt, state }) => attempt === 2 && state === "running");
  assert.notEqual(second.worker, lost.worker);
  await until("the second attempt runs", async () => (await notes(env.NOTES)) === "1\n1\n2\n");
  await Deno.writeTextFile(env.GATE, "");
  await untilBuild(serve, again, "passed");
  const { body } = await ask(serve, "GET /api/v1/builds");
  assert.deepEqual(body.builds.map(({ state }: { state: string }) => state), ["lost", "passed"]);
});

Deno.test("a worker that slept through its lease ends its build when it wakes, and its writes are refused", async () => {
  await using place = await makeServerPlace({
    web: { exec: [...NOTING.slice(0, 2), `${NOTING[2]}; echo end`] },
  });
  const env = { NOTES: `${place.here.folder}/notes`, GATE: `${place.here.folder}/gate` };
  const pass = ["--pass-env", "NOTES,GATE"];
  const serve = await place.serve();
  const zombie = await place.worker(serve, pass, { env });
  const id = await trigger(serve, "web");
  await until("it runs", async () => (await notes(env.NOTES)) === "1\n");

  zombie.child.kill("SIGSTOP");
  await place.worker(serve, pass, { env });
  await untilBuild(serve, id, ({ attempt, state }) => attempt === 2 && state === "running");
  const refused = await ask(serve, `POST /api/v1/builds/${id}/finish`, {
    body: { attempt: 1, outcome: "passed", exit_code: 0 },
  });
  zombie.child.kill("SIGCONT");
  await zombie.err.until(`build ${id}: another attempt has it, so this one ends`);
  await Deno.writeTextFile(env.GATE, "");

  assert.deepEqual([refused.status, refused.body.error.code], [409, "attempt_stale"]);
  const build = await untilBuild(serve, id, "passed");
  assert.equal(build.attempt, 2);
  assert.match(await logOf(serve, id), /^web \| end\n$/);
  assert.equal(await zombie.end("SIGTERM"), 0);
});

async function notes(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
