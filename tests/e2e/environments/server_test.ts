/** A server that drives environments without Actions: real processes, Git over HTTP, and a real engine. */

import assert from "node:assert/strict";
import { sign } from "@octokit/webhooks-methods";
import { spawnShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { containersOf, onStage, type Stage, START } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const SECRET = "hook-secret";
const LOGIN = `Basic ${btoa("x-access-token:owner-token")}`;

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", { args: [...args], cwd }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Serves the folder's commit as the head of the pull request, to callers with the login alone. */
async function serveGit(stage: Stage) {
  const root = await Deno.makeTempDir({ prefix: "showtime-git-" });
  const bare = `${root}/repository.git`;
  await git(root, "clone", "--quiet", "--bare", stage.folder, bare);
  await git(bare, "update-ref", `refs/pull/${stage.pr}/head`, "HEAD");
  await git(bare, "update-server-info");
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("authorization") !== LOGIN) return new Response("no", { status: 401 });
    const path = new URL(request.url).pathname.replace(`/${stage.repo}.git/`, `${bare}/`);
    const bytes = await Deno.readFile(path).catch(() => undefined);
    return bytes === undefined ? new Response("no", { status: 404 }) : new Response(bytes);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Starts `serve` in a new folder. */
async function startServe(stage: Stage, env: Readonly<Record<string, string>>) {
  const folder = await Deno.makeTempDir({ prefix: "showtime-serve-" });
  const pipelines = `version: 1\npipelines: {}\nenvironments: { repositories: [${stage.repo}] }\n`;
  await Deno.writeTextFile(`${folder}/pipelines.yml`, pipelines);
  const child = spawnShowtime(["serve", "-f", "pipelines.yml", "--port", "0"], { cwd: folder, env });
  const talk: string[] = [];
  const listening = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      talk.push(text);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) listening.resolve(url);
    }
  };
  const drained = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    folder,
    talk: () => talk.join(""),
    url: () =>
      Promise.race([listening.promise, drained.then(() => Promise.reject(new Error(talk.join(""))))]),
    status: child.status,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await child.status;
      await drained;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Sends the hook of an event as the simulator shows the pull request now. */
async function sendHook(
  stage: Stage,
  to: { readonly server: string; readonly github: string },
  event: { readonly action: string; readonly label?: string },
): Promise<unknown> {
  const asked = await fetch(`${stage.simulator.url}/repos/${stage.repo}/pulls/${stage.pr}`, {
    headers: { authorization: "Bearer owner-token" },
  });
  const body = JSON.stringify({
    action: event.action,
    pull_request: await asked.json(),
    repository: { clone_url: `${to.github}/${stage.repo}.git` },
    sender: { login: "maxime" },
    ...(event.label === undefined ? {} : { label: { name: event.label } }),
  });
  const answer = await fetch(`${to.server}/hooks/github`, {
    method: "POST",
    body,
    headers: { "x-github-event": "pull_request", "x-hub-signature-256": await sign(SECRET, body) },
  });
  assert.equal(answer.status, 200);
  return await answer.json();
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

needs.test("hooks bring an environment up from the checked-out head of the pull request, and take it down", async () => {
  await onStage({}, async (stage) => {
    await Deno.writeTextFile(`${stage.folder}/www/health`, "from the pull request\n");
    // The configuration comes from the base branch: what the pull request makes of it has no effect.
    await Deno.writeTextFile(`${stage.folder}/showtime.yml`, "version: 99\nplatform: nonsense\n");
    const short = await stage.pushFolder();
    await using github = await serveGit(stage);
    await using server = await startServe(stage, {
      ...stage.simulator.env,
      GITHUB_SERVER_URL: github.url,
      SHOWTIME_SERVER__GITHUB_SECRET: SECRET,
    });
    const to = { server: await server.url(), github: github.url };
    await stage.label({ add: [START] });
    const answer = await sendHook(stage, to, { action: "labeled", label: START });
    assert.deepEqual((answer as { readonly syncs: boolean }).syncs, true);
    const active = `🎪 🎯 ${short}`;
    await until(async () => {
      const labels = await stage.labels();
      assert.ok(!labels.includes(`🎪 ${short} 🚦 failed`), server.talk());
      return labels.includes(active);
    });
    const page = await fetch(`http://${await stage.address()}/health`);
    assert.equal(await page.text(), "from the pull request\n");
    assert.match(await stage.comment(), /maxime/);
    const listed = await (await fetch(`${to.server}/api/v1/environments`)).json();
    assert.deepEqual(
      listed.environments.map((each: { repository: string; pr: number }) => [
        each.repository,
        each.pr,
      ]),
      [[stage.repo, stage.pr]],
    );

    // Without keys a person on this machine is an administrator.
    const board = await (await fetch(`${to.server}/environments`)).text();
    assert.match(board, new RegExp(`<h1>Environments of ${stage.repo}</h1>`));
    const path = /action="(\/environments\/[^"]+\/extend)"/.exec(board)?.[1];
    const extended = await fetch(`${to.server}${path}`, {
      method: "POST",
      headers: { origin: to.server },
      body: new URLSearchParams({ ttl: "close" }),
    });
    assert.equal(extended.status, 200, await extended.text());
    assert.ok((await stage.labels()).includes(`🎪 ${short} ⌛ close`), (await stage.labels()).join());
    assert.match(server.talk(), /extend: asked on the board/);

    await stage.simulator.control("pull", { pr: stage.pr, state: "closed" });
    await sendHook(stage, to, { action: "closed" });
    await until(async () => (await containersOf(stage.pr)).length === 0);
    await until(async () => !(await stage.labels()).includes(active));
    const checkouts = `${server.folder}/.showtime/server/environments/fresh`;
    await until(async () => (await Array.fromAsync(Deno.readDir(checkouts))).length === 0);
    assert.ok(!server.talk().includes("owner-token") && !server.talk().includes(LOGIN));
  });
});

needs.test("a head that cannot be checked out is said on the pull request and on the terminal", async () => {
  await onStage({}, async (stage) => {
    await stage.pushFolder();
    await using github = await serveGit(stage);
    await using server = await startServe(stage, {
      ...stage.simulator.env,
      GITHUB_TOKEN: "another-token",
      GITHUB_SERVER_URL: github.url,
      SHOWTIME_SERVER__GITHUB_SECRET: SECRET,
    });
    const to = { server: await server.url(), github: github.url };
    await stage.label({ add: [START] });
    await sendHook(stage, to, { action: "labeled", label: START });
    await until(async () => (await stage.comment()).includes("was not built"));
    assert.match(await stage.comment(), /Checking out http.*git fetch.*GITHUB\\?_TOKEN may read/s);
    assert.ok((await stage.labels()).includes(START), "the request stays");
    await until(() => Promise.resolve(/#\d+: Checking out .*git fetch/.test(server.talk())));
    assert.ok(!`${server.talk()}${await stage.comment()}`.includes("another-token"));
  });
});

needs.test("a server that lists environments does not start without a token", async () => {
  await onStage({}, async (stage) => {
    const { GITHUB_TOKEN: _, ...env } = stage.simulator.env;
    await using server = await startServe(stage, env);
    assert.equal((await server.status).code, 2);
    assert.match(server.talk(), /Driving environments: .*GITHUB_TOKEN is not set/);
  });
});
