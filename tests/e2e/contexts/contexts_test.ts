import assert from "node:assert/strict";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { binaryUnderTest, type Finished, runShowtime, spawnShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { serveEvents } from "../../worlds/contexts/event_server.ts";

const redis = await part("redis");

/** A folder that the program runs in, and its store. */
interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(...words: readonly string[]): Promise<Finished>;
  /** Runs a command that has to end with 0, and returns what it prints on stdout. */
  ok(...words: readonly string[]): Promise<string>;
}

type Kind = "sqlite" | "redis" | "yamlfile" | "jsonfile";

async function makePlace(
  kind: Kind,
  section: Readonly<Record<string, unknown>> = {},
  { password }: { readonly password?: string } = {},
): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-contexts-" });
  const lines = password === undefined ? [] : [`requirepass ${password}`];
  const server = kind === "redis" ? await startRedis(lines) : undefined;
  const place = {
    sqlite: { path: "store/contexts.db" },
    redis: { url: "${env:SHOWTIME_REDIS}" },
    yamlfile: { path: "context.yaml" },
    jsonfile: { path: "context.json" },
  }[kind];
  const context = { datasources: { [kind]: { ...place, isPrimary: true } }, ...section };
  await Deno.writeTextFile(`${folder}/showtime.yml`, JSON.stringify({ version: 1, context }));
  const env = {
    SHOWTIME_CONTEXT_ID: "ctx",
    SHOWTIME_ACTOR: "ana",
    ...server === undefined ? {} : { SHOWTIME_REDIS: urlOf(server.port, password) },
  };
  const run = (...words: readonly string[]) => runShowtime(["context", ...words], { cwd: folder, env });
  return {
    folder,
    env,
    run,
    async ok(...words) {
      const { code, out, err } = await run(...words);
      assert.equal(code, 0, `context ${words.join(" ")}\n${out}${err}`);
      return out;
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function urlOf(port: number, password: string | undefined): string {
  return password === undefined ? `redis://127.0.0.1:${port}` : `redis://:${password}@127.0.0.1:${port}/3`;
}

// The executable's copy of the Redis package has only the commands that the program sends.
redis.test("showtime context on Redis with a login and a database: list, history, rollback and delete", async () => {
  await using place = await makePlace("redis", {}, { password: "secret" });
  await place.ok("init", "--id", "ctx", "--set", "state.n:=1");
  await place.ok("set", "state.n:=2");
  await place.ok("rollback", "1");

  const { contexts } = JSON.parse(await place.ok("list", "--json"));
  const { versions } = JSON.parse(await place.ok("history", "--json"));
  assert.deepEqual(contexts.map(({ id, version }: { id: string; version: number }) => [id, version]), [[
    "ctx",
    3,
  ]]);
  assert.equal(versions.length, 3);
  assert.equal(await place.ok("get", "state.n"), "1\n");
  await place.ok("delete");
  assert.deepEqual(JSON.parse(await place.ok("list", "--json")).contexts, []);

  const wrong = await runShowtime(["context", "list"], {
    cwd: place.folder,
    env: { ...place.env, SHOWTIME_REDIS: place.env["SHOWTIME_REDIS"]?.replace("secret", "other") ?? "" },
  });
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /it refuses \(WRONGPASS/);
});

for (const kind of ["sqlite", "redis", "yamlfile", "jsonfile"] as const) {
  const test = kind === "redis"
    ? redis.test
    : (title: string, run: () => Promise<void>) => Deno.test(title, run);

  test(`showtime context on ${kind}: init, set, get, watch and an event that arrives, each a process`, async () => {
    const server = serveEvents({ usual: '{"ok": true, "ts": "171.22"}' });
    await using _ = { [Symbol.asyncDispose]: () => server.close() };
    await using place = await makePlace(kind, {
      slack: { url: `${server.url}/slack` },
      templates: { notify: '{"text": {{ notify.message | tojson }}}' },
    });
    const done = { notify: { message: "{{ state.version }} is done" } };
    const pipelines = { build: { "event-handlers": { done } } };
    await Deno.writeTextFile(
      `${place.folder}/app.yaml`,
      JSON.stringify({ "cicd-contexts": { stage: { pipelines } } }),
    );

    assert.equal(await place.ok("init", "--id", "ctx", "--app", "app.yaml"), "ctx\n");
    await place.ok("set", "state.version=1.4.0", "state.big:=12345678901234567890", "state.hosts[]=eu-1");
    assert.equal(await place.ok("get", "state.big"), "12345678901234567890\n");
    assert.equal(await place.ok("get", "$.state.hosts[*]"), "eu-1\n");
    await place.ok("event", "build", "done", "--key", "run-1");
    await place.ok("event", "build", "done", "--key", "run-1");
    assert.deepEqual(server.requests.map(({ body }) => body), ['{"text": "1.4.0 is done"}']);

    const watching = spawnShowtime(
      ["context", "watch", "--until", "state.choice=go", "--timeout", "120s"],
      { cwd: place.folder, env: place.env },
    ).output();
    await place.ok("set", "state.choice=go");
    const { code, stdout } = await watching;
    assert.equal(code, 0);
    assert.match(new TextDecoder().decode(stdout), /"path":"state\.choice","value":"go"|"op":"replace"/);

    const absent = await place.run("get", "state.absent");
    assert.deepEqual([absent.code, absent.out], [1, ""]);
    assert.match(await place.ok("list"), /^ctx +\d+ /m);
    await place.ok("delete");
    assert.equal((await place.run("get", "state.version")).code, 1);
  });

  test(`showtime context on ${kind}: of 20 processes that set at once each ends with 0, and no write is lost`, async () => {
    await using place = await makePlace(kind);
    await place.ok("init", "--id", "ctx");
    const names = Array.from({ length: 20 }, (_, index) => `k${index}`);

    const results = await Promise.all(
      names.map((name) => place.run("set", `state.${name}=${name}`, `state.all[]=${name}`, "--wait", "120s")),
    );

    assert.deepEqual(results.filter(({ code }) => code !== 0), []);
    const { all, ...rest } = JSON.parse(await place.ok("get", "state")) as Readonly<Record<string, unknown>>;
    assert.deepEqual((all as readonly string[]).toSorted(), names.toSorted());
    assert.deepEqual(names.filter((name) => rest[name] !== name), []);
  });
}

Deno.test("showtime context keeps contexts in .showtime of the working folder if there is no configuration", async () => {
  await using place = await makePlace("sqlite");
  await Deno.remove(`${place.folder}/showtime.yml`);

  await place.ok("init", "--id", "ctx", "--set", "state.n=1");

  assert.equal(await place.ok("get", "state.n"), "1\n");
  const { mode } = await Deno.stat(`${place.folder}/.showtime/contexts.db`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
});

Deno.test({
  name:
    "the executable refuses a store and a copy outside of its folder: exit 2 names the folder to start in",
  // From source the program may also write to the temporary folder, where the tests run.
  ignore: binaryUnderTest() === undefined,
  async fn() {
    await using place = await makePlace("sqlite");
    const outside = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-outside-" });
    try {
      for (
        const datasources of [
          { sqlite: { path: `${outside}/contexts.db` } },
          { sqlite: { path: "own.db", isPrimary: true }, shellfile: { path: `${outside}/context.sh` } },
        ]
      ) {
        await Deno.writeTextFile(
          `${place.folder}/showtime.yml`,
          JSON.stringify({ version: 1, context: { datasources } }),
        );
        const { code, err } = await place.run("init", "--id", "ctx");
        assert.equal(code, 2, err);
        assert.match(err, /hint: Start showtime in \//);
      }
      assert.deepEqual(await Array.fromAsync(Deno.readDir(outside)), []);
      const { code } = await place.run("get", "state.n");
      assert.equal(code, 2);
    } finally {
      await Deno.remove(outside, { recursive: true });
    }
  },
});
