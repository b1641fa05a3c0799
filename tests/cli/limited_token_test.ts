/** A token that GitHub made to read only, on the close of a pull request, and every other refusal. */

import assert from "node:assert/strict";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, makeWorld, PR, type RunChange, runningLabels } from "../worlds/world.ts";

const ENV = {
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: "/runner/output",
  GITHUB_STEP_SUMMARY: "/runner/summary",
};
const INTEGRATION = "Resource not accessible by integration";

/** Lets a token only read. */
const refusing = (message: string, status = 403): NonNullable<RunChange["wire"]> => async (request, send) => {
  const text = await request.clone().text();
  const writes = (request.method !== "GET" && !request.url.endsWith("/graphql")) ||
    text.includes('"mutation');
  return writes ? Response.json({ message }, { status }) : await send(request);
};

const closed = () =>
  makeWorld({ pull: { labels: runningLabels(A), state: "closed" }, platform: [environment(A)] });
const identity = (change: RunChange): RunChange => ({
  actor: "ana",
  inActions: true,
  wire: refusing(INTEGRATION),
  ...change,
});

for (
  const [who, change] of [
    ["Dependabot", { actor: "dependabot[bot]", limited: "dependabot" }],
    ["pull requests from forks", { limited: "fork" }],
  ] as const
) {
  Deno.test(`sync of a closed pull request leaves the removal to the cleanup in runs of ${who}: exit 0, a notice`, async () => {
    const files = new Map<string, string>();
    const world = closed();

    const { code, err } = await runIn(world, ["sync", "1234"], { env: ENV, files, run: identity(change) });

    assert.equal(code, 0);
    assert.match(
      err,
      new RegExp(
        `^::notice::Nothing of #1234 is removed now, because GitHub gives runs of ${who} a token that only reads; the next cleanup removes it$`,
        "m",
      ),
    );
    assert.match(err, /^Next: "showtime cleanup" removes it$/m);
    assert.doesNotMatch(err, /::error|error:/);
    assert.match(files.get("/runner/output") ?? "", /destroy_environment/);
    assert.deepEqual(world.platform.changes, []);
  });

  Deno.test(`sync --json of a closed pull request says in runs of ${who} what is left`, async () => {
    const { code, out } = await runIn(closed(), ["sync", "1234", "--json"], {
      env: ENV,
      run: identity(change),
    });

    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.deepEqual([document.action_reason, document.applied, "error" in document], [
      "pr_closed",
      [],
      false,
    ]);
    assert.match(document.left, /the next cleanup removes it$/);
  });

  Deno.test(`sync of an open pull request fails in runs of ${who} and names the missing permission`, async () => {
    const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });

    const { code, err } = await runIn(world, ["sync", "1234"], {
      env: ENV,
      run: identity({ ...change, actor: "maxime" }),
    });

    assert.equal(code, 1);
    assert.match(err, /Add "issues: write" to the "permissions:" block/);
  });
}

for (
  const [title, message, hint] of [
    [
      "a workflow without the permission",
      INTEGRATION,
      /Add "issues: write" to the "permissions:" block of the workflow's job/,
    ],
    ["an archived repository", "Repository was archived so is read-only.", /"showtime cleanup --force"/],
  ] as const
) {
  Deno.test(`sync of a closed pull request in ${title} exits 1 with what to do`, async () => {
    const world = closed();
    const run = identity({ wire: refusing(message) });

    const { code, err } = await runIn(world, ["sync", "1234"], { env: ENV, run });
    const json = await runIn(world, ["sync", "1234", "--json"], { run });

    assert.deepEqual([code, json.code], [1, 1]);
    assert.match(err, hint);
    assert.match(JSON.parse(json.out).error.hint, hint);
    assert.deepEqual(world.platform.changes, []);
  });
}

Deno.test("sync of a closed pull request in an archived repository exits 1 in Dependabot's runs too", async () => {
  const run = identity({ limited: "dependabot", wire: refusing("Repository was archived so is read-only.") });

  assert.equal((await runIn(closed(), ["sync", String(PR)], { env: ENV, run })).code, 1);
});
