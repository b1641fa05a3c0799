/** What `doctor` finds about the contexts of pull requests. */

import assert from "node:assert/strict";
import type { Finding } from "../../../src/lib/finding.ts";
import { appFile } from "../../worlds/contexts/pull_events_world.ts";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { wireRun } from "../../worlds/contexts/wired_run.ts";
import { part } from "../../worlds/require.ts";
import { makeWorld, never } from "../../worlds/world.ts";

const redis = await part("redis");
const FOLLOWS = "environments: { app: ci/app.yaml }";
const WITH_REDIS = `datasources: { redis: { url: "\${env:SHOWTIME_REDIS_URL}" } }\n  ${FOLLOWS}`;

/** Runs the check; undefined if there is none. */
async function diagnose(
  context: string,
  { app, env }: { readonly app?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<readonly Finding[] | undefined> {
  const files = {
    "showtime.yml": `version: 1\npreset: superset\nplatform: docker\n${
      context === "" ? "" : `context:\n  ${context}\n`
    }`,
    ...app === undefined ? {} : { "ci/app.yaml": app },
  };
  await using run = await wireRun(makeWorld({ seed: { files } }), { inActions: true, env: env ?? {} });
  const all = await run.wiring.diagnoses(run.request);
  return await all.find(({ name }) => name === "contexts")?.diagnose(never());
}

Deno.test("doctor does not look at contexts that are not configured", async () => {
  assert.equal(await diagnose(""), undefined);
});

Deno.test("doctor finds a missing app file, and a store that Actions does not share", async () => {
  assert.deepEqual(
    (await diagnose(FOLLOWS))?.map(({ status, detail }) => `${status}: ${detail}`),
    [
      "failure: Reading the app file ci/app.yaml: there is no such file",
      "warning: sqlite keeps them on this machine, which runs in Actions do not see",
    ],
  );
});

for (
  const [what, app, expected, fix] of [
    [
      "an event that is never fired",
      appFile(["runing"]),
      /has handlers for "runing", which is never fired/,
      'Is "running" meant?',
    ],
    [
      "no handlers",
      "cicd-contexts: { stage: { a: 1 } }\n",
      /has no handlers, so nothing is sent/,
      /event-handlers\.running/,
    ],
  ] as const
) {
  Deno.test(`doctor warns of an app file with ${what}`, async () => {
    const [finding] = await diagnose(FOLLOWS, { app }) ?? [];
    assert.equal(finding?.status, "warning");
    assert.match(finding.detail, expected);
    assert.match(finding.fix ?? "", typeof fix === "string" ? new RegExp(fix.replace("?", "\\?")) : fix);
  });
}

redis.test("doctor finds a good app file and a store that answers, and a store that does not", async () => {
  const server = await startRedis();
  const env = { SHOWTIME_REDIS_URL: `${server.url}/0` };
  const look = async () =>
    (await diagnose(WITH_REDIS, { app: appFile(["running", "failed"]), env }))?.map((each) =>
      `${each.status}: ${each.detail}`.replaceAll(String(server.port), "PORT")
    );
  try {
    assert.deepEqual(await look(), [
      "ok: ci/app.yaml on the base branch has handlers for running, failed",
      "ok: redis 127.0.0.1:PORT/0 answers",
    ]);
    await server.kill();
    const [, second] = await look() ?? [];
    assert.match(second ?? "", /^failure: /);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});
