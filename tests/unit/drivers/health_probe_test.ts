import assert from "node:assert/strict";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";

Deno.test("makeHealthProbe() follows redirects on the same host only, and calls any 2xx healthy", async () => {
  const to = (location: string) => new Response(null, { status: 302, headers: { location } });
  const pages: Readonly<Record<string, Response>> = {
    "http://a:1/ok": new Response("x"),
    "http://a:1/away": to("http://169.254.169.254/"),
    "http://a:1/port": to("http://a:2/"),
    "http://a:1/secure": to("https://a/ok"),
    "http://a:1/nonsense": to("http://["),
    "http://a:1/moved": to("/ok2"),
    "http://a:1/circle": to("/circle"),
    "http://a:1/ok2": new Response("x"),
    "http://a:1/empty": new Response(null, { status: 204 }),
    "http://a:1/accepted": new Response("", { status: 202 }),
    "http://a:1/same": new Response(null, { status: 304 }),
    "http://a:1/here": new Response("", { status: 200 }),
    "http://a:1/closed": new Response("", { status: 401 }),
  };
  const asked: string[] = [];
  const fetch = (input: string | URL | Request) => {
    asked.push(String(input));
    return Promise.resolve(pages[String(input)]?.clone() ?? new Response("", { status: 404 }));
  };
  const look = async (path: string, fallback = path) => {
    const question = { path, fallback, timeoutMs: 1000 };
    return await makeHealthProbe({ fetch })("a:1", question, new AbortController().signal);
  };
  const said = async (path: string, fallback?: string) => {
    const { ok, answer, outcome } = await look(path, fallback);
    return [ok, answer, outcome.kind, outcome.status];
  };

  assert.deepEqual(await said("/ok"), [true, "200", "ok", 200]);
  assert.deepEqual(await said("/moved"), [true, "200", "ok", 200]);
  assert.deepEqual(await said("/empty"), [true, "204", "ok", 204]);
  assert.deepEqual(await said("/accepted"), [true, "202", "ok", 202]);
  assert.deepEqual(await said("/same"), [false, "304", "status", 304]);
  assert.deepEqual(await said("/nonsense"), [false, "302", "status", 302]);
  assert.deepEqual(await said("/away"), [false, "302 to another host", "redirect", 302]);
  assert.equal((await look("/away")).outcome.to, "169.254.169.254");
  assert.deepEqual(await said("/port"), [false, "302 to another host", "redirect", 302]);
  assert.deepEqual(await said("/secure"), [false, "302 to HTTPS", "https", 302]);
  assert.deepEqual(await said("/circle"), [false, "too many redirects", "loop", undefined]);
  assert.deepEqual(await said("/gone", "/here"), [true, "200", "ok", 200]);
  assert.deepEqual(await said("/gone", "/closed"), [false, "404, and 401 at /closed", "status", 404]);
  assert.deepEqual(await said("/gone"), [false, "404", "status", 404]);
  assert.deepEqual(asked.filter((url) => !url.startsWith("http://a:1/")), []);
});

Deno.test("makeHealthProbe() reads the reason of a failed request from the causes below it", async () => {
  const table: readonly (readonly [kind: string, cause: string])[] = [
    ["refused", "client error (Connect): tcp connect error: Connection refused (os error 111)"],
    ["dns", "client error (Connect): dns error: failed to lookup address information: Name not known"],
    ["unreachable", "client error (Connect): tcp connect error: No route to host (os error 113)"],
    ["unreachable", "client error (Connect): tcp connect error: Network is unreachable (os error 101)"],
    ["reset", "Connection reset by peer (os error 104)"],
    ["closed", "client error (SendRequest): connection closed before message completed"],
    ["not_http", "client error (SendRequest): invalid HTTP version parsed"],
    ["unconnected", "client error (Connect): tcp connect error: Connection timed out (os error 110)"],
    ["other", "something new"],
  ];
  for (const [kind, cause] of table) {
    const failures = [
      new TypeError("fetch failed", { cause: new Error(cause) }),
      new TypeError("fetch failed", {
        cause: new Error("error sending request", { cause: new Error(cause) }),
      }),
      new TypeError(cause),
    ];
    for (const failure of failures) {
      const probe = makeHealthProbe({ fetch: () => Promise.reject(failure) });
      const question = { path: "/", fallback: "/", timeoutMs: 1000 };
      const { ok, outcome } = await probe("127.0.0.1:1", question, new AbortController().signal);
      assert.deepEqual([ok, outcome.kind], [false, kind], cause);
    }
  }
});

Deno.test("makeHealthProbe() says that a port is blocked where the HTTP client refuses it", async () => {
  const probe = makeHealthProbe({
    fetch: () => Promise.reject(new TypeError("Fetch failed: Requests to port 6000 are blocked")),
  });
  const question = { path: "/", fallback: "/", timeoutMs: 1000 };

  const { outcome } = await probe("127.0.0.1:6000", question, new AbortController().signal);

  assert.equal(outcome.kind, "blocked_port");
});
