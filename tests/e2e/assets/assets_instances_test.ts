import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { type Finished, runShowtime, spawnShowtime } from "../../worlds/program/process.ts";
import { connect } from "../../worlds/superset/fill.ts";
import { startIdentityProvider } from "../../worlds/superset/identity_provider.ts";
import { startSuperset } from "../../worlds/superset/real_superset.ts";
import { startRecordingProxy } from "../../worlds/superset/recording_proxy.ts";

const superset = await part("superset");

const KEY = "only-for-tests-jwt-0123456789abcdef0123456789abcdef";

/** Runs the program in a folder. */
async function run(cwd: string, args: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return await runShowtime(["assets", ...args.split(" ")], {
    cwd,
    env: { GITHUB_REPOSITORY: "o/r", ...env },
  });
}

/** Works in a folder outside of the temporary one, below which the program may write anywhere. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-e2e-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function config(url: string, auth: string): string {
  return `version: 1\nassets:\n  instances:\n    qa:\n      url: ${url}\n      auth: ${auth}\n`;
}

const PASSWORD = '{ username: admin, password: "${env:SHOWTIME_QA_PASSWORD}" }';

Deno.test("without showtime.yml and outside of a clone, commands about assets say what they need or do without it", async () => {
  await inFolder(async (folder) => {
    const env = { GITHUB_REPOSITORY: "" };
    for (const line of ["export", "export_all", "plan qa", "sync_assets a b", "runs", "instances test"]) {
      const { code, err } = await run(folder, line, env);
      assert.equal(code, 2, line);
      assert.match(err, /Choosing an instance: there is no showtime\.yml, which has the instances/, line);
      assert.match(
        err,
        /Run it in the folder of showtime\.yml or below; "showtime assets instances add"/,
        line,
      );
    }
    assert.equal((await run(folder, "instances list", env)).code, 0);
    assert.match((await run(folder, "validate", env)).err, /Checking "assets": there is no such folder/);
    await Deno.mkdir(`${folder}/assets`);
    assert.equal((await run(folder, "validate", env)).code, 0);
    await Deno.writeTextFile(`${folder}/showtime.yml`, "version: 1\n");
    assert.match((await run(folder, "export", env)).err, /showtime\.yml has no assets\.instances/);
  });
});

Deno.test("instances add, list, show and remove change the file and nothing beside", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/showtime.yml`;
    const before = "# Ours.\nversion: 1\nttl: 24h   # a day\n";
    await Deno.writeTextFile(path, before);
    const lacking = await run(folder, "instances add");
    assert.equal(lacking.code, 2);
    assert.match(lacking.err, /the name and --url and --username are missing/);
    assert.equal(await Deno.readTextFile(path), before);

    const added = await run(folder, "instances add qa --url https://bi-qa.example.org/ --username ci --json");
    assert.equal(added.code, 0, added.err);
    assert.deepEqual(JSON.parse(added.out), {
      instance: "qa",
      file: "showtime.yml",
      variables: ["SHOWTIME_QA_PASSWORD"],
    });
    assert.match(added.err, /Set SHOWTIME_QA_PASSWORD/);
    assert.equal((await run(folder, "instances add qa --url https://x.example --username ci")).code, 2);
    const secret = await run(
      folder,
      "instances add b --url https://x.example --username ci --secret hunter2-hunter2",
    );
    assert.equal(secret.code, 2);
    assert.doesNotMatch(secret.err + secret.out, /hunter2/);

    const listed = JSON.parse((await run(folder, "instances list --json")).out);
    assert.deepEqual(listed.instances, [
      { name: "qa", url: "https://bi-qa.example.org", method: "password", default: false },
    ]);
    const shown = await run(folder, "instances show", { SHOWTIME_QA_PASSWORD: "s3cret-s3cret" });
    assert.match(shown.out, /\$\{env:SHOWTIME_QA_PASSWORD\}/);
    assert.doesNotMatch(shown.out, /s3cret/);
    assert.equal((await run(folder, "instances remove qa")).code, 0);
    assert.equal(await Deno.readTextFile(path), before);
    assert.equal((await run(folder, "instances remove qa")).code, 2);
  });
});

Deno.test("instances import writes references and names each variable, never a secret", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/home/.sup`, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/home/.sup/config.yml`,
      "superset_instances:\n  qa:\n    url: https://bi-qa.example.org\n    auth_method: username_password\n" +
        "    username: ci\n    password: hunter2-hunter2\n  key:\n    url: https://k.example.org\n" +
        "    auth_method: jwt\n    jwt_token: ${ENV:KEY_TOKEN}\n",
    );
    const env = {
      HOME: `${folder}/home`,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    };
    const imported = await run(folder, "instances import", env);
    assert.equal(imported.code, 0, imported.err);
    assert.match(imported.err, /Set SHOWTIME_QA_PASSWORD to the password that stands in/);
    assert.match(imported.err, /Set SHOWTIME_KEY_TOKEN to the value of KEY_TOKEN/);
    const text = await Deno.readTextFile(`${folder}/showtime.yml`);
    assert.doesNotMatch(imported.out + imported.err + text, /hunter2/);
    const again = JSON.parse((await run(folder, "instances import --json", env)).out);
    assert.deepEqual(again.left_out.map(({ name }: { name: string }) => name), ["qa", "key"]);
    assert.equal(await Deno.readTextFile(`${folder}/showtime.yml`), text);
    assert.equal((await run(folder, `instances import ${folder}/none.yml`)).code, 2);
  });
});

Deno.test("instances test says what to do about each address that is no Superset", async (context) => {
  await inFolder(async (folder) => {
    const proxy = startRecordingProxy();
    const page = new Response("<!doctype html><title>x</title>", {
      headers: { "content-type": "text/html" },
    });
    const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
    const cases: readonly (readonly [string, () => Response, RegExp])[] = [
      [
        "nothing is there",
        () => new Response("not found", { status: 404 }),
        /Check assets.instances.qa.url: no API/,
      ],
      ["a page of somebody else", () => page.clone(), /Check assets.instances.qa.url: no API/],
      [
        "a page with 404",
        () => new Response("<html>", { status: 404 }),
        /Check assets.instances.qa.url: no API/,
      ],
      [
        "https is wanted",
        to(`https://127.0.0.1:1/api/v1/security/login`),
        /Write https in assets.instances.qa.url/,
      ],
      ["a prefix is missing", to("/superset/api/v1/security/login"), /Write the final address/],
      [
        "a login page stands before it",
        to("https://sso.example.org/login?next=x"),
        /A login page stands before/,
      ],
      ["the server behind it is down", () => new Response("<html>bad gateway", { status: 502 }), /start it/],
    ];
    try {
      for (const [title, answer, hint] of cases) {
        await context.step(title, async () => {
          proxy.answer = answer;
          await Deno.writeTextFile(`${folder}/showtime.yml`, config(proxy.url, PASSWORD));
          const { code, err } = await run(folder, "instances test", {
            SHOWTIME_QA_PASSWORD: "s3cret-s3cret",
          });
          assert.equal(code, 1, err);
          assert.match(err, hint);
          assert.doesNotMatch(err, /s3cret/);
        });
      }
    } finally {
      await proxy.stop();
    }
    await context.step("no server answers", async () => {
      const { code, err } = await run(folder, "instances test", { SHOWTIME_QA_PASSWORD: "s3cret-s3cret" });
      assert.equal(code, 1);
      assert.match(err, /Check assets.instances.qa.url, and that this machine reaches it/);
    });
    await context.step("the variable is not set", async () => {
      const { code, err } = await run(folder, "instances test");
      assert.equal(code, 2);
      assert.match(err, /SHOWTIME_QA_PASSWORD is not set/);
    });
  });
});

Deno.test("a certificate that is not trusted is named, with how to trust it", async () => {
  await inFolder(async (folder) => {
    const made = await new Deno.Command("openssl", {
      args: [
        ..."req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
          .split(" "),
        ...["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`],
      ],
      stderr: "null",
    }).output();
    assert.equal(made.code, 0);
    const server = Deno.serve({
      ...{ hostname: "127.0.0.1", port: 0, onListen: () => {} },
      cert: await Deno.readTextFile(`${folder}/cert.pem`),
      key: await Deno.readTextFile(`${folder}/key.pem`),
    }, () => new Response("{}"));
    try {
      for (const auth of [PASSWORD, '{ method: token, token: "${env:SHOWTIME_QA_PASSWORD}" }']) {
        await Deno.writeTextFile(
          `${folder}/showtime.yml`,
          config(`https://127.0.0.1:${server.addr.port}`, auth),
        );
        const { code, err } = await run(folder, "instances test", { SHOWTIME_QA_PASSWORD: "s3cret-s3cret" });
        assert.equal(code, 1);
        assert.match(err, /DENO_CERT/);
      }
    } finally {
      await server.shutdown();
    }
  });
});

Deno.test("no login follows a redirection to another host", async () => {
  await inFolder(async (folder) => {
    const [other, proxy] = [startRecordingProxy(), startRecordingProxy()];
    proxy.answer = ({ path }) => new Response(null, { status: 307, headers: { location: other.url + path } });
    try {
      for (const method of ["password", "session", "token"]) {
        const auth = method === "token"
          ? '{ method: token, token: "${env:SHOWTIME_QA_PASSWORD}" }'
          : PASSWORD.replace("{", `{ method: ${method},`);
        await Deno.writeTextFile(`${folder}/showtime.yml`, config(proxy.url, auth));
        const { code } = await run(folder, "instances test", { SHOWTIME_QA_PASSWORD: "s3cret-s3cret" });
        assert.notEqual(code, 0, method);
      }
      assert.ok(proxy.requests.length >= 3);
      assert.deepEqual(other.requests, []);
    } finally {
      await Promise.all([other.stop(), proxy.stop()]);
    }
  });
});

Deno.test("a folder outside the working directory is refused before anything is asked", async () => {
  await inFolder(async (folder) => {
    const proxy = startRecordingProxy();
    try {
      await Deno.writeTextFile(`${folder}/showtime.yml`, config(proxy.url, PASSWORD));
      const env = { SHOWTIME_QA_PASSWORD: "s3cret-s3cret" };
      const outside = await run(folder, "export qa /var/lib/assets", env);
      assert.equal(outside.code, 2);
      assert.match(outside.err, /outside the folder that showtime runs in/);
      assert.match(outside.err, /Run it in the folder that holds it, or above/);
      const elsewhere = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-elsewhere-" });
      await Deno.symlink(elsewhere, `${folder}/linked`);
      assert.equal((await run(folder, "export qa linked", env)).code, 2);
      assert.equal((await run(folder, "export qa linked/below", env)).code, 2);
      // Records lie beside the configuration, which is found from below too.
      await new Deno.Command("git", { args: ["init", "--quiet", folder] }).output();
      await Deno.mkdir(`${folder}/below`);
      const below = await run(`${folder}/below`, "push qa --yes", env);
      assert.equal(below.code, 2, below.err);
      assert.match(below.err, /Run it in the folder that holds the file, or above/);
      const added = await run(`${folder}/below`, "instances add b --url https://b.example --username ci");
      assert.equal(added.code, 2);
      assert.match(added.err, /Run it in the folder of the file, or above/);
      await Deno.symlink(elsewhere, `${folder}/.showtime`);
      const pushed = await run(folder, "push qa --yes", env);
      assert.equal(pushed.code, 2, pushed.err);
      assert.match(pushed.err, /Run it in the folder that holds the file, or above/);
      assert.deepEqual(proxy.requests, []);
      await Deno.remove(elsewhere);
    } finally {
      await proxy.stop();
    }
  });
});

superset.test("a person logs in, keeps the login, uses it, and logs out", async (context) => {
  const server = await startSuperset({ config: [`JWT_SECRET_KEY = "${KEY}"`] });
  const provider = startIdentityProvider({ key: KEY, clientId: "ci", clientSecret: "s3cret-s3cret" });
  const env = { SHOWTIME_SECRET: "s3cret-s3cret" };
  try {
    await inFolder(async (folder) => {
      const auth = `{ method: oauth, authorization_url: "${provider.authorizationUrl}", token_url: ` +
        `"${provider.tokenUrl}", client_id: ci, client_secret: "\${env:SHOWTIME_SECRET}" }`;
      await Deno.writeTextFile(`${folder}/showtime.yml`, config(server.url, auth));
      await new Deno.Command("git", { args: ["init", "--quiet", folder] }).output();
      const file = `${folder}/.showtime/assets/qa/login.json`;
      await context.step("without a login a run says how to get one", async () => {
        const { code, err } = await run(folder, "instances test", env);
        assert.equal(code, 3);
        assert.match(err, /showtime assets login qa --save/);
      });
      await context.step("login alone only tests", async () => {
        const { code, out } = await logIn(folder, { args: [], env, provider });
        assert.equal(code, 0);
        assert.match(out, /qa: logged in as admin by oauth/);
        await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
      });
      await context.step(
        "--save keeps the refresh token, which the next commands use and replace",
        async () => {
          const { code, out } = await logIn(folder, { args: ["--save", "--json"], env, provider });
          assert.equal(code, 0);
          assert.deepEqual(JSON.parse(out), {
            instance: "qa",
            version: "6.1.0",
            user: "admin",
            method: "oauth",
            saved: true,
          });
          assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
          const first = JSON.parse(await Deno.readTextFile(file)).refresh_token;
          const tested = JSON.parse((await run(folder, "instances test --json", env)).out);
          assert.deepEqual([tested.user, tested.user_id, tested.csrf], ["admin", 1, "accepted"]);
          assert.equal((await run(folder, "export qa", env)).code, 0);
          const last = JSON.parse(await Deno.readTextFile(file)).refresh_token;
          assert.notEqual(last, first);
          assert.ok(provider.refreshTokens.has(last));
          const status = await new Deno.Command("git", { args: ["-C", folder, "status", "--porcelain"] })
            .output();
          assert.doesNotMatch(new TextDecoder().decode(status.stdout), /\.showtime/);
        },
      );
      await context.step("a refresh token that the provider refuses leads to a new login", async () => {
        provider.expireRefreshTokens();
        const { code, err } = await run(folder, "instances test", env);
        assert.equal(code, 3);
        assert.match(err, /Log in again with "showtime assets login qa"/);
      });
      await context.step("logout deletes it", async () => {
        assert.match((await run(folder, "logout", env)).out, /the saved login is deleted/);
        await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
        assert.match((await run(folder, "logout qa", env)).out, /no login is saved/);
      });
    });
  } finally {
    await provider.stop();
    await server.stop();
  }
});

/** Runs `login`, and opens the address that it prints. */
async function logIn(
  folder: string,
  { args, env, provider }: {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly provider: ReturnType<typeof startIdentityProvider>;
  },
): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawnShowtime(["assets", "login", "qa", ...args], {
    cwd: folder,
    env: { GITHUB_REPOSITORY: "o/r", ...env },
  });
  let err = "";
  const told = (async () => {
    let opened = false;
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      err += text;
      const address = /^http\S+$/m.exec(err)?.[0];
      if (opened || address === undefined || !err.includes(`${address}\n`)) continue;
      opened = true;
      assert.equal((await provider.logIn(address)).status, 200);
    }
  })();
  const out = await new Response(child.stdout).text();
  const { code } = await child.status;
  await told;
  assert.doesNotMatch(out + err, /s3cret|refresh-/);
  return { code, out };
}

for (const version of ["6.1", "6.0"] as const) {
  superset.test(`--owner finds people by login, mail and name, and me, on Superset ${version}`, async () => {
    const server = await startSuperset({ version });
    try {
      await inFolder(async (folder) => {
        const client = await connect(server.url);
        const roles = (await client.send("GET", "/api/v1/security/roles/")).body as {
          result: { id: number; name: string }[];
        };
        const alpha = roles.result.find(({ name }) => name === "Alpha")?.id;
        const made = await client.send("POST", "/api/v1/security/users/", {
          ...{ username: "anna", first_name: "Anna", last_name: "Nowak", email: "anna.nowak@example.org" },
          ...{ password: "anna-anna", active: true, roles: [alpha] },
        });
        assert.equal(made.status, 201, JSON.stringify(made));
        const anna = (made.body as { id: number }).id;
        const database = await client.send("POST", "/api/v1/database/", {
          ...{ database_name: "W", sqlalchemy_uri: `sqlite:///${server.warehouse}`, expose_in_sqllab: true },
        });
        const databaseId = (database.body as { id: number }).id;
        for (const [table, owner] of [["ship_calls_0", 1], ["ship_calls_1", anna]] as const) {
          const dataset = await client.send("POST", "/api/v1/dataset/", {
            ...{ database: databaseId, schema: "main", table_name: table, owners: [owner] },
          });
          assert.equal(dataset.status, 201, JSON.stringify(dataset));
        }
        const auth = (name: string) => `{ username: ${name}, password: "\${env:SHOWTIME_QA_PASSWORD}" }`;
        const owned = async (owner: string, name = "admin") => {
          await Deno.writeTextFile(`${folder}/showtime.yml`, config(server.url, auth(name)));
          const dir = `out-${crypto.randomUUID()}`;
          const { code, out, err } = await runShowtime(
            ["assets", "export", "qa", dir, "--kind", "dataset", "--owner", owner, "--json"],
            {
              cwd: folder,
              env: {
                GITHUB_REPOSITORY: "o/r",
                SHOWTIME_QA_PASSWORD: name === "admin" ? "admin" : "anna-anna",
              },
            },
          );
          if (code !== 0) return `${code}: ${err}${out}`;
          const assets = JSON.parse(out).assets as { kind: string; name: string }[];
          return assets.filter(({ kind }) => kind === "dataset").map((each) => each.name).join();
        };
        assert.equal(await owned("anna"), "ship_calls_1");
        assert.equal(await owned("admin"), "ship_calls_0");
        assert.equal(await owned("anna.nowak@example.org"), "ship_calls_1");
        assert.equal(await owned("Anna Nowak"), "ship_calls_1");
        assert.equal(await owned("me"), "ship_calls_0");
        assert.equal(await owned("me", "anna"), "ship_calls_1");
        assert.equal(await owned("anna", "anna"), "ship_calls_1");
        assert.equal(await owned("anna.nowak@example.org", "anna"), "ship_calls_1");
        assert.match(await owned("nobody-here"), /^2: .*knows no/s);
      });
    } finally {
      await server.stop();
    }
  });
}
