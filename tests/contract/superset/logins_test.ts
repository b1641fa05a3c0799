import assert from "node:assert/strict";
import type { AuthSettings } from "../../../src/assets/core/instance.ts";
import type { SavedLogin } from "../../../src/assets/ports/login.ts";
import {
  authorize,
  clientTokens,
  makeSuperset,
  personTokens,
  Provider,
  type ProviderTokens,
} from "../../../src/drivers/superset/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { part } from "../../worlds/require.ts";
import { connect } from "../../worlds/superset/fill.ts";
import { type ProviderOptions, startIdentityProvider } from "../../worlds/superset/identity_provider.ts";
import { type RealSuperset, startSuperset } from "../../worlds/superset/real_superset.ts";
import { startRecordingProxy } from "../../worlds/superset/recording_proxy.ts";

const superset = await part("superset");

const KEY = "only-for-tests-jwt-0123456789abcdef0123456789abcdef";
const PASSWORD = { method: "password", username: "admin", password: "admin", provider: "db" } as const;

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

function driver(url: string, auth: AuthSettings) {
  return makeSuperset({ name: "qa", url, auth, fetch, clock: makeClock() });
}

/** Asks the real server, as an administrator. */
// deno-lint-ignore no-explicit-any -- an answer of the server's own shape
async function ask(url: string, path: string, body?: unknown): Promise<any> {
  const client = await connect(url);
  const answer = await client.send(body === undefined ? "GET" : "POST", path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer));
  return answer.body;
}

async function adminToken(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/security/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: "admin", provider: "db", refresh: true }),
  });
  return (await answer.json()).access_token;
}

/** A saved login in memory. */
function memory(refresh?: string): SavedLogin & { value: string | undefined } {
  const saved = {
    value: refresh,
    read: () => Promise.resolve(saved.value),
    write: (value: string) => Promise.resolve(void (saved.value = value)),
    remove: () => Promise.resolve(false),
  };
  return saved;
}

superset.test("each login method reads from a real server and may write to it", async (context) => {
  const server = await startSuperset({
    config: ["FAB_API_KEY_ENABLED = True", `JWT_SECRET_KEY = "${KEY}"`],
    addsViews: true,
  });
  try {
    const token = await adminToken(server.url);
    const { result } = await ask(server.url, "/api/v1/security/api_keys/", { name: "ci" });
    assert.match(result.key, /^sst_/);
    const methods: readonly (readonly [string, AuthSettings, string])[] = [
      ["a password", PASSWORD, "password"],
      ["the login form", { ...PASSWORD, method: "session" }, "session"],
      ["a bearer token", { method: "token", token }, "token"],
      ["an API key", { method: "token", token: result.key }, "token"],
    ];
    for (const [title, auth, method] of methods) {
      await context.step(`by ${title}`, () => isAdmin(driver(server.url, auth), method));
    }
    for (const secretIn of ["header", "form"] as const) {
      await context.step(`by client credentials with the secret in the ${secretIn}`, async () => {
        const provider = startIdentityProvider({
          key: KEY,
          clientId: "ci",
          clientSecret: "s3cret-s3cret",
          secretIn,
        });
        try {
          const auth = clientAuth(provider.tokenUrl);
          const port = makeSuperset({
            ...{ name: "qa", url: server.url, auth, fetch, clock: makeClock() },
            tokens: (connection) =>
              clientTokens(connection, new Provider({ name: "qa", settings: auth, fetch })),
          });
          await isAdmin(port, "client_credentials");
          assert.equal(provider.requests.filter(({ accepted }) => accepted).length, 1);
        } finally {
          await provider.stop();
        }
      });
    }
    await context.step("by a person's login, and by its refresh token after that", async () => {
      const provider = startIdentityProvider({ key: KEY, clientId: "ci" });
      try {
        const auth = personAuth(provider);
        const saved = memory();
        const first = await logInAt(server, { auth, saved, provider });
        await isAdmin(first.port, "oauth");
        assert.deepEqual(provider.requests, [{
          grant: "authorization_code",
          accepted: true,
          fields: ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"],
          accept: "application/json",
        }]);
        assert.equal(saved.value, undefined, "nothing is saved without a request");
        saved.value = first.tokens()?.refresh;
        assert.ok(saved.value !== undefined && provider.refreshTokens.has(saved.value));
        const again = await logInAt(server, { auth, saved, provider: undefined });
        await isAdmin(again.port, "oauth");
        assert.equal(provider.requests.at(-1)?.grant, "refresh_token");
        assert.ok(
          provider.refreshTokens.has(saved.value),
          "a replaced refresh token is replaced in the file",
        );
      } finally {
        await provider.stop();
      }
    });
    await context.step(
      "every write has cookie, CSRF token and Referer, and every request one Accept",
      async () => {
        const proxy = startRecordingProxy(server.url);
        try {
          const port = driver(proxy.url, PASSWORD);
          await port.testWrite(signal());
          assert.equal(await port.remove("chart", 4711, signal()), undefined);
          const writes = proxy.requests.filter(({ method, path }) =>
            method !== "GET" && !/security/.test(path)
          );
          assert.deepEqual(writes.map(({ method, path }) => `${method} ${path}`), [
            "PUT /api/v1/chart/0",
            "DELETE /api/v1/chart/4711",
          ]);
          for (const { headers } of writes) {
            assert.match(headers.get("cookie") ?? "", /^session=/);
            assert.match(headers.get("x-csrftoken") ?? "", /./);
            assert.equal(headers.get("referer"), `${proxy.url}/`);
          }
          assert.deepEqual(
            new Set(proxy.requests.map(({ headers }) => headers.get("accept"))),
            new Set(["application/json"]),
          );
        } finally {
          await proxy.stop();
        }
      },
    );
    await context.step("two instances on one host keep their cookies apart", async () => {
      const [one, two] = [startRecordingProxy(server.url), startRecordingProxy(server.url)];
      try {
        const ports = [one, two].map(({ url }) => driver(url, { ...PASSWORD, method: "session" }));
        for (const port of ports) await port.testWrite(signal());
        const cookies = [one, two].map(({ requests }) =>
          new Set(requests.map(({ headers }) => headers.get("cookie")).filter((each) => each !== null))
        );
        assert.ok(cookies.every((each) => each.size > 0));
        assert.deepEqual([...cookies[0] ?? []].filter((each) => cookies[1]?.has(each)), []);
      } finally {
        await Promise.all([one.stop(), two.stop()]);
      }
    });
    await context.step("a wrong password, provider, token or key is refused with what to do", async () => {
      const refused: readonly (readonly [AuthSettings, RegExp])[] = [
        [{ ...PASSWORD, password: "wrong" }, /Check username and password/],
        [{ ...PASSWORD, method: "session", password: "wrong" }, /Check username and password/],
        [{ ...PASSWORD, provider: "ldap" }, /logs people in elsewhere: use auth.method oauth/],
        [{ method: "token", token: "sst_wrong" }, /assets instances test qa/],
        [{ method: "token", token: "a.b.c" }, /assets instances test qa/],
      ];
      for (const [auth, hint] of refused) {
        await assert.rejects(driver(server.url, auth).list("chart", signal()), (error) => {
          assert.ok(error instanceof AppError, String(error));
          assert.deepEqual([error.code, error.exitCode], ["superset_login_refused", 3], error.message);
          assert.match(error.hint ?? "", hint);
          return true;
        });
      }
    });
  } finally {
    await server.stop();
  }
});

async function isAdmin(port: ReturnType<typeof makeSuperset>, method: string): Promise<void> {
  const facts = await port.facts(signal());
  assert.deepEqual([facts.user, facts.userId, facts.method, facts.version], ["admin", 1, method, "6.1.0"]);
  assert.ok(facts.rights.dashboard.write);
  await port.testWrite(signal());
}

function clientAuth(tokenUrl: string) {
  const [client_id, client_secret] = ["ci", "s3cret-s3cret"];
  return { method: "client_credentials", token_url: tokenUrl, client_id, client_secret } as const;
}

type OAuth = Extract<AuthSettings, { method: "oauth" }>;

function personAuth({ authorizationUrl, tokenUrl }: ReturnType<typeof startIdentityProvider>): OAuth {
  return { method: "oauth", authorization_url: authorizationUrl, token_url: tokenUrl, client_id: "ci" };
}

/** Logs in as a person; without a provider nobody is there to ask. */
function logInAt(
  server: Pick<RealSuperset, "url">,
  { auth, saved, provider }: {
    readonly auth: OAuth;
    readonly saved: SavedLogin;
    readonly provider: ReturnType<typeof startIdentityProvider> | undefined;
  },
) {
  let tokens: ProviderTokens | undefined;
  const client = new Provider({ name: "qa", settings: auth, fetch });
  const pages: Promise<{ readonly status: number; readonly text: string }>[] = [];
  const port = makeSuperset({
    ...{ name: "qa", url: server.url, auth, fetch, clock: makeClock() },
    tokens: (connection) =>
      personTokens(connection, {
        provider: client,
        saved,
        ask: provider === undefined ? undefined : async (within) =>
          tokens = await authorize({
            name: "qa",
            settings: auth,
            provider: client,
            show: (address) => pages.push(provider.logIn(address)),
          }, within),
      }),
  });
  return Promise.resolve({ port, tokens: () => tokens, pages });
}

for (
  const [title, change, reason] of [
    ["a state of somebody else", (answer: URLSearchParams) => answer.set("state", "other"), /state/],
    ["no state", (answer: URLSearchParams) => answer.delete("state"), /state/],
    ["another code", (answer: URLSearchParams) => answer.set("code", "other"), /invalid_grant/],
    ["a refusal", (answer: URLSearchParams) => {
      answer.delete("code");
      answer.set("error", "access_denied");
    }, /access_denied/],
  ] as const
) {
  Deno.test(`a person's login that is answered with ${title} is refused`, async () => {
    const provider = startIdentityProvider({ key: KEY, clientId: "ci" });
    try {
      provider.tamper(change);
      const { port, pages } = await logInAt({ url: "http://127.0.0.1:9" }, {
        auth: personAuth(provider),
        saved: memory(),
        provider,
      });
      await assert.rejects(port.facts(signal()), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ["superset_login_refused", 3]);
        assert.match(error.message, reason);
        return true;
      });
      assert.equal((await pages[0])?.status, 200);
      assert.deepEqual(provider.requests.filter(({ accepted }) => accepted), []);
    } finally {
      await provider.stop();
    }
  });
}

Deno.test("the provider refuses a code without the right verifier, so PKCE is really checked", async () => {
  const provider = startIdentityProvider({ key: KEY, clientId: "ci" });
  try {
    const auth = personAuth(provider);
    const stranger: typeof fetch = (input, init) => {
      const form = new URLSearchParams(String(init?.body));
      form.set("code_verifier", "x".repeat(43));
      return fetch(input, { ...init, body: form });
    };
    const client = new Provider({ name: "qa", settings: auth, fetch: stranger });
    const pages: Promise<unknown>[] = [];
    await assert.rejects(
      authorize({
        name: "qa",
        settings: auth,
        provider: client,
        show: (at) => pages.push(provider.logIn(at)),
      }, signal()),
      /invalid_grant/,
    );
    await Promise.all(pages);
  } finally {
    await provider.stop();
  }
});

Deno.test("without a saved login and without a person, a run says how to log in", async () => {
  const provider = startIdentityProvider({ key: KEY, clientId: "ci" });
  try {
    const url = "http://127.0.0.1:9";
    const auth = personAuth(provider);
    const { port } = await logInAt({ url }, { auth, saved: memory(), provider: undefined });
    await assert.rejects(port.facts(signal()), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.exitCode, 3);
      assert.match(error.hint ?? "", /showtime assets login qa --save/);
      return true;
    });
    const expired = await logInAt({ url }, { auth, saved: memory("refresh-gone"), provider: undefined });
    await assert.rejects(expired.port.facts(signal()), (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.hint ?? "", /Log in again with "showtime assets login qa"/);
      return true;
    });
  } finally {
    await provider.stop();
  }
});

Deno.test("a client's wrong secret, and a provider that is not there, are told apart", async () => {
  const options: ProviderOptions = { key: KEY, clientId: "ci", clientSecret: "right-right" };
  const provider = startIdentityProvider(options);
  const hintOf = async (settings: ReturnType<typeof clientAuth>) => {
    try {
      await new Provider({ name: "qa", settings, fetch }).byClient(signal());
    } catch (error) {
      assert.ok(error instanceof AppError);
      assert.doesNotMatch(`${error.message}${error.hint}`, /s3cret/);
      return `${error.code}: ${error.hint}`;
    }
  };
  try {
    assert.match(
      await hintOf(clientAuth(provider.tokenUrl)) ?? "",
      /login_refused: Check auth.client_id and auth.client_secret/,
    );
    assert.match(await hintOf(clientAuth(`${provider.url}/other`)) ?? "", /login_refused: Check auth of qa/);
  } finally {
    await provider.stop();
  }
  assert.match(await hintOf(clientAuth(provider.tokenUrl)) ?? "", /unreachable: Check auth.token_url/);
});

superset.test("tokens are renewed before they expire, after they expired, and after the refresh token expired", async (context) => {
  const server = await startSuperset({
    config: [
      "from datetime import timedelta",
      "JWT_ACCESS_TOKEN_EXPIRES = timedelta(seconds=2)",
      "JWT_REFRESH_TOKEN_EXPIRES = timedelta(seconds=9)",
    ],
  });
  const proxy = startRecordingProxy(server.url);
  const logins = () =>
    proxy.requests.filter(({ path }) => /security\/(?:login|refresh)/.test(path)).map(({ path }) =>
      path.split("/").at(-1)
    );
  const tokens = () =>
    proxy.requests.map(({ headers }) => headers.get("authorization") ?? "").filter(Boolean);
  /** Waits until the server refuses the last token of that kind. */
  const untilExpired = async (header: string, path: string) => {
    for (;;) {
      const answer = await fetch(server.url + path, {
        method: path.endsWith("refresh") ? "POST" : "GET",
        headers: { authorization: header },
      });
      await answer.body?.cancel();
      if (answer.status === 401) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  try {
    let now = Date.now();
    const clock = { ...makeClock(), now: () => now };
    const port = makeSuperset({ name: "qa", url: proxy.url, auth: PASSWORD, fetch, clock });
    await context.step("an expiry in the middle is noticed by the answer", async () => {
      await port.facts(signal());
      assert.deepEqual(logins(), ["login"]);
      await untilExpired(tokens().at(-1) ?? "", "/api/v1/me/");
      await port.list("chart", signal());
      assert.deepEqual(logins(), ["login", "refresh"]);
    });
    await context.step("a write whose token has expired is sent once more", async () => {
      await port.testWrite(signal());
      const before = tokens().at(-1) ?? "";
      await untilExpired(before, "/api/v1/me/");
      await port.testWrite(signal());
      assert.notEqual(tokens().at(-1), before);
    });
    await context.step("an expired refresh token leads to a new login", async () => {
      const refresh = proxy.requests.find(({ path }) =>
        path.endsWith("refresh")
      )?.headers.get("authorization") ?? "";
      await untilExpired(refresh, "/api/v1/security/refresh");
      now += 60_000;
      await port.list("chart", signal());
      assert.deepEqual(logins().slice(-2), ["refresh", "login"]);
    });
    await context.step("a token is renewed while it is still valid", async () => {
      const count = logins().length;
      now += 1_500;
      await port.list("chart", signal());
      assert.deepEqual(logins().slice(count), ["refresh"]);
    });
  } finally {
    await proxy.stop();
    await server.stop();
  }
});

superset.test("a server that takes tokens for anonymous visitors gets a session, or the run stops", async (context) => {
  const server = await startSuperset();
  try {
    const token = await adminToken(server.url);
    const roles = (await ask(server.url, "/api/v1/security/roles/")).result as { id: number; name: string }[];
    const idOf = (name: string) => roles.find((role) => role.name === name)?.id;
    const gamma = await ask(server.url, `/api/v1/security/roles/${idOf("Gamma")}/permissions/`);
    await ask(server.url, `/api/v1/security/roles/${idOf("Public")}/permissions`, {
      permission_view_menu_ids: gamma.result.map((each: { id: number }) => each.id),
    });
    await context.step("a password switches to a session", async () => {
      const facts = await driver(server.url, PASSWORD).facts(signal());
      assert.deepEqual([facts.user, facts.method], ["admin", "session, because the server ignores tokens"]);
    });
    await context.step("a token cannot", async () => {
      await assert.rejects(driver(server.url, { method: "token", token }).facts(signal()), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ["superset_login_refused", 3]);
        assert.match(error.hint ?? "", /Public role has rights.*auth.method session/);
        return true;
      });
    });
  } finally {
    await server.stop();
  }
});
