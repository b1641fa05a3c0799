/** The builds that hooks and webhooks lead to. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { ServerPipeline } from "../../../src/pipelines/core/builds/server_pipeline.ts";
import { fitsBranch } from "../../../src/pipelines/core/triggers/branch_pattern.ts";
import {
  asksForPermission,
  type BuildHook,
  planHook,
} from "../../../src/pipelines/core/triggers/plan_hook.ts";
import { planWebhook, type WebhookParameters } from "../../../src/pipelines/core/triggers/plan_webhook.ts";
import { readHook } from "../../../src/pipelines/core/triggers/read_hook.ts";
import { repositoryKey } from "../../../src/pipelines/core/triggers/repository_key.ts";
import { isRevision } from "../../../src/pipelines/core/triggers/revision.ts";

const BEFORE = "a".repeat(40);
const AFTER = "b".repeat(40);
const ZERO = "0".repeat(40);

const WEB: ServerPipeline = {
  name: "web",
  format: "version-1",
  repository: "git@github.com:acme/web.git",
  ref: "main",
  cwd: undefined,
  program: { kind: "exec", argv: ["make"] },
  workerTags: ["linux"],
  tagPattern: undefined,
  on: {
    webhook: true,
    pushBranches: ["main", "release/*"],
    pullRequestForks: "never",
    pollMs: undefined,
    schedule: undefined,
  },
  concurrency: { group: "web $REF ${PR} $NOPE", limit: 1, cancelInProgress: true },
  timeoutMs: undefined,
  retries: { lost: 1, failed: 0 },
  secrets: ["NPM_TOKEN"],
  workspace: "fresh",
  submodules: false,
  news: {},
};

const PUSH = {
  ref: "refs/heads/main",
  before: BEFORE,
  after: AFTER,
  repository: { clone_url: "https://github.com/Acme/web.git", default_branch: "main" },
  sender: { login: "ann" },
};

const PULL = {
  action: "synchronize",
  pull_request: {
    number: 7,
    head: { sha: AFTER, repo: { id: 1 } },
    base: { sha: BEFORE, repo: { id: 1 } },
  },
  repository: PUSH.repository,
  sender: { login: "ann" },
};

function plan(
  { event = "push", payload = PUSH, pipeline = WEB, senderMayWrite = false }: {
    readonly event?: string;
    readonly payload?: unknown;
    readonly pipeline?: ServerPipeline;
    readonly senderMayWrite?: boolean;
  } = {},
) {
  const hook = readHook(event, payload);
  assert.ok(hook.kind !== "other" && hook.kind !== "invalid", JSON.stringify(hook));
  return planHook([pipeline], { hook, newTraceId: () => "t", secretNames: ["ALL"], senderMayWrite });
}

Deno.test("a push builds its commit with the range as changes, whatever the scheme of the address", () => {
  const { builds: [build] } = plan();
  assert.equal(build?.job.sha, AFTER);
  assert.equal(build?.job.ref, "main");
  assert.deepEqual(build?.job.changes, { kind: "range", before: BEFORE, after: AFTER });
  assert.deepEqual(build?.cause, { kind: "push", by: "ann" });
  assert.equal(build?.concurrency?.group, "web main  $NOPE");
  assert.deepEqual(build?.job.secrets, ["NPM_TOKEN"]);
});

Deno.test("a new branch is compared with the default branch, and a new default branch with nothing", () => {
  const branch = plan({ payload: { ...PUSH, ref: "refs/heads/release/1", before: ZERO } });
  assert.deepEqual(branch.builds[0]?.job.changes, { kind: "merge_base", base: "main", head: AFTER });
  const first = plan({ payload: { ...PUSH, before: ZERO } });
  assert.deepEqual(first.builds[0]?.job.changes, { kind: "all" });
});

Deno.test("branches that a pipeline does not name are not built, and the plan says why", () => {
  const { builds, reasons } = plan({ payload: { ...PUSH, ref: "refs/heads/release/1/x" } });
  assert.deepEqual(builds, []);
  assert.match(reasons["web"] ?? "", /release\/1\/x is not among those/);
});

Deno.test("deleted branches, other events and other repositories build nothing", () => {
  assert.equal(readHook("push", { ...PUSH, after: ZERO, deleted: true }).kind, "other");
  assert.equal(readHook("issues", PUSH).kind, "other");
  assert.equal(readHook("pull_request", { ...PULL, action: "labeled" }).kind, "other");
  const elsewhere = { ...PUSH, repository: { clone_url: "https://github.com/acme/web2" } };
  assert.deepEqual(plan({ payload: elsewhere }), { builds: [], reasons: {} });
});

Deno.test("a tag is built only through the tag-pattern, by its name", () => {
  const payload = { ...PUSH, ref: "refs/tags/v12", before: ZERO };
  assert.deepEqual(plan({ payload }).builds, []);
  const { builds: [build] } = plan({ payload, pipeline: { ...WEB, tagPattern: /^(?:v[0-9]+)$/ } });
  assert.deepEqual([build?.job.ref, build?.job.tag, build?.job.sha], ["v12", "v12", undefined]);
  assert.deepEqual(plan({ payload, pipeline: { ...WEB, tagPattern: /^(?:w)$/ } }).builds, []);
});

Deno.test("a pull request builds its head, compared with the merge base", () => {
  const { builds: [build] } = plan({ event: "pull_request", payload: PULL });
  assert.equal(build?.job.ref, "refs/pull/7/head");
  assert.equal(build?.job.pr, 7);
  assert.equal(build?.job.sha, AFTER);
  assert.deepEqual(build?.job.changes, { kind: "merge_base", base: BEFORE, head: AFTER });
  assert.equal(build?.concurrency?.group, "web refs/pull/7/head 7 $NOPE");
});

Deno.test("a fork is built only if forks are trusted and the sender may write, and sees no secret", () => {
  for (const repo of [{ id: 2 }, null, undefined]) {
    const payload = { ...PULL, pull_request: { ...PULL.pull_request, head: { sha: AFTER, repo } } };
    const trusted: ServerPipeline = { ...WEB, on: { ...WEB.on, pullRequestForks: "trusted" } };
    const fork = { event: "pull_request", payload };
    assert.deepEqual(plan({ ...fork, senderMayWrite: true }).builds, []);
    assert.deepEqual(plan({ ...fork, pipeline: trusted }).builds, []);
    const { builds: [build] } = plan({ ...fork, pipeline: trusted, senderMayWrite: true });
    assert.deepEqual(build?.job.secrets, []);
    assert.equal(asksForPermission([trusted], readHook("pull_request", payload) as BuildHook), true);
    assert.equal(asksForPermission([WEB], readHook("pull_request", payload) as BuildHook), false);
  }
});

Deno.test("a pipeline without triggers is built by no hook", () => {
  const on = { ...WEB.on, pushBranches: undefined, pullRequestForks: undefined };
  const pipeline = { ...WEB, on, tagPattern: /^v1$/ };
  assert.deepEqual(plan({ pipeline }).builds, []);
  assert.deepEqual(plan({ pipeline, payload: { ...PUSH, ref: "refs/tags/v1" } }).builds, []);
  assert.deepEqual(plan({ pipeline, event: "pull_request", payload: PULL }).builds, []);
});

Deno.test("any payload is read without an error", () => {
  const payload = fc.oneof(
    fc.jsonValue(),
    fc.record({
      ref: fc.jsonValue(),
      after: fc.jsonValue(),
      repository: fc.oneof(fc.jsonValue(), fc.record({ clone_url: fc.jsonValue() })),
      pull_request: fc.jsonValue(),
      action: fc.constantFrom("opened", "x"),
    }),
  );
  fc.assert(fc.property(fc.constantFrom("push", "pull_request", "ping"), payload, (event, value) => {
    assert.ok(readHook(event, value).kind !== undefined);
  }));
});

function webhook(parameters: Partial<WebhookParameters>, pipeline: ServerPipeline = WEB) {
  return planWebhook(pipeline, {
    parameters: { ref: undefined, changedRefs: [], tags: [], ...parameters },
    traceId: "t",
    by: "key",
    secretNames: ["A", "B"],
  });
}

Deno.test("a webhook builds the pipeline's ref with the named commits as changes", () => {
  const plan = webhook({ changedRefs: ["abc", "feature/x"] });
  assert.ok(plan.kind === "build");
  assert.equal(plan.build.job.ref, "main");
  assert.deepEqual(plan.build.job.changes, { kind: "commits", refs: ["abc", "feature/x"] });
  const other = webhook({ ref: "v1" });
  assert.equal(other.kind === "build" && other.build.job.ref, "v1");
});

Deno.test("a webhook with a revision that Git could take for a flag is refused", () => {
  for (
    const bad of ["--output=x", "-x", "a..b", "", "a b", "a\nb", "x".repeat(300), "a^", "@{u}", "x.lock"]
  ) {
    assert.equal(webhook({ changedRefs: [bad] }).kind, "invalid", bad);
    assert.equal(webhook({ ref: bad }).kind, "invalid", bad);
    assert.equal(webhook({ tags: [bad] }).kind, "invalid", bad);
  }
});

Deno.test("a tag-pattern lets fitting tags through and builds the tag; a bare one searches and builds the ref", () => {
  const pipeline = { ...WEB, tagPattern: /^(?:v[0-9]+)$/ };
  assert.equal(webhook({}, pipeline).kind, "nothing");
  assert.equal(webhook({ tags: ["xv12"] }, pipeline).kind, "nothing");
  const plan = webhook({ tags: ["foo", "v12"] }, pipeline);
  assert.equal(plan.kind === "build" && plan.build.job.ref, "v12");
  const bare: ServerPipeline = { ...WEB, format: "bare", tagPattern: /v[0-9]+/, secrets: undefined };
  const old = webhook({ tags: ["xv12"] }, bare);
  assert.equal(old.kind === "build" && old.build.job.ref, "main");
  assert.deepEqual(old.kind === "build" && old.build.job.secrets, ["A", "B"]);
});

Deno.test("a pipeline without the webhook trigger queues nothing", () => {
  assert.equal(webhook({}, { ...WEB, on: { ...WEB.on, webhook: false } }).kind, "nothing");
});

Deno.test("repositories are compared by host, owner and name", () => {
  const same = [
    "git@github.com:acme/web.git",
    "https://github.com/acme/web",
    "ssh://git@GitHub.com:22/Acme/web.git/",
    "https://user:pw@github.com/acme/web.git",
    "git+ssh://github.com/acme/web",
  ];
  assert.deepEqual(same.map(repositoryKey), same.map(() => "github.com/acme/web"));
  for (const path of ["/srv/git/web.git", "./web", "file:///srv/web"]) {
    assert.notEqual(repositoryKey(path), "github.com/acme/web");
  }
  assert.equal(repositoryKey("/srv/git/web.git"), undefined);
});

Deno.test("branch patterns: * stays in a part, ** does not, everything else is literal", () => {
  assert.ok(fitsBranch("release/1", "release/*"));
  assert.ok(!fitsBranch("release/1/2", "release/*"));
  assert.ok(fitsBranch("release/1/2", "release/**"));
  assert.ok(!fitsBranch("maan", "ma.n"));
  fc.assert(fc.property(fc.string(), (name) => assert.ok(fitsBranch(name, name.replaceAll("*", "**")))));
});

Deno.test("revisions are names that Git accepts", () => {
  for (const good of ["main", "feature/x-1", "v1.0", "a".repeat(40), "refs/pull/7/head", "ünï"]) {
    assert.ok(isRevision(good), good);
  }
});
