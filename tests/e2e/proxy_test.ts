/** What the program asks through a proxy, and what it never does. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sourceFlags } from "../../src/wiring/permissions.ts";

const MODULE = new URL("../../src/wiring/proxies.ts", import.meta.url).href;
const SETTLE = new URL("../../src/wiring/settle_environment.ts", import.meta.url).href;

/** A proxy that refuses everything and counts what it is asked, and a server that it would stand before. */
interface Servers extends AsyncDisposable {
  readonly proxy: string;
  readonly asked: string[];
  readonly port: number;
}

function startServers(): Servers {
  const asked: string[] = [];
  const onListen = () => {};
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => {
    asked.push(request.url);
    return new Response("refused by the proxy", { status: 403 });
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, () => new Response("the server"));
  return {
    proxy: `http://127.0.0.1:${proxy.addr.port}`,
    asked,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      await Promise.all([proxy.shutdown(), server.shutdown()]);
    },
  };
}

/** Runs lines of TypeScript in a process with those variables and the program's permissions. */
async function play(code: string, env: Readonly<Record<string, string>>): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code);
  try {
    const { code: exit, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-config",
        ...sourceFlags().filter((each) => each !== "--deny-import"),
        file,
      ],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", ...env },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(exit, 0, decoder.decode(stderr));
    return decoder.decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}

const PROXIES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

Deno.test("loopback addresses are never asked through a proxy, whichever variable names it", async () => {
  await using servers = startServers();
  const { port, proxy, asked } = servers;
  const code = `import { settleEnvironment } from "${SETTLE}";
    settleEnvironment(Deno.env.toObject());
    for (const host of ["127.0.0.1", "localhost"]) {
      console.log((await fetch(\`http://\${host}:${port}/\`)).status);
    }`;
  for (const name of PROXIES) {
    for (const more of [{}, { NO_PROXY: "example.com" }, { no_proxy: "example.com" }]) {
      assert.equal(
        await play(code, { [name]: proxy, ...more }),
        "200\n200\n",
        `${name} ${JSON.stringify(more)}`,
      );
    }
  }
  assert.deepEqual(asked, []);
});

Deno.test("other addresses go through the proxy, but for those that NO_PROXY names", async () => {
  await using servers = startServers();
  const { proxy, asked } = servers;
  const code = `import { settleEnvironment } from "${SETTLE}";
    settleEnvironment(Deno.env.toObject());
    const get = (url) => fetch(url).then((answer) => answer.status, () => "no answer");
    console.log(await get("http://app.invalid/"), await get("http://own.invalid/"));`;

  assert.equal(await play(code, { HTTP_PROXY: proxy, no_proxy: "own.invalid" }), "403 no answer\n");
  assert.equal(await play(code, { HTTP_PROXY: proxy, NO_PROXY: "*" }), "no answer no answer\n");
  assert.deepEqual(asked, ["http://app.invalid/"]);
});

Deno.test("the engine's machine and the addresses of its environments are never asked through a proxy", async () => {
  await using servers = startServers();
  const { proxy, asked } = servers;
  const code = `import { settleEnvironment } from "${SETTLE}";
    import { makeDirectFetch } from "${MODULE}";
    settleEnvironment(Deno.env.toObject());
    const get = (asker, url) => asker(url).then((answer) => answer.status, () => "no answer");
    console.log(await get(fetch, "http://engine.invalid/"), await get(fetch, "http://other.invalid/"));
    const direct = makeDirectFetch();
    console.log(await get(direct, "http://env.invalid/"), await get(direct, "http://192.0.2.0.invalid/"));`;

  const said = await play(code, { HTTP_PROXY: proxy, DOCKER_HOST: "tcp://engine.invalid:2376" });

  assert.equal(said, "no answer 403\nno answer no answer\n");
  assert.deepEqual(asked, ["http://other.invalid/"]);
});

Deno.test("programs that are started are given the same exceptions", async () => {
  const code = `import { settleEnvironment } from "${SETTLE}";
    settleEnvironment(Deno.env.toObject());
    console.log(Deno.env.get("NO_PROXY") === Deno.env.get("no_proxy"), Deno.env.get("NO_PROXY"));`;

  assert.equal(
    await play(code, { HTTP_PROXY: "http://proxy.invalid:3128", NO_PROXY: "a.example, b.example" }),
    "true a.example,b.example,localhost,.localhost,127.0.0.0/8,::1\n",
  );
  assert.equal(await play(code, { NO_PROXY: "a.example" }), "false a.example\n");
});
