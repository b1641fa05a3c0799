import assert from "node:assert/strict";
import {
  type Credentials,
  makeHubStore,
  makeRegistryStore,
  readDockerConfig,
} from "../../src/drivers/registry/mod.ts";

const TAG = "pr-{pr}-{sha}-ci";
const ANA: Credentials = { user: "ana", password: "päss:word" };

function never(): AbortSignal {
  return new AbortController().signal;
}

function basic({ user, password }: Credentials): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`;
}

/** A registry that wants a token for each scope, over `fetch`. */
class TokenRegistry {
  readonly tags = new Map<string, string>([["pr-1-abcdef0-ci", "sha256:aa"]]);
  readonly seen: string[] = [];

  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    this.seen.push(`${request.method} ${url.host}${url.pathname}`);
    return Promise.resolve(
      url.host === "auth.example" ? this.#token(request, url) : this.#registry(request, url),
    );
  };

  #token(request: Request, url: URL): Response {
    if (request.headers.get("authorization") !== basic(ANA)) return new Response("no", { status: 401 });
    return Response.json({ token: `${url.searchParams.get("service")}|${url.searchParams.get("scope")}` });
  }

  #registry(request: Request, url: URL): Response {
    const wanted = `Bearer reg|repository:team/app:${
      request.method === "DELETE" ? "pull,push,delete" : "pull"
    }`;
    if (request.headers.get("authorization") !== wanted) {
      const challenge = 'Bearer realm="https://auth.example/token",service="reg",scope="x"';
      return new Response("{}", { status: 401, headers: { "www-authenticate": challenge } });
    }
    const name = url.pathname.split("/").at(-1) ?? "";
    if (url.pathname.endsWith("/tags/list")) return Response.json({ tags: [...this.tags.keys()] });
    if (request.method === "DELETE") {
      for (const [tag, digest] of this.tags) if (digest === name) this.tags.delete(tag);
      return new Response(null, { status: 202 });
    }
    const digest = this.tags.get(name);
    return new Response(
      null,
      digest === undefined ? { status: 404 } : { headers: { "docker-content-digest": digest } },
    );
  }
}

Deno.test("makeRegistryStore() gets a token for each right from the service that the registry names", async () => {
  const registry = new TokenRegistry();
  const store = makeRegistryStore({
    image: "reg.example/team/app",
    tag: TAG,
    credentials: ANA,
    fetch: registry.fetch,
  });

  const image = "reg.example/team/app:pr-1-abcdef0-ci";

  assert.equal(await store.exists(image, never()), true);
  assert.deepEqual(await store.remove(image, never()), { kind: "removed" });
  assert.equal(registry.tags.size, 0);
  assert.equal(registry.seen.filter((line) => line.includes("auth.example")).length, 2);
});

Deno.test("makeRegistryStore() without the right credentials says what to do", async () => {
  const registry = new TokenRegistry();
  const store = makeRegistryStore({ image: "reg.example/team/app", tag: TAG, fetch: registry.fetch });

  await assert.rejects(store.exists("reg.example/team/app:x", never()), {
    code: "permission",
    hint: "docker login reg.example",
  });
});

Deno.test("makeRegistryStore() keeps an image whose digest any other tag has", async () => {
  const registry = new TokenRegistry();
  registry.tags.set("latest", "sha256:aa");
  const store = makeRegistryStore({
    image: "reg.example/team/app",
    tag: TAG,
    credentials: ANA,
    fetch: registry.fetch,
  });

  const removal = await store.remove("reg.example/team/app:pr-1-abcdef0-ci", never());

  assert.deepEqual(removal, { kind: "kept", reason: "the same image is tagged latest" });
  assert.equal(registry.tags.size, 2);
});

Deno.test("makeRegistryStore() never touches another repository", async () => {
  const registry = new TokenRegistry();
  const store = makeRegistryStore({
    image: "reg.example/team/app",
    tag: TAG,
    credentials: ANA,
    fetch: registry.fetch,
  });

  await assert.rejects(store.remove("reg.example/team/other:pr-1-abcdef0-ci", never()), {
    code: "bad_image",
  });

  assert.deepEqual(registry.seen, []);
});

Deno.test("makeRegistryStore() reports a registry that does not answer as worth another try", async () => {
  const fetch = () => Promise.reject(new TypeError("connection refused"));
  const store = makeRegistryStore({ image: "reg.example/team/app", tag: TAG, fetch });

  await assert.rejects(store.exists("reg.example/team/app:x", never()), {
    code: "registry_unreachable",
    retryable: true,
  });
});

Deno.test("makeRegistryStore() stops at once when an answer stalls after its headers and the caller aborts", async () => {
  const stop = new AbortController();
  const reason = new Error("stopped by the caller");
  const fetch = (_: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const body = new ReadableStream({
      start(controller) {
        init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason), { once: true });
        queueMicrotask(() => stop.abort(reason));
      },
    });
    return Promise.resolve(new Response(body));
  };
  const store = makeRegistryStore({ image: "reg.example/team/app", tag: TAG, fetch });

  await assert.rejects(store.list(stop.signal), reason);
});

Deno.test("makeRegistryStore() never takes a server's failure for an image that is not there", async () => {
  const fetch = () => Promise.resolve(new Response("oops", { status: 503 }));
  const store = makeRegistryStore({ image: "reg.example/team/app", tag: TAG, fetch });

  await assert.rejects(store.exists("reg.example/team/app:x", never()), {
    code: "registry_unreachable",
    retryable: true,
  });
  await assert.rejects(store.list(never()), { code: "registry_unreachable" });
});

/** A Docker Hub with one repository. */
class Hub {
  readonly tags: Set<string>;
  readonly #rights: "all" | "read";

  constructor(tags: readonly string[], rights: "all" | "read" = "all") {
    this.tags = new Set(tags);
    this.#rights = rights;
  }

  readonly handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname === "/v2/users/login/") {
      const { username, password } = await request.json();
      if (username !== ANA.user || password !== ANA.password) {
        return Response.json({ detail: "no" }, { status: 401 });
      }
      return Response.json({ token: "jwt" });
    }
    const match = /^\/v2\/repositories\/acme\/app\/tags\/(?:([^/]+)\/)?$/.exec(url.pathname);
    if (match === null) return new Response("", { status: 404 });
    const tag = match[1];
    if (tag === undefined) return this.#list(url);
    if (request.method === "DELETE") {
      if (request.headers.get("authorization") !== "Bearer jwt") return new Response("", { status: 401 });
      if (this.#rights === "read") return new Response("", { status: 403 });
      return new Response(null, { status: this.tags.delete(tag) ? 204 : 404 });
    }
    return this.tags.has(tag) ? Response.json({ name: tag }) : new Response("", { status: 404 });
  };

  #list(url: URL): Response {
    const page = Number(url.searchParams.get("page") ?? 1);
    const size = Number(url.searchParams.get("page_size") ?? 10);
    const names = [...this.tags].slice((page - 1) * size, page * size);
    const more = page * size < this.tags.size;
    return Response.json({
      next: more ? `${url.origin}${url.pathname}?page=${page + 1}&page_size=${size}` : null,
      results: names.map((name) => ({ name, tag_last_pushed: "2026-01-15T14:30:00Z" })),
    });
  }
}

async function withHub(hub: Hub, run: (baseUrl: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, hub.handle);
  try {
    await run(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("makeHubStore() finds, lists and deletes single tags", async () => {
  const ours = Array.from({ length: 120 }, (_, at) => `pr-${at + 1}-abcdef0-ci`);
  const hub = new Hub(["latest", ...ours]);
  await withHub(hub, async (baseUrl) => {
    const store = makeHubStore({ image: "acme/app", tag: TAG, credentials: ANA, baseUrl });

    const listed = await store.list(never());

    assert.equal(listed?.length, 120);
    assert.deepEqual(listed?.[0], {
      image: "acme/app:pr-1-abcdef0-ci",
      createdAt: Date.UTC(2026, 0, 15, 14, 30),
    });
    assert.equal(await store.exists("acme/app:pr-1-abcdef0-ci", never()), true);
    assert.deepEqual(await store.remove("acme/app:pr-1-abcdef0-ci", never()), { kind: "removed" });
    assert.deepEqual(await store.remove("acme/app:pr-1-abcdef0-ci", never()), { kind: "absent" });
    assert.equal(await store.exists("docker.io/acme/app:pr-1-abcdef0-ci", never()), false);
    assert.equal(hub.tags.size, 120);
  });
});

Deno.test("makeHubStore() keeps what it may not delete, and says why", async () => {
  const hub = new Hub(["pr-1-abcdef0-ci"], "read");
  await withHub(hub, async (baseUrl) => {
    const image = "acme/app:pr-1-abcdef0-ci";
    const anonymous = await makeHubStore({ image: "acme/app", tag: TAG, baseUrl }).remove(image, never());
    const reader = await makeHubStore({ image: "acme/app", tag: TAG, baseUrl, credentials: ANA }).remove(
      image,
      never(),
    );

    assert.match(anonymous.kind === "kept" ? anonymous.reason : "", /DOCKERHUB_USER and DOCKERHUB_TOKEN/);
    assert.match(reader.kind === "kept" ? reader.reason : "", /refuses to delete \(403\)/);
    assert.equal(hub.tags.size, 1);
  });
});

Deno.test("makeHubStore() with a wrong password says so, and does not put it into the message", async () => {
  await withHub(new Hub([]), async (baseUrl) => {
    const credentials = { user: "ana", password: "hunter2" };
    const store = makeHubStore({ image: "acme/app", tag: TAG, baseUrl, credentials });

    await assert.rejects(store.exists("acme/app:x", never()), (error) => {
      assert.equal((error as { code?: unknown }).code, "permission");
      assert.doesNotMatch(String(error), /hunter2/);
      return true;
    });
  });
});

Deno.test("readDockerConfig() finds the login of a registry, in each way it is written", () => {
  const auth = btoa("ana:s3cret:x");
  const config = JSON.stringify({
    auths: {
      "https://index.docker.io/v1/": { auth: btoa("hub:token") },
      "reg.example": { auth },
      "https://other.example/v2/": { username: "bo", password: "pw" },
      "empty.example": {},
      "bad.example": { auth: "%%%" },
    },
    credsStore: "desktop",
  });

  const read = ["docker.io", "reg.example", "other.example", "empty.example", "bad.example", "none.example"]
    .map((host) => readDockerConfig(config, host));

  assert.deepEqual(read, [
    { user: "hub", password: "token" },
    { user: "ana", password: "s3cret:x" },
    { user: "bo", password: "pw" },
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(readDockerConfig("no json", "reg.example"), undefined);
});
