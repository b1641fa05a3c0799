/** The configuration that `showtime context` reads, and where it trusts that one with secrets. */

import assert from "node:assert/strict";
import { serveEvents } from "../../worlds/contexts/event_server.ts";
import { runShowtime } from "../../worlds/program/process.ts";

const ENV = { SHOWTIME_CONTEXT_ID: "ctx", SHOWTIME_SLACK_TOKEN: "slack-secret-1" };

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A folder with files, in which commands run. */
async function makeFolder(files: Readonly<Record<string, unknown>>) {
  const folder = await Deno.makeTempDir({ prefix: "showtime-contexts-" });
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(content));
  }
  return {
    folder,
    run: (words: readonly string[], { env = {}, cwd = folder }: RunOptions = {}) =>
      runShowtime(["context", ...words], { cwd, env: { ...ENV, ...env } }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("in Actions a handler with a token is exit 3 and sends nothing, unless --config names the file", async () => {
  const server = serveEvents({ usual: '{"ok": true}' });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  const tell = { notify: { message: "x" } };
  await using place = await makeFolder({
    "showtime.yml": {
      context: {
        slack: { url: `${server.url}/slack`, token: "${env:SHOWTIME_SLACK_TOKEN}" },
        templates: { notify: "{}" },
      },
    },
    "app.yaml": { "cicd-contexts": { stage: { pipelines: { build: { "event-handlers": { tell } } } } } },
  });
  assert.equal((await place.run(["init", "--id", "ctx", "--app", "app.yaml"])).code, 0);
  const actions = { GITHUB_ACTIONS: "true" };

  const refused = await place.run(["event", "build", "tell"], { env: actions });
  assert.equal(refused.code, 3, refused.err);
  assert.match(refused.err, /needs a secret.*--config/);
  assert.equal(server.requests.length, 0);

  const named = await place.run(["event", "build", "tell", "--config", "showtime.yml"], { env: actions });
  assert.equal(named.code, 0, named.err);
  assert.equal(server.requests[0]?.headers["authorization"], "Bearer slack-secret-1");
});

Deno.test("context reads its own section alone: no request is made, and no other section or preset matters", async () => {
  const github = serveEvents({ usual: "{}" });
  await using _ = { [Symbol.asyncDispose]: () => github.close() };
  await using place = await makeFolder({
    "showtime.yml": { preset: "nonsense", ttl: 5, context: { redact: ["state.hidden"] } },
  });
  const env = { GITHUB_API_URL: github.url, GITHUB_GRAPHQL_URL: `${github.url}/graphql`, GITHUB_TOKEN: "t" };

  assert.equal(
    (await place.run(["init", "--id", "ctx", "--set", "state.hidden=long-value"], { env })).code,
    0,
  );
  const shown = await place.run(["show"], { env });
  assert.deepEqual([shown.code, /hidden: ['"]?\*\*\*/.test(shown.out)], [0, true], shown.err);
  assert.equal(github.requests.length, 0);
});

Deno.test("context reads the file of the working folder, and none above it", async () => {
  await using place = await makeFolder({ "showtime.yml": { context: { unknown: 1 } } });
  await Deno.mkdir(`${place.folder}/below`);
  assert.equal((await place.run(["list"])).code, 2);
  assert.equal((await place.run(["list"], { cwd: `${place.folder}/below` })).code, 0);
});

Deno.test("context validate needs no secret, in Actions neither, and finds a mistake all the same", async () => {
  const redis = { url: "${env:SHOWTIME_REDIS_URL}", isPrimary: true };
  await using place = await makeFolder({ "showtime.yml": { context: { datasources: { redis } } } });
  for (const env of [{}, { GITHUB_ACTIONS: "true" }]) {
    const { code, err } = await place.run(["validate"], { env });
    assert.equal(code, 0, err);
  }
  assert.match((await place.run(["get", "state"])).err, /the variable SHOWTIME_REDIS_URL is not set/);

  await using wrong = await makeFolder({
    "showtime.yml": { context: { datasources: { redis: { port: 0 } } } },
  });
  assert.equal((await wrong.run(["validate"])).code, 2);
});
