import assert from "node:assert/strict";
import type { Shell } from "../../../src/ports/shell.ts";
import { isLoopback } from "../../../src/lib/loopback.ts";
import { makeLinkDiagnosis } from "../../../src/drivers/docker/diagnose/diagnose_links.ts";

Deno.test("isLoopback() knows a machine's own addresses, with and without a port", () => {
  const own = [
    "127.0.0.1",
    "127.0.0.1:80",
    "127.8.9.10",
    "localhost",
    "LOCALHOST:8080",
    "::1",
    "[::1]",
    "[::1]:80",
  ];
  const others = [
    "0.0.0.0",
    "10.0.0.5",
    "",
    "::",
    "[::]",
    "127.0.0.1.example.com",
    "1270.0.0.1",
    "build.example",
  ];

  assert.deepEqual(own.filter((each) => !isLoopback(each)), []);
  assert.deepEqual(others.filter(isLoopback), []);
});

Deno.test("makeLinkDiagnosis() warns where links lead to the machine itself", async () => {
  const table = [
    ["127.0.0.1", undefined, true, "warning", "127.0.0.1"],
    ["127.0.0.1", undefined, false, "ok", "127.0.0.1"],
    ["[::1]:80", undefined, true, "warning", "[::1]"],
    ["0.0.0.0", undefined, false, "warning", "127.0.0.1"],
    ["[::]", undefined, false, "warning", "[::1]"],
    ["[0:0::0]:8080", undefined, false, "warning", "[::1]"],
    ["0.0.0.0", "tcp://build.example:2376", false, "ok", "build.example"],
    ["0.0.0.0", "ssh://ana:pw@build.example", false, "ok", "build.example"],
    ["0.0.0.0", "context ssh://build.example", false, "ok", "build.example"],
    ["10.0.0.5", undefined, true, "ok", "10.0.0.5"],
  ] as const;
  for (const [publish, engine, shared, expected, to] of table) {
    const context = engine?.startsWith("context ") ? engine.slice("context ".length) : "unix:///x.sock";
    const shell: Shell = {
      run: () => Promise.resolve({ code: 0, stdout: `${context}\n`, stderr: "", timedOut: false }),
    };
    const host = engine?.startsWith("context ") ? undefined : engine;
    const diagnosis = makeLinkDiagnosis({ shell, publish, host, shared });

    const [found] = await diagnosis.diagnose(new AbortController().signal);

    assert.equal(found?.status, expected, publish);
    assert.ok(found?.detail.includes(`they lead to ${to}`), found?.detail);
    assert.equal(found?.fix?.includes("docker.publish") ?? false, expected === "warning");
  }
});

Deno.test("makeLinkDiagnosis() takes docker.host, and warns if no port is published where it leads", async () => {
  const shell: Shell = { run: () => assert.fail("the engine's own address does not matter") };
  for (
    const [publish, openHost, expected] of [
      ["0.0.0.0", "preview.example.org", "ok"],
      ["10.0.0.5", "preview.example.org", "ok"],
      ["127.0.0.1", "preview.example.org", "warning"],
      ["127.0.0.1", "localhost", "ok"],
    ] as const
  ) {
    const diagnosis = makeLinkDiagnosis({ shell, publish, openHost, host: undefined, shared: true });

    const [found] = await diagnosis.diagnose(new AbortController().signal);

    assert.equal(found?.status, expected, `${publish} ${openHost}`);
    assert.ok(found?.detail.includes(`they lead to ${openHost}`), found?.detail);
  }
});
