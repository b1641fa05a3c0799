import assert from "node:assert/strict";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";

Deno.test("makeHealthProbe() follows redirects on the same host only, and calls nothing but 200 healthy", async () => {
  const pages: Readonly<Record<string, Response>> = {
    "http://a:1/ok": new Response("x"),
    "http://a:1/away": new Response(null, { status: 302, headers: { location: "http://169.254.169.254/" } }),
    "http://a:1/moved": new Response(null, { status: 302, headers: { location: "/ok2" } }),
    "http://a:1/ok2": new Response("x"),
    "http://a:1/empty": new Response(null, { status: 204 }),
    "http://a:1/here": new Response("", { status: 200 }),
  };
  const asked: string[] = [];
  const fetch = (input: string | URL | Request) => {
    asked.push(String(input));
    return Promise.resolve(pages[String(input)] ?? new Response("", { status: 404 }));
  };
  const look = (path: string, fallback = path) =>
    makeHealthProbe({ fetch })("a:1", { path, fallback, timeoutMs: 1000 }, new AbortController().signal);

  assert.deepEqual(await look("/ok"), { ok: true, answer: "200" });
  assert.deepEqual(await look("/moved"), { ok: true, answer: "200" });
  assert.deepEqual(await look("/away"), { ok: false, answer: "302 to another host" });
  assert.deepEqual(await look("/empty"), { ok: false, answer: "204" });
  assert.deepEqual(await look("/gone", "/here"), { ok: true, answer: "200" });
  assert.deepEqual(await look("/gone"), { ok: false, answer: "404" });
  assert.deepEqual(asked.filter((url) => !url.startsWith("http://a:1/")), []);
});
