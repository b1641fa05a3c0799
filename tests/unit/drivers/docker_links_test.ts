import assert from "node:assert/strict";
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
    ["127.0.0.1", undefined, "warning"],
    ["[::1]:80", undefined, "warning"],
    ["0.0.0.0", undefined, "warning"],
    ["0.0.0.0", "tcp://build.example:2376", "ok"],
    ["10.0.0.5", undefined, "ok"],
  ] as const;
  for (const [publish, host, expected] of table) {
    const [found] = await makeLinkDiagnosis({ publish, host }).diagnose(new AbortController().signal);

    assert.equal(found?.status, expected, publish);
    assert.equal(found?.fix?.includes("docker.publish") ?? false, expected === "warning");
  }
});
