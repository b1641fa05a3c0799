/** That news of a build arrive although a server dies, and once although several servers send them. */

import assert from "node:assert/strict";
import { type NewsPorts, sendLateNews, sendNews } from "../../../src/pipelines/app/server/send_news.ts";
import type { ServerPipeline } from "../../../src/pipelines/core/builds/server_pipeline.ts";
import { type ServerWorld, startServerWorld, WEB } from "../../worlds/builds/server_world.ts";

const NEVER = new AbortController().signal;
const NEWS: ServerPipeline = {
  ...WEB,
  news: { onFailure: [{ kind: "webhook", url: "https://example.org" }] },
};

async function failedBuild(server: ServerWorld): Promise<string> {
  const { build: id } = await server.json("POST /webhook?pipeline=web");
  await server.json("POST /api/v1/claim", { body: { worker: "w", tags: [] } });
  await server.json(`POST /api/v1/builds/${id}/finish`, { body: { attempt: 1, outcome: "failed" } });
  return id;
}

function portsOf({ ports }: ServerWorld, deliver: NewsPorts["deliver"]): NewsPorts {
  return { ...ports, deliver, urlOf: () => undefined, traceUrlOf: () => undefined, say: () => {} };
}

Deno.test("news that a killed server did not send are sent by the next one, once its claim is old", async () => {
  await using server = await startServerWorld({ pipelines: [NEWS] });
  await failedBuild(server);
  let sent = 0;
  const [{ id = "" } = {}] = await server.ports.store.builds({ limit: 1 }, NEVER);
  const begun = new Promise<void>((resolve) => {
    const hanging = portsOf(server, () => new Promise(() => resolve()));
    void sendNews(hanging, id, NEVER);
  });
  await begun;
  const next = portsOf(server, () => Promise.resolve(void sent++));

  await sendLateNews(next, NEVER);
  assert.equal(sent, 0, "another server may be sending them");
  server.pass(5 * 60_000);
  await Promise.all([sendLateNews(next, NEVER), sendLateNews(next, NEVER), sendNews(next, id, NEVER)]);
  assert.equal(sent, 1);
  server.pass(10 * 60_000);
  await sendLateNews(next, NEVER);
  assert.equal(sent, 1);
});

Deno.test("a pipeline that is given notifications later sends none about builds that ended before", async () => {
  const silent: ServerPipeline = { ...NEWS, news: {} };
  await using server = await startServerWorld({ pipelines: [silent] });
  const id = await failedBuild(server);
  await sendNews(portsOf(server, () => Promise.reject(new Error("nothing is sent"))), id, NEVER);
  let sent = 0;
  const files = {
    ...server.ports.files,
    current: () => ({ ...server.ports.files.current(), pipelines: new Map([["web", NEWS]]) }),
  };

  await sendLateNews({ ...portsOf(server, () => Promise.resolve(void sent++)), files }, NEVER);

  assert.equal(sent, 0);
});
