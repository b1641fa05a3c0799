/** The board of environments of the server, without a browser: what it shows, and who may stop and extend. */

import assert from "node:assert/strict";
import { type EnvironmentWorld, startEnvironmentWorld } from "../../worlds/builds/environment_world.ts";
import { makeWorld, PR, REPO, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const FORM = { origin: "http://127.0.0.1", "content-type": "application/x-www-form-urlencoded" };
const PATH = `/environments/${REPO}/${PR}`;

/** A world with one environment that runs. */
async function running(): Promise<World> {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "maxime" });
  await world.sync();
  return world;
}

async function board({ server }: EnvironmentWorld, key?: string, path = "/environments") {
  const headers = key === undefined ? { "x-forwarded-for": "10.0.0.1", "x-forwarded-proto": "https" } : {};
  const answer = await server.send(`GET ${path}`, { headers, ...(key === undefined ? {} : { key }) });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
}

async function post(
  { server }: EnvironmentWorld,
  path: string,
  { key, form = {}, headers = FORM }: {
    readonly key?: string;
    readonly form?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  },
) {
  const body = new URLSearchParams(form).toString();
  const answer = await server.send(`POST ${path}`, { headers, body, ...(key === undefined ? {} : { key }) });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
}

const BUTTONS = /<button|<form/;

Deno.test("the board shows each environment with its time, its person and its address, and each page leads there", async () => {
  const world = await running();
  await using server = await startEnvironmentWorld(world);
  const key = await server.server.addKey("read");
  const { status, text } = await board(server, key);
  assert.equal(status, 200);
  const cells = [...text.matchAll(/<t[hd](?: scope="row")?>\s*(.*?)\s*<\/t[hd]>/gs)].map(([, cell = ""]) =>
    cell.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim()
  );
  const address = world.platform.environments[0]?.address;
  assert.deepEqual(cells, [
    `#${PR}`,
    "running active",
    `http://${address}`,
    "aaaaaaa",
    "&lt;1m",
    "2d",
    "maxime",
  ]);
  assert.match(text, new RegExp(`<h1>Environments of ${REPO}</h1>`));
  assert.match((await board(server, key, "/")).text, /<a href="\/environments">Environments<\/a>/);
});

Deno.test("only a key of the role admin sees the buttons and changes environments; all others are refused", async () => {
  const world = await running();
  await using server = await startEnvironmentWorld(world);
  const labels = world.labels();
  for (const role of ["read", "trigger"] as const) {
    const key = await server.server.addKey(role);
    const shown = await board(server, key);
    assert.deepEqual([shown.status, BUTTONS.test(shown.text)], [200, false], role);
    for (const what of ["stop", "extend"]) {
      const { status, text } = await post(server, `${PATH}/${what}`, { key, form: { ttl: "7d" } });
      assert.equal(status, 403, `${role} ${what}`);
      assert.match(text, new RegExp(`id="problem">[^<]*The key ${role} has the role ${role}`));
    }
  }
  const worker = await server.server.addKey("worker");
  const limited = await server.server.addKey("admin", { name: "limited", pipelines: ["web"] });
  for (const key of [worker, limited]) {
    for (const path of ["/environments", "/environments/changes"]) {
      assert.equal((await board(server, key, path)).status, 403);
    }
    assert.equal((await post(server, `${PATH}/stop`, { key })).status, 403);
  }
  // A reader from elsewhere without a key is led to the log-in, and changes nothing.
  const stranger = await board(server);
  assert.deepEqual([stranger.status, stranger.location], [303, "/login?back=%2Fenvironments"]);
  assert.equal((await board(server, undefined, "/environments/changes")).status, 401);
  // There are keys, so that this machine has no more rights than a reader.
  assert.equal((await post(server, `${PATH}/stop`, {})).status, 401);
  assert.deepEqual(world.labels(), labels);

  const admin = await server.server.addKey("admin");
  assert.match((await board(server, admin)).text, /<button[^>]*>Stop<[^]*<button[^>]*>Extend</);
  const extended = await post(server, `${PATH}/extend`, { key: admin, form: { ttl: "7d" } });
  assert.deepEqual([extended.status, extended.location], [303, "/environments"]);
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 7d"), world.labels().join());
  assert.match((await board(server, admin)).text, /<td>7d<\/td>/);
  const stopped = await post(server, `${PATH}/stop`, { key: admin });
  assert.deepEqual([stopped.status, stopped.location], [303, "/environments"]);
  assert.deepEqual(world.platform.environments, []);
  assert.match((await board(server, admin)).text, /No environment is running/);
});

Deno.test("a form of another site changes nothing, and neither does GET nor a form that asks for nothing", async () => {
  const world = await running();
  await using server = await startEnvironmentWorld(world);
  const key = await server.server.addKey("admin");
  const labels = world.labels();
  for (const headers of [{ ...FORM, origin: "https://evil.example" }, { ...FORM, origin: "null" }, {}]) {
    assert.equal((await post(server, `${PATH}/stop`, { key, headers })).status, 403);
  }
  assert.equal((await board(server, key, `${PATH}/stop`)).status, 404);
  for (
    const [path, form, status] of [
      [`${PATH}/extend`, { ttl: "for ever" }, 400],
      [`${PATH}/extend`, {}, 400],
      [`/environments/acme/unlisted/${PR}/stop`, {}, 404],
      [`/environments/${REPO}/0/stop`, {}, 404],
      [`/environments/${REPO}/999/extend`, { ttl: "7d" }, 404],
    ] as const
  ) {
    const answer = await post(server, path, { key, form });
    assert.equal(answer.status, status, `${path}: ${answer.text}`);
  }
  assert.deepEqual(world.labels(), labels);
  assert.equal(world.platform.environments.length, 1);
  assert.deepEqual(server.server.failures, []);
});

Deno.test("a pull request that another run holds is not changed, and the page says who holds it", async () => {
  const world = await running();
  await using server = await startEnvironmentWorld(world);
  const key = await server.server.addKey("admin");
  const reached = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  world.platform.hooks.before("destroy", async () => {
    reached.resolve();
    await letGo.promise;
  });
  const first = post(server, `${PATH}/stop`, { key });
  await reached.promise;
  const second = await post(server, `${PATH}/stop`, { key });
  assert.equal(second.status, 409);
  assert.match(second.text, /id="problem">[^<]*is held by/);
  letGo.resolve();
  assert.equal((await first).status, 303);
});

Deno.test("the board goes on by itself: a hook, the end of its sync and a change of the board reach an open page", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const key = await server.server.addKey("admin");
  const { body } = await server.server.send("GET /environments/changes", { key });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  // The page reads itself anew at each event, and at no other time.
  let shown = "";
  const page = async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (read.value.includes("event: change")) shown = (await board(server, key)).text;
    }
  };
  const reading = page();
  const untilShown = async (pattern: RegExp) => {
    while (!pattern.test(shown)) {
      // The server looks after half a second. A sync is not to outlive its lock meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 10));
      world.clock.advance(100);
    }
  };
  await untilShown(/No environment is running/);
  server.drive();
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "maxime" });
  await server.play({ action: "labeled", pr: PR, label: START });
  await untilShown(/running<\/span> active/);
  await server.settled();
  assert.equal((await post(server, `${PATH}/stop`, { key })).status, 303);
  await untilShown(/No environment is running/);
  await reader.cancel();
  await reading;
});

Deno.test("a server that drives no environments has a board that says so", async () => {
  const { startServerWorld } = await import("../../worlds/builds/server_world.ts");
  await using server = await startServerWorld();
  const text = await (await server.send("GET /environments")).text();
  assert.match(text, /The pipelines file lists no repository/);
  const answer = await server.send(`POST ${PATH}/stop`, { headers: FORM });
  assert.equal(answer.status, 400);
});
