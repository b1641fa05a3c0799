/** Cleanup in an archived repository, where GitHub refuses every change. */

import assert from "node:assert/strict";
import { runIn } from "../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  NOON,
  type RunChange,
  runningLabels,
  seedPull,
  type WorldOptions,
} from "../worlds/world.ts";

const archived: RunChange["wire"] = async (request, send) => {
  const text = await request.clone().text();
  const writes = (request.method !== "GET" && !request.url.endsWith("/graphql")) ||
    text.includes('"mutation');
  const message = "Repository was archived so is read-only.";
  if (!writes) return await send(request);
  return request.url.endsWith("/graphql")
    ? Response.json({ data: null, errors: [{ type: "FORBIDDEN", message }] })
    : Response.json({ message }, { status: 403 });
};

const OLD = NOON - 100 * HOUR;
const expired = { createdAt: OLD, expiresAt: OLD + 48 * HOUR };
const LABELS = runningLabels(A, { created: "2024-01-11T10-30" });

const WORLDS: readonly [title: string, options: WorldOptions][] = [
  ["an expired environment", { pull: { labels: LABELS }, platform: [environment(A, expired)] }],
  ["a closed pull request's environments", {
    pull: { labels: LABELS, state: "closed" },
    platform: [environment(A, expired)],
  }],
  ["an orphan", { platform: [environment(B, expired)] }],
];

for (const [title, options] of WORLDS) {
  Deno.test(`cleanup --force in an archived repository removes ${title} from the platform and leaves the labels`, async () => {
    const world = makeWorld(options);
    const labels = world.labels();

    const { code, out, err } = await runIn(world, ["cleanup", "--force"], { run: { wire: archived } });

    assert.deepEqual(world.platform.environments, []);
    assert.equal(world.platform.changes.length, 1);
    assert.deepEqual(world.labels(), labels);
    assert.match(err, /warning: The labels of #1234 stay, because the repository is archived/);
    assert.match(out, /removed/);
    assert.equal(code, 0);
  });

  Deno.test(`cleanup in an archived repository keeps ${title} without --force, and says what removes it`, async () => {
    const world = makeWorld(options);

    const { code, both } = await runIn(world, ["cleanup"], { run: { wire: archived } });

    assert.deepEqual(world.platform.changes, []);
    assert.equal(code, 5);
    assert.match(both, /the repository is archived, and GitHub takes no changes of it/);
    assert.match(both, /; "showtime cleanup --force" removes environments from the platform/);
  });
}

Deno.test("cleanup --force in an archived repository leaves what is not Showtime's and what still has time", async () => {
  const world = makeWorld({
    seed: { pulls: [seedPull(1234, { labels: LABELS }), seedPull(1235, { labels: runningLabels(B) })] },
    platform: [
      environment(A, expired),
      environment(B, { pr: 1235 as never, service: "pr-1235-bbbbbbb-service" as never }),
      environment(B, { ...expired, managed: false, service: "pr-1234-bbbbbbb-service" as never }),
    ],
  });

  await runIn(world, ["cleanup", "--force"], { run: { wire: archived } });

  assert.deepEqual(world.platform.changes, ["destroy pr-1234-aaaaaaa-service"]);
});

Deno.test("cleanup --force in a repository that only refuses the token removes nothing without a lock", async () => {
  const world = makeWorld({ pull: { labels: LABELS }, platform: [environment(A, expired)] });
  const wire: RunChange["wire"] = async (request, send) =>
    request.method === "POST" && request.url.endsWith("/labels")
      ? Response.json({ message: "Resource not accessible by integration" }, { status: 403 })
      : await send(request);

  const { code } = await runIn(world, ["cleanup", "--force"], { run: { wire } });

  assert.equal(code, 5);
  assert.deepEqual(world.platform.changes, []);
});
