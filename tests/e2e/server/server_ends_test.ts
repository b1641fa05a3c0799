/** Servers that are killed: nothing is lost, one hook is one build, and workers go on. */

import assert from "node:assert/strict";
import {
  ask,
  makeServerPlace,
  ownPort,
  type RunningServe,
  type ServerPlace,
  trigger,
  until,
  untilBuild,
} from "../../worlds/builds/server_place.ts";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { part } from "../../worlds/require.ts";

const POSTGRES = await part("postgres");
const SECRET = "the-secret-of-the-hook";

/** Sends a push of GitHub, which names one delivery, until a server has answered it. Returns its builds' numbers. */
async function deliver(servers: () => readonly RunningServe[], delivery: number): Promise<readonly string[]> {
  const body = JSON.stringify({
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: delivery.toString(16).padStart(40, "a"),
    created: false,
    deleted: false,
    repository: { clone_url: "https://github.com/acme/web.git", full_name: "acme/web" },
    sender: { login: "ada" },
    number: delivery,
  });
  const { sign } = await import("@octokit/webhooks-methods");
  const headers = {
    "x-github-event": "push",
    "x-github-delivery": `delivery-${delivery}`,
    "x-hub-signature-256": await sign(SECRET, body),
  };
  for (let turn = 0; turn < 600; turn++) {
    for (const { url } of servers()) {
      const answer = await fetch(`${url}/hooks/github`, { method: "POST", headers, body })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => undefined);
      if (answer?.status === 200) return JSON.parse(answer.text).builds.map(({ id }: { id: string }) => id);
      if (answer !== undefined) assert.ok(answer.status >= 500, answer.text);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`No server took delivery ${delivery}`);
}

async function makeHookPlace(): Promise<ServerPlace> {
  return await makeServerPlace(
    {
      web: {
        repository: "https://github.com/acme/web.git",
        exec: ["true"],
        on: { push: true },
        "worker-tags": ["x"],
      },
    },
    { SHOWTIME_SERVER__GITHUB_SECRET: SECRET },
  );
}

async function shasOf(serve: RunningServe): Promise<readonly string[]> {
  const { body } = await ask(serve, "GET /api/v1/builds?limit=200");
  return body.builds.map(({ sha }: { sha: string }) => sha).sort();
}

Deno.test("a server that is killed again and again while hooks arrive: each hook is one build, and none is lost", async () => {
  await using place = await makeHookPlace();
  const port = ownPort();
  let serve = await place.serve([], { port });
  let sent = 0;
  const hooks = 48;
  const senders = Array.from({ length: 4 }, async () => {
    while (sent < hooks) await deliver(() => [serve], sent++);
  });
  const all = Promise.all(senders);
  for (let kill = 1; kill <= 4; kill++) {
    // The moment of the kill is that of some delivery, and differs in each run.
    const moment = Math.min(hooks - 1, kill * 9 + Math.floor(Math.random() * 4));
    await until("more hooks", () => sent >= moment);
    await serve.end("SIGKILL");
    serve = await place.serve([], { port });
  }
  await all;

  const expected = Array.from({ length: hooks }, (_, at) => at.toString(16).padStart(40, "a")).sort();
  assert.deepEqual(await shasOf(serve), expected);
  assert.deepEqual(await deliver(() => [serve], 7), [], "the same delivery again queues nothing");
  assert.deepEqual(await shasOf(serve), expected);
});

Deno.test("a server that is killed during a build: the build goes on, and its log and end are there", async () => {
  await using place = await makeServerPlace({
    web: { exec: ["sh", "-c", 'echo one; while ! [ -e "$GATE" ]; do sleep 0.1; done; echo two'] },
  });
  const port = ownPort();
  const gate = `${place.here.folder}/gate`;
  const serve = await place.serve([], { port });
  await place.worker(serve, ["--pass-env", "GATE"], { env: { GATE: gate } });
  const id = await trigger(serve, "web");
  await untilBuild(serve, id, "running");

  await serve.end("SIGKILL");
  await Deno.writeTextFile(gate, "");
  const again = await place.serve([], { port });

  const build = await untilBuild(again, id, "passed");
  assert.equal(build.attempt, 1);
  assert.equal((await ask(again, `GET /api/v1/builds/${id}/log`)).body, "web | one\nweb | two\n");
  assert.equal(await again.end("SIGTERM"), 143);
});

POSTGRES.test("two servers on one PostgreSQL, one killed: no hook is lost or built twice, and both workers build", async () => {
  await using postgres = await startPostgres();
  await using place = await makeServerPlace({
    hooks: {
      repository: "https://github.com/acme/web.git",
      exec: ["true"],
      on: { push: true },
      "worker-tags": ["x"],
    },
    web: { exec: ["cat", "README"] },
  }, { SHOWTIME_SERVER__GITHUB_SECRET: SECRET, SHOWTIME_SERVER__DATABASE: await postgres.database() });
  const [one, other] = [await place.serve(), await place.serve()];
  await place.worker(one);
  await place.worker(other);
  let sent = 0;
  const senders = Promise.all(Array.from({ length: 4 }, async () => {
    while (sent < 40) await deliver(() => sent % 2 === 0 ? [one, other] : [other, one], sent++);
  }));
  const builds: string[] = [];
  for (let at = 0; at < 6; at++) builds.push(await trigger(at % 2 === 0 ? one : other, "web"));
  await until("half of the hooks", () => sent >= 20);
  await one.end("SIGKILL");
  await senders;

  for (const id of builds) {
    // A build that the killed server's worker had begun waits until its lease ends.
    await untilBuild(other, id, ({ state }) => ["passed", "running"].includes(state));
  }
  const late = await trigger(other, "web");
  await untilBuild(other, late, "passed");
  const { body } = await ask(other, "GET /api/v1/builds?pipeline=hooks&limit=200");
  const shas = body.builds.map(({ sha }: { sha: string }) => sha).sort();
  assert.deepEqual(shas, Array.from({ length: 40 }, (_, at) => at.toString(16).padStart(40, "a")).sort());
});

Deno.test("eight workers: a group's limit is never passed, and each waits for a slot with its tags", async () => {
  await using place = await makeServerPlace({
    limited: {
      exec: [
        "sh",
        "-c",
        'mkdir "$LOCKS/$SHOWTIME_BUILD_ID"; ls "$LOCKS" | wc -l; sleep 0.2; rmdir "$LOCKS/$SHOWTIME_BUILD_ID"',
      ],
      concurrency: { group: "shared", limit: 2 },
    },
    arm: { exec: ["sh", "-c", "echo arm"], "worker-tags": ["arm", "big"] },
  });
  const locks = `${place.here.folder}/locks`;
  await Deno.mkdir(locks);
  const serve = await place.serve();
  const pass = ["--pass-env", "LOCKS", "--slots", "4"];
  await place.worker(serve, [...pass, "--tags", "linux"], { env: { LOCKS: locks } });
  await place.worker(serve, [...pass, "--tags", "arm,big,linux"], { env: { LOCKS: locks } });
  const limited: string[] = [];
  for (let at = 0; at < 16; at++) limited.push(await trigger(serve, "limited"));
  const arm = await trigger(serve, "arm");

  const built = await Promise.all([...limited, arm].map((id) => untilBuild(serve, id, "passed")));

  assert.match(built.at(-1).worker, /^workspace-2\//);
  const counts = await Promise.all(
    limited.map(async (id) =>
      Number(/\| *(\d+)/.exec((await ask(serve, `GET /api/v1/builds/${id}/log`)).body)?.[1])
    ),
  );
  assert.ok(counts.every((count) => count === 1 || count === 2), `${counts}`);
  assert.ok(counts.includes(2), `${counts}`);
});
