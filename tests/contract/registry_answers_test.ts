/** What a registry's bad answers lead to: bodies that stall or have no end, refusals, and certificates of nobody's. */
import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { makeHubStore, makeRegistryStore } from "../../src/drivers/registry/mod.ts";
import type { ImageRemoval, ImageStore } from "../../src/environments/ports/images.ts";

const TAG = "pr-{pr}-{sha}-ci";
const NAME = "pr-1-abcdef0-ci";
const CREDENTIALS = { user: "ana", password: "secret" };
/** Milliseconds. */
const PATIENCE = 300;

function never(): AbortSignal {
  return new AbortController().signal;
}

/** Serves `answer` on this machine while `run` plays. */
async function serving(
  answer: (request: Request) => Response | Promise<Response>,
  run: (host: string) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: stop.signal };
  const server = Deno.serve({ ...options, onError: () => new Response(null, { status: 500 }) }, answer);
  try {
    await run(`127.0.0.1:${server.addr.port}`);
  } finally {
    stop.abort();
    await server.finished.catch(() => {});
  }
}

/** An answer whose headers come at once and whose body never ends. */
function stalled(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"tags": [')),
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/** An answer that goes on and on. */
function endless(): Response {
  const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
}

function registryAt(host: string, timeoutMs = PATIENCE): ImageStore {
  return makeRegistryStore({ image: `${host}/team/app`, tag: TAG, credentials: CREDENTIALS, timeoutMs });
}

function hubAt(host: string, timeoutMs = PATIENCE): ImageStore {
  const at = `http://${host}`;
  const options = { image: "acme/app", tag: TAG, credentials: CREDENTIALS, baseUrl: at, registryUrl: at };
  return makeHubStore({ ...options, timeoutMs });
}

/** Every call of a store that reads the body of an answer. */
const CALLS: Readonly<Record<string, (store: ImageStore, image: string) => Promise<unknown>>> = {
  readOwner: (store, image) => store.readOwner(image, never()),
  remove: (store, image) => store.remove(image, never()),
  list: (store) => store.list(never()),
};

/** Answers HEAD, and everything else by `body`. */
function withBodies(body: () => Response): (request: Request) => Response {
  return ({ method, url }) => {
    if (new URL(url).pathname === "/v2/users/login/") return Response.json({ token: "jwt" });
    return method === "HEAD"
      ? new Response(null, { headers: { "docker-content-digest": `sha256:${"a".repeat(64)}` } })
      : body();
  };
}

for (const [call, ask] of Object.entries(CALLS)) {
  for (
    const [name, makeStore, image] of [
      ["a registry", registryAt, (host: string) => `${host}/team/app:${NAME}`],
      ["Docker Hub", hubAt, () => `acme/app:${NAME}`],
    ] as const
  ) {
    Deno.test(`${call}() of ${name} that stalls after its headers ends in time`, async () => {
      await serving(withBodies(stalled), async (host) => {
        await assert.rejects(ask(makeStore(host), image(host)), {
          code: "registry_unreachable",
          retryable: true,
        });
      });
    });

    Deno.test(`${call}() of ${name} whose answer has no end reads a part of it`, async () => {
      await serving(withBodies(endless), async (host) => {
        const asked = ask(makeStore(host, 30_000), image(host));
        if (call === "remove") {
          const removal = await asked as ImageRemoval;
          assert.match(removal.kind === "kept" ? removal.reason : "", /exceeds 8 MiB/);
          return;
        }
        await assert.rejects(asked, (error) => {
          assert.ok(error instanceof AppError, String(error));
          assert.deepEqual([error.code, error.retryable], ["registry_unreachable", false]);
          assert.match(error.message, /exceeds 8 MiB/);
          return true;
        });
      });
    });
  }
}

Deno.test("a token service and a login to Docker Hub that stall end in time", async () => {
  let port = "";
  const token = (request: Request) =>
    new URL(request.url).pathname === "/token" ? stalled() : new Response("{}", {
      status: 401,
      headers: { "www-authenticate": `Bearer realm="http://${port}/token",service="reg"` },
    });
  await serving(token, async (host) => {
    port = host;
    await assert.rejects(registryAt(host).exists(`${host}/team/app:${NAME}`, never()), {
      code: "registry_unreachable",
    });
  });
  await serving(() => stalled(), async (host) => {
    await assert.rejects(hubAt(host).exists(`acme/app:${NAME}`, never()), { code: "registry_unreachable" });
  });
});

Deno.test("a caller that stops does not wait for a registry that stalls", async () => {
  await serving(withBodies(stalled), async (host) => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const reading = registryAt(host, 30_000).list(stop.signal);
    setTimeout(() => stop.abort(reason), 50);

    await assert.rejects(reading, reason);
  });
});

/** A registry that has one image and refuses some requests, with what was asked of it. */
function refusing(refuse: (method: string, path: string) => number | undefined) {
  const asked: string[] = [];
  const answer = ({ method, url }: Request): Response => {
    const path = new URL(url).pathname.replace("/v2/team/app/", "").replace("/v2/repositories/acme/app/", "");
    asked.push(`${method} ${path}`);
    const status = refuse(method, path);
    if (status !== undefined) return new Response("{}", { status });
    if (path === "/v2/users/login/") return Response.json({ token: "jwt" });
    if (path === "tags/list") return Response.json({ tags: [NAME] });
    return new Response(method === "HEAD" ? null : "{}", {
      headers: { "docker-content-digest": `sha256:${"a".repeat(64)}` },
    });
  };
  return { asked, answer };
}

for (
  const [title, refuse, reason] of [
    ["DELETE 401", (method: string) => method === "DELETE" ? 401 : undefined, /refuses to delete \(401\)/],
    ["DELETE 403", (method: string) => method === "DELETE" ? 403 : undefined, /refuses to delete \(403\)/],
    ["DELETE 405", (method: string) => method === "DELETE" ? 405 : undefined, /does not allow deleting/],
    ["DELETE 404", (method: string) => method === "DELETE" ? 404 : undefined, /still has it/],
    ["DELETE 202 and the image stays", () => undefined, /still has it/],
    ["HEAD 403", (method: string) => method === "HEAD" ? 403 : undefined, /it answers 403/],
    [
      "the list of tags 401",
      (_: string, path: string) => path === "tags/list" ? 401 : undefined,
      /it answers 401/,
    ],
    [
      "the list of tags 403",
      (_: string, path: string) => path === "tags/list" ? 403 : undefined,
      /it answers 403/,
    ],
    [
      "the list of tags 404",
      (_: string, path: string) => path === "tags/list" ? 404 : undefined,
      /does not list/,
    ],
    [
      "the list of tags 405",
      (_: string, path: string) => path === "tags/list" ? 405 : undefined,
      /it answers 405/,
    ],
  ] as const
) {
  Deno.test(`a registry that answers ${title} keeps the image, and the reason is named`, async () => {
    const { answer, asked } = refusing(refuse);
    await serving(answer, async (host) => {
      const removal = await registryAt(host).remove(`${host}/team/app:${NAME}`, never());

      assert.equal(removal.kind, "kept");
      assert.match(removal.kind === "kept" ? removal.reason : "", reason);
      if (title.includes("tags")) assert.ok(!asked.some((line) => line.startsWith("DELETE")), asked.join());
    });
  });
}

for (
  const [title, refuse, reason] of [
    ["DELETE 401", (method: string) => method === "DELETE" ? 401 : undefined, /refuses to delete \(401\)/],
    ["DELETE 403", (method: string) => method === "DELETE" ? 403 : undefined, /refuses to delete \(403\)/],
    ["DELETE 405", (method: string) => method === "DELETE" ? 405 : undefined, /does not allow deleting/],
    ["DELETE 200 and the image stays", () => undefined, /still has it/],
    [
      "the login 401",
      (_: string, path: string) => path === "/v2/users/login/" ? 401 : undefined,
      /logging in as DOCKERHUB_USER: it answers 401/,
    ],
  ] as const
) {
  Deno.test(`Docker Hub that answers ${title} keeps the image, and the reason is named`, async () => {
    await serving(refusing(refuse).answer, async (host) => {
      const removal = await hubAt(host).remove(`acme/app:${NAME}`, never());

      assert.equal(removal.kind, "kept");
      assert.match(removal.kind === "kept" ? removal.reason : "", reason);
    });
  });
}

Deno.test("a registry that fails is no registry that refuses: the removal can be tried again", async () => {
  const { answer } = refusing((method) => method === "DELETE" ? 503 : undefined);
  await serving(answer, async (host) => {
    await assert.rejects(registryAt(host).remove(`${host}/team/app:${NAME}`, never()), {
      code: "registry_unreachable",
      retryable: true,
    });
  });
});

for (
  const words of [
    "invalid peer certificate: UnknownIssuer",
    "invalid peer certificate: Expired",
    "invalid peer certificate: NotValidForName",
  ]
) {
  Deno.test(`a registry with a certificate that is not trusted (${words}) is not asked again`, async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: new Error(words) }));
    const image = "reg.example/team/app";
    const stores = [
      makeRegistryStore({ image, tag: TAG, fetch }).exists(`${image}:x`, never()),
      makeHubStore({ image: "acme/app", tag: TAG, fetch }).exists("acme/app:x", never()),
    ];

    for (const asked of stores) {
      await assert.rejects(asked, (error) => {
        assert.ok(error instanceof AppError, String(error));
        assert.deepEqual([error.code, error.retryable], ["registry_unreachable", false]);
        assert.match(error.message, /certificate at https:\/\/\S+ is not trusted/);
        assert.match(error.hint ?? "", /DENO_CERT/);
        return true;
      });
    }
  });
}
