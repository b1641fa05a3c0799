/** Events about environments as the program wires them: from which files, with which store, and not without the setting. */

import assert from "node:assert/strict";
import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import { valueAt } from "../../../src/contexts/core/tree/operations.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { appFile } from "../../worlds/contexts/pull_events_world.ts";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { startSlack } from "../../worlds/contexts/slack_server.ts";
import { wireRun } from "../../worlds/contexts/wired_run.ts";
import { part } from "../../worlds/require.ts";
import { B, makeWorld, never, PR, type World } from "../../worlds/world.ts";

const redis = await part("redis");

const REDIS = "datasources: { redis: { url: '${env:SHOWTIME_REDIS_URL}' } }";
const FOLLOWS = "environments: { app: ci/app.yaml, bases: ci/bases, context: stage }";

/** A world with files on its base branch. */
function worldWith(context: string, files: Readonly<Record<string, string>> = {}): World {
  const config = `version: 1\npreset: superset\nplatform: docker\n${
    context === "" ? "" : `context:\n  ${context}\n`
  }`;
  return makeWorld({
    pull: { labels: ["🎪 ⚡ showtime-trigger-start"] },
    seed: { files: { "showtime.yml": config, ...files } },
  });
}

for (
  const [name, section] of [
    ["the default store", FOLLOWS],
    ["SQLite", `datasources: { sqlite: { path: a.db } }\n  ${FOLLOWS}`],
    [
      "a file beside a copy in Redis",
      `datasources: { redis: { url: "redis://h" }, yamlfile: { path: a.yaml, isPrimary: true } }\n  ${FOLLOWS}`,
    ],
  ] as const
) {
  Deno.test(`in Actions, environments in contexts with ${name} are exit code 2 before anything is done, dry runs included`, async () => {
    const world = worldWith(section);
    for (const flags of [{}, { dryRunDocker: true }, { dryRunGithub: true }]) {
      await using run = await wireRun(world, { inActions: true, flags });
      await assert.rejects(run.wiring.events(run.request), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ["store_not_shared", 2]);
        assert.match(error.message, /keeps them on this machine, which ends with the workflow's job$/);
        return true;
      });
    }
    assert.deepEqual(world.simulator.requests().filter(({ write }) => write), []);
  });
}

Deno.test("without the setting there are no events, and no request more", async () => {
  const world = worldWith("");
  await using run = await wireRun(world, { inActions: true });
  await run.wiring.config(run.request);
  const { requests } = await world.count(async () => {
    assert.equal(await run.wiring.events(run.request), undefined);
  });
  assert.equal(requests, 0);
});

Deno.test("a dry run has no events", async () => {
  const world = worldWith(`${REDIS}\n  ${FOLLOWS}`);
  for (const flags of [{ dryRunDocker: true }, { dryRunGithub: true }]) {
    await using run = await wireRun(world, { inActions: true, flags });
    assert.equal(await run.wiring.events(run.request), undefined);
  }
});

Deno.test("a reference to Redis that leads to nothing is a warning, and the environment comes up", async () => {
  const world = worldWith(`${REDIS}\n  ${FOLLOWS}`);
  await using run = await wireRun(world, { inActions: true });
  const events = await run.wiring.events(run.request);

  const { exitCode } = await world.sync({ ...world.context(), events });

  assert.equal(exitCode, 0);
  assert.deepEqual(world.spoken.warned, [
    "Announcing the environments of #1234: Opening Redis: the variable SHOWTIME_REDIS_URL is not set. " +
    "Set it; context.datasources.redis.url refers to it",
  ]);
});

redis.test("in Actions the app file and its bases are those of the base branch, and handlers use secrets and the run's token", async () => {
  await using server = await startRedis();
  await using slack = startSlack();
  const world = worldWith(
    [
      REDIS,
      "slack: { url: '${env:SHOWTIME_SLACK_URL}', token: '${env:SHOWTIME_SLACK_TOKEN}' }",
      `templates: { notify: '{"text": {{ notify.message | tojson }}}' }`,
      FOLLOWS,
    ].join("\n  "),
    {
      "ci/app.yaml": `bases: [company.yaml]\n${
        appFile(
          [],
          [
            "          running:",
            '            notify: { message: "running {{ environment.short_sha }}" }',
            '            github-comment: { message: "At {{ environment.url }}" }',
          ].join("\n"),
        )
      }`,
      "ci/bases/company.yaml": "cicd-contexts: { stage: { channel: builds } }\n",
    },
  );
  const env = {
    SHOWTIME_REDIS_URL: `${server.url}/0`,
    SHOWTIME_SLACK_URL: slack.url,
    SHOWTIME_SLACK_TOKEN: "xoxb-secret",
  };
  const sync = async () => {
    await using run = await wireRun(world, { inActions: true, env });
    return await world.sync({ ...world.context(), events: await run.wiring.events(run.request) });
  };

  await sync();
  await sync();

  assert.deepEqual(world.spoken.warned, []);
  assert.deepEqual(slack.posts, ["running aaaaaaa"]);
  assert.deepEqual(slack.tokens, ["Bearer xoxb-secret"]);
  const comments = world.comment().split("<!-- showtime-context:default -->");
  assert.equal(comments.length, 2);
  assert.match(comments[1] ?? "", /At http:\/\/10\.0\.0\.1:8001/);
  const store = await makeContextStore({ kind: "redis", url: `${server.url}/0` }, {
    clock: makeClock(),
    keep: 50,
  });
  try {
    const stored = await store.read(`pr-${PR}` as ContextId, never());
    assert.equal(stored?.tree.get("channel"), "builds");
    assert.equal(
      valueAt(stored?.tree ?? new Map(), ["state", "environments", "aaaaaaa", "status"]),
      "running",
    );
    assert.equal(stored?.newest.actor, "ana");
  } finally {
    await store.close();
  }
});

redis.test("an app file that is not on the base branch is a warning that names the setting", async () => {
  await using server = await startRedis();
  const world = worldWith(`${REDIS}\n  ${FOLLOWS}`);
  await using run = await wireRun(world, {
    inActions: true,
    env: { SHOWTIME_REDIS_URL: `${server.url}/0` },
  });

  const { exitCode } = await world.sync({
    ...world.context(),
    events: await run.wiring.events(run.request),
  });

  assert.equal(exitCode, 0);
  assert.deepEqual(world.spoken.warned, [
    "Announcing the environments of #1234: Reading the app file ci/app.yaml: there is no such file. " +
    "Correct context.environments.app; in Actions the files are those of the base branch",
  ]);
});

redis.test("the example of docs/contexts.md posts what its page says", async () => {
  await using server = await startRedis();
  await using slack = startSlack();
  const page = await Deno.readTextFile(new URL("../../../docs/contexts.md", import.meta.url));
  const [section = ""] = page.split("## In preview environments")[1]?.split("\n## ") ?? [];
  const blocks = [...section.matchAll(/```yaml\n# (\S+)\n(.*?)```/gs)].map(([, path = "", text = ""]) =>
    [path, text.replace("https://slack.com/api/chat.postMessage", slack.url)] as const
  );
  assert.deepEqual(blocks.map(([path]) => path), ["showtime.yml", "ci/app.yaml"]);
  const [[, config], [, app]] = blocks as [typeof blocks[0], typeof blocks[0]];
  const world = makeWorld({
    pull: { labels: ["🎪 ⚡ showtime-trigger-start"] },
    seed: { files: { "showtime.yml": `${config}preset: superset\nplatform: docker\n`, "ci/app.yaml": app } },
  });
  const env = { SHOWTIME_REDIS_URL: `${server.url}/0`, SHOWTIME_SLACK_TOKEN: "xoxb-secret" };
  const sync = async () => {
    await using run = await wireRun(world, { inActions: true, env });
    await world.sync({ ...world.context(), events: await run.wiring.events(run.request) });
    return slack.posts.splice(0);
  };

  assert.deepEqual(await sync(), ["PR 1234 runs at http://10.0.0.1:8001"]);
  world.simulator.push({ pr: PR, sha: B });
  assert.deepEqual(await sync(), ["PR 1234 runs at http://10.0.0.1:8002"], "a push stops nothing");
  world.simulator.pull({ pr: PR, state: "closed", actor: "maxime" });
  assert.deepEqual(await sync(), ["PR 1234 has no environment any more"]);
  assert.deepEqual(world.spoken.warned, []);
});
