import assert from "node:assert/strict";
import fc from "fast-check";
import { readActionsContext, readGithubUrls } from "../../../src/drivers/actions/mod.ts";

const SHA = "abc123f000000000000000000000000000000000";

const PAYLOAD = {
  action: "labeled",
  label: { name: "🎪 ⚡ showtime-trigger-start", color: "FFD700" },
  sender: { login: "ana", id: 7 },
  pull_request: {
    updated_at: "2024-01-15T14:30:00Z",
    number: 1234,
    head: { sha: SHA.toUpperCase(), ref: "x" },
    base: { ref: "master" },
  },
  repository: { default_branch: "main" },
};

function withPayload(payload: string, env = {}) {
  return readActionsContext({ GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: "/event.json", ...env }, (path) => {
    assert.equal(path, "/event.json");
    return payload;
  });
}

Deno.test("readActionsContext() reads the run and the part of the event that matters", async () => {
  const context = await withPayload(JSON.stringify(PAYLOAD), {
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_ACTOR: "ana",
    GITHUB_TRIGGERING_ACTOR: "tri",
    GITHUB_RUN_ID: "101",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_OUTPUT: "/out",
    GITHUB_STEP_SUMMARY: "/summary",
  });
  assert.deepEqual(context, {
    isActions: true,
    isCi: true,
    actor: "ana",
    triggeringActor: "tri",
    runId: 101,
    runAttempt: 2,
    event: {
      name: "pull_request",
      action: "labeled",
      sender: "ana",
      label: "🎪 ⚡ showtime-trigger-start",
      pr: 1234,
      headSha: SHA,
      open: undefined,
      fromFork: undefined,
      updatedAt: Date.UTC(2024, 0, 15, 14, 30),
      baseRef: "master",
      defaultBranch: "main",
      inputs: {},
      workflowRun: { headSha: undefined, headRepo: undefined },
    },
    outputPath: "/out",
    summaryPath: "/summary",
    urls: {
      api: "https://api.github.com",
      graphql: "https://api.github.com/graphql",
      server: "https://github.com",
    },
    warnings: [],
  });
});

Deno.test("readActionsContext() reads a dispatch's inputs as text and the run of a workflow_run", async () => {
  const { event } = await withPayload(JSON.stringify({
    inputs: { pr_number: 12, sha: "", force: true, nothing: null },
    workflow_run: { head_sha: SHA, head_repository: { full_name: "rando/superset" } },
  }));
  assert.deepEqual(event.inputs, { pr_number: "12", sha: "", force: "true" });
  assert.deepEqual(event.workflowRun, { headSha: SHA, headRepo: "rando/superset" });
});

Deno.test("readActionsContext() warns of what it cannot read and goes on", async () => {
  const wrong = {
    ...PAYLOAD,
    pull_request: { number: "12", head: { sha: "xyz" }, updated_at: "soon" },
    sender: "ana",
    inputs: [1],
  };
  const { event, warnings } = await withPayload(JSON.stringify(wrong), { GITHUB_RUN_ID: "many" });
  assert.equal(event.pr, undefined);
  assert.equal(event.headSha, undefined);
  assert.equal(event.sender, undefined);
  assert.equal(event.label, PAYLOAD.label.name);
  assert.deepEqual(
    warnings,
    [
      'GITHUB_RUN_ID is "many", which is no number: it is ignored',
      "The event's inputs is not what it should be: it is ignored",
      "The event's pull_request.number is not what it should be: it is ignored",
      "The event's pull_request.updated_at is not what it should be: it is ignored",
      "The event's pull_request.head.sha is not what it should be: it is ignored",
    ].toSorted((a, b) => warnings.indexOf(a) - warnings.indexOf(b)),
  );
  for (const payload of ["", "{", "[]", "null", "7"]) {
    const context = await withPayload(payload);
    assert.equal(context.warnings.length, 1, payload);
    assert.equal(context.event.pr, undefined);
  }
  const unreadable = await readActionsContext({ GITHUB_EVENT_PATH: "/none" }, () => {
    throw new Error("No such file");
  });
  assert.match(unreadable.warnings[0] ?? "", /GITHUB_EVENT_PATH cannot be read/);
});

Deno.test("readActionsContext() never fails for a payload, whatever JSON it is", async () => {
  await fc.assert(fc.asyncProperty(fc.json(), async (payload) => {
    const { event } = await withPayload(payload);
    assert.ok(event.pr === undefined || event.pr > 0);
  }));
});

/** The event of a comment on a pull request, with what the driver reads of it. */
const COMMENT = {
  action: "created",
  issue: { number: 1234, pull_request: { url: "https://api.github.com/repos/o/r/pulls/1234" } },
  comment: {
    id: 99,
    node_id: "IC_99",
    body: "/showtime start",
    user: { login: "ana", id: 7, type: "User" },
    created_at: "2024-01-15T14:30:00Z",
  },
  sender: { login: "ana", id: 7, type: "User" },
};

function readComment(payload: unknown, name = "issue_comment") {
  return withPayload(JSON.stringify(payload), { GITHUB_EVENT_NAME: name }).then(({ event }) => event.comment);
}

Deno.test("readActionsContext() reads the event of a comment", async () => {
  const ana = { id: 7, login: "ana", bot: false };
  const expected = {
    action: "created",
    pr: 1234,
    id: 99,
    nodeId: "IC_99",
    body: "/showtime start",
    before: undefined,
    author: ana,
    sender: ana,
    at: Date.UTC(2024, 0, 15, 14, 30),
  };
  assert.deepEqual(await readComment(COMMENT), expected);
  const edited = { ...COMMENT, action: "edited", changes: { body: { from: "Hello" } } };
  assert.deepEqual(await readComment(edited), { ...expected, action: "edited", before: "Hello" });
  const bot = { ...COMMENT, sender: { login: "renovate[bot]", id: 8, type: "Bot" } };
  assert.equal((await readComment(bot))?.sender.bot, true);
});

Deno.test("readActionsContext() takes no part of a comment for granted", async () => {
  assert.equal(await readComment(COMMENT, "pull_request"), undefined);
  assert.equal(await readComment({ ...COMMENT, issue: { number: 1234 } }), undefined, "an issue");
  for (const key of ["action", "issue", "comment", "sender"] as const) {
    assert.equal(await readComment({ ...COMMENT, [key]: undefined }), undefined, key);
  }
  for (const key of ["id", "node_id", "body", "user", "created_at"] as const) {
    const comment = { ...COMMENT.comment, [key]: undefined };
    assert.equal(await readComment({ ...COMMENT, comment }), undefined, key);
  }
  assert.equal(
    await readComment({ ...COMMENT, comment: { ...COMMENT.comment, created_at: "soon" } }),
    undefined,
  );
});

Deno.test("readActionsContext() is quiet outside Actions", async () => {
  const context = await readActionsContext({}, () => assert.fail("nothing is to be read"));
  assert.equal(context.isActions, false);
  assert.equal(context.isCi, false);
  assert.equal(context.runId, undefined);
  assert.deepEqual(context.warnings, []);
  for (const [value, isCi] of [["true", true], ["1", true], ["false", false], ["", false]] as const) {
    assert.equal((await readActionsContext({ CI: value }, () => "")).isCi, isCi, value);
  }
});

Deno.test("readGithubUrls() derives the GraphQL address from the API's", () => {
  const graphql = (env: Record<string, string>) => readGithubUrls(env).graphql;
  assert.equal(graphql({}), "https://api.github.com/graphql");
  assert.equal(
    graphql({ GITHUB_API_URL: "https://ghe.example.com/api/v3" }),
    "https://ghe.example.com/api/graphql",
  );
  assert.equal(
    graphql({ GITHUB_API_URL: "https://ghe.example.com/api/v3/" }),
    "https://ghe.example.com/api/graphql",
  );
  assert.equal(graphql({ GITHUB_API_URL: "http://127.0.0.1:4100/" }), "http://127.0.0.1:4100/graphql");
  assert.equal(graphql({ GITHUB_GRAPHQL_URL: "http://x/q" }), "http://x/q");
});

Deno.test("readGithubUrls() refuses an address that is not http, without showing its credentials", () => {
  for (const url of ["ftp://x", "nothing", "https://me:hunter2@x", "https://x/?q=1"]) {
    assert.throws(() => readGithubUrls({ GITHUB_API_URL: url }), (error) => {
      assert.ok(error instanceof Error && "code" in error && "exitCode" in error);
      return error.code === "url_malformed" && error.exitCode === 2 && !error.message.includes("hunter2");
    }, url);
  }
});
