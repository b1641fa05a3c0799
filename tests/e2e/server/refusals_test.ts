/** Starts that are refused, files with mistakes, a full disk, a repository that hangs. */

import assert from "node:assert/strict";
import { ask, makeServerPlace, trigger, until, untilBuild } from "../../worlds/builds/server_place.ts";
import { mountSmallDisk } from "../../worlds/contexts/small_disk.ts";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { part } from "../../worlds/require.ts";

const TMPFS = await part("tmpfs");
const POSTGRES = await part("postgres");
const OPENSSL = await part("openssl");
const WEB = { web: { exec: ["cat", "README"] } };

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "beyond loopback without keys",
    ["--host", "0.0.0.0"],
    /Listening on 0\.0\.0\.0: without a key[\s\S]*keys add/,
  ],
  ["with its state outside of its folder", ["--state", "/var/lib/showtime"], /writes only below the folder/],
  ["without its file", ["-f", "missing.yml"], /Reading missing\.yml: /],
  ["with a certificate and no key", ["--tls-cert", "pipelines.json"], /a certificate needs its key/],
  ["with a database of another kind", ["--database", "mysql://u:s3cret@db/ci"], /postgres:\/\//],
  [
    "with a password on the command line",
    ["--database", "postgres://u:s3cret@db/ci"],
    /SHOWTIME_SERVER__DATABASE/,
  ],
];

for (const [how, words, message] of REFUSED) {
  Deno.test(`serve does not start ${how}: exit code 2`, async () => {
    await using place = await makeServerPlace(WEB);

    const { code, out, err } = await place.here.run([
      "serve",
      "-f",
      "pipelines.json",
      "--port",
      "0",
      ...words,
    ]);

    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.doesNotMatch(err, /s3cret/);
  });
}

Deno.test("worker and build refuse plain http to another machine, /dequeue included, and say the remedy", async () => {
  await using place = await makeServerPlace(WEB);
  const url = "http://ci.example.org:8080";
  for (const words of [["worker", "-d", `${url}/dequeue`], ["build", "list", "--server", url]]) {
    const { code, err } = await place.here.run(words, { SHOWTIME_API_KEY: "k3y" });

    assert.equal(code, 2, err);
    assert.match(err, /http:\/\/ci\.example\.org:8080 is not encrypted[\s\S]*--tls-cert/);
    assert.doesNotMatch(err, /k3y/);
  }
});

Deno.test("a faulty file is refused whole, by itself, by SIGHUP and over the API; the old one stays in force", async () => {
  await using place = await makeServerPlace(WEB);
  const serve = await place.serve();
  const good = await Deno.readTextFile(`${place.here.folder}/pipelines.json`);
  const names = async () => Object.keys((await ask(serve, "GET /pipelines")).body);
  const added = (more: unknown) => {
    const file = JSON.parse(good);
    return JSON.stringify({ ...file, pipelines: { ...file.pipelines, docs: more } });
  };

  await place.here.write(
    "pipelines.json",
    added({ repository: place.repository, ref: "main", exce: ["true"] }),
  );
  await serve.err.until("The old files stay in force");
  assert.match(serve.err.text, /pipelines\.json:\d+:\d+.*did you mean/);
  assert.deepEqual(await names(), ["web"]);
  const key =
    (await place.here.run(["keys", "add", "ada", "--role", "admin"])).out.trim().split("\n").at(-1) ?? "";
  const headers = { authorization: `Bearer ${key}` };
  // A running server knows a new key within a second.
  await until("the key is known", async () => (await ask(serve, "GET /metrics", { headers })).status === 200);
  const refused = await ask(serve, "POST /api/v1/reload", { headers });
  assert.deepEqual([refused.status, refused.body.error.code], [400, "config_invalid"]);
  assert.deepEqual(await names(), ["web"]);

  await place.here.write(
    "pipelines.json",
    added({ repository: place.repository, ref: "main", exec: ["true"] }),
  );
  serve.child.kill("SIGHUP");
  await until("the new file is in force", async () => (await names()).includes("docs"));
  assert.equal((await ask(serve, "POST /api/v1/reload", { headers })).status, 200);
});

TMPFS.test("a full disk: hooks get 503 and are told to come again, and all works when there is room", async () => {
  await using place = await makeServerPlace({ web: { exec: ["true"], "worker-tags": ["none"] } });
  await using disk = await mountSmallDisk();
  // The state lies below the folder that the server runs in, on a disk of its own.
  await Deno.mkdir(`${place.here.folder}/state`);
  await new Deno.Command("mount", { args: ["--bind", disk.path, `${place.here.folder}/state`] }).output();
  try {
    const serve = await place.serve(["--state", "state"]);
    await trigger(serve, "web");
    const filler = `${disk.path}/filler`;
    await Deno.writeFile(filler, new Uint8Array(2 << 20)).catch(() => {});
    let full = await ask(serve, "POST /webhook?pipeline=web");
    let queued = 1;
    for (let turn = 0; turn < 500 && full.status === 200; turn++, queued++) {
      full = await ask(serve, "POST /webhook?pipeline=web");
    }
    assert.deepEqual([full.status, full.body.error.code], [503, "store_full"], JSON.stringify(full.body));
    assert.equal((await ask(serve, "GET /api/v1/builds")).status, 200);

    await Deno.remove(filler);

    await trigger(serve, "web");
    const { body } = await ask(serve, "GET /metrics");
    assert.match(body, new RegExp(`^showtime_queue_length ${queued + 1}$`, "m"));
    assert.equal(await serve.end("SIGTERM"), 143);
  } finally {
    await new Deno.Command("umount", { args: [`${place.here.folder}/state`] }).output();
  }
});

Deno.test("a repository that accepts and says nothing holds its build only until a cancel, and polls of others go on", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) taken.push(connection);
  })().catch(() => {});
  await using place = await makeServerPlace({
    silent: { repository: `git://127.0.0.1:${listener.addr.port}/web.git`, exec: ["true"] },
    ...WEB,
  });
  const serve = await place.serve();
  const worker = await place.worker(serve);
  const silent = await trigger(serve, "silent");
  const web = await trigger(serve, "web");
  await untilBuild(serve, silent, "running");
  await until("Git waits for an answer", () => taken.length > 0);

  assert.equal((await place.run(serve, ["build", "cancel", silent])).code, 0);

  const build = await untilBuild(serve, silent, "cancelled");
  assert.equal(build.reason, "It was cancelled");
  await untilBuild(serve, web, "passed");
  assert.equal(await worker.end("SIGTERM"), 0, worker.err.text);
  for (const connection of taken) connection.close();
  listener.close();
  await accepting;
});

OPENSSL.test("--tls-cert serves https to clients that trust the certificate, and keys go over it", async () => {
  await using place = await makeServerPlace(WEB);
  const { folder } = place.here;
  await Deno.writeTextFile(
    `${folder}/ca.cnf`,
    "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=v3\n[dn]\nCN=localhost\n" +
      "[v3]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n",
  );
  const made = await new Deno.Command("openssl", {
    args: [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-config",
      "ca.cnf",
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem",
    ],
    cwd: folder,
  }).output();
  assert.ok(made.success, new TextDecoder().decode(made.stderr));
  const added = await place.here.run(["keys", "add", "all", "--role", "admin"]);
  const key = added.out.trim().split("\n").at(-1) ?? "";
  const serve = await place.serve(["--host", "0.0.0.0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
  const url = serve.url.replace("0.0.0.0", "localhost");
  assert.match(url, /^https:/);
  const env = { SHOWTIME_API_KEY: key, DENO_CERT: `${folder}/cert.pem` };

  const without = await place.here.run(["build", "list", "--server", url], { DENO_CERT: env.DENO_CERT });
  const untrusted = await place.here.run(["build", "list", "--server", url], { SHOWTIME_API_KEY: key });
  await place.worker({ ...serve, url }, [], { env });
  const built = await place.here.run(["build", "trigger", "web", "--wait", "--server", url], env);

  assert.equal(without.code, 1, without.err);
  assert.match(without.err, /it needs a key/);
  assert.equal(untrusted.code, 1, untrusted.err);
  assert.equal(built.code, 0, built.err);
  assert.equal(built.out, "web | A repository\n");
});

/** Lists and revokes keys where no server has run. Fails if that says anything else than that there are none. */
async function askForKeys(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using place = await makeServerPlace(WEB, env);
  const listed = await place.here.run(["keys", "list", "--json"], env);
  assert.deepEqual([listed.code, JSON.parse(listed.out)], [0, { keys: [] }], listed.err);
  const revoked = await place.here.run(["keys", "revoke", "nobody"], env);
  assert.equal(revoked.code, 1);
  assert.match(revoked.err, /no key has this name/);
  return (await Array.fromAsync(Deno.readDir(place.here.folder))).map(({ name }) => name).sort();
}

Deno.test("keys list and revoke make no store in an empty folder", async () => {
  assert.deepEqual(await askForKeys({}), ["pipelines.json", "repo"]);
});

POSTGRES.test("keys list and revoke make no table in an empty PostgreSQL", async () => {
  await using server = await startPostgres();
  const url = await server.database();
  await askForKeys({ SHOWTIME_SERVER__DATABASE: url });
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { max: 1 });
  const [row] =
    await sql`SELECT COUNT(*)::int AS n FROM information_schema.schemata WHERE schema_name = 'showtime'`;
  await sql.end();
  assert.equal(row?.["n"], 0);
});
