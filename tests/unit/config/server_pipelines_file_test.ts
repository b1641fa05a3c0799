/** The server's pipelines file: version 1 and that of the replaced tool. */

import assert from "node:assert/strict";
import { loadPipelinesFile } from "../../../src/config/server/load_pipelines_file.ts";
import type { ConfigError } from "../../../src/config/problems.ts";

const FULL = `
version: 1
pipelines:
  web:
    repository: git@github.com:acme/web.git
    ref: main
    cwd: ./ci
    exec: [make, test]
    worker-tags: [linux]
    tag-pattern: "v[0-9]+"
    on: { webhook: true, push: { branches: [main] }, pull_request: { forks: never }, poll: { interval: 10m }, schedule: "0 4 * * *" }
    concurrency: { group: "web $REF", limit: 1, cancel-in-progress: false }
    timeout: 1h
    retries: { lost: 1, failed: 0 }
    secrets: [NPM_TOKEN]
    workspace: fresh
    submodules: false
    notifications:
      onFailure: { email: { to: "a@b.example, c@d.example", subject: "$PIPELINE_NAME failed", body: "$URL" } }
      onFixed: { webhook: https://hooks.example/x }
environments: { repositories: [acme/web], cleanup: 20m }
`;

function problemsOf(text: string): readonly string[] {
  try {
    loadPipelinesFile("p.yml", text);
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ line, path, message, remedy }) =>
      `${line} ${path}: ${message}; ${remedy}`
    );
  }
}

Deno.test("every key of a pipeline is read", () => {
  const { pipelines, environments, entries, warnings } = loadPipelinesFile("p.yml", FULL);
  const web = pipelines.get("web");
  assert.deepEqual(web, {
    name: "web",
    format: "version-1",
    repository: "git@github.com:acme/web.git",
    ref: "main",
    cwd: "./ci",
    program: { kind: "exec", argv: ["make", "test"] },
    workerTags: ["linux"],
    tagPattern: /^(?:v[0-9]+)$/u,
    on: {
      webhook: true,
      pushBranches: ["main"],
      pullRequestForks: "never",
      pollMs: 600_000,
      schedule: "0 4 * * *",
    },
    concurrency: { group: "web $REF", limit: 1, cancelInProgress: false },
    timeoutMs: 3_600_000,
    retries: { lost: 1, failed: 0 },
    secrets: ["NPM_TOKEN"],
    workspace: "fresh",
    submodules: false,
    news: {
      onFailure: [{
        kind: "email",
        to: ["a@b.example", "c@d.example"],
        subject: "$PIPELINE_NAME failed",
        body: "$URL",
      }],
      onFixed: [{ kind: "webhook", url: "https://hooks.example/x" }],
    },
  });
  assert.deepEqual(environments, { repositories: ["acme/web"], cleanupMs: 1_200_000 });
  assert.equal(Object.hasOwn(entries["web"] ?? {}, "notifications"), false, "addresses are not published");
  assert.deepEqual(warnings, []);
});

Deno.test("a pipeline without triggers has the webhook, and one with triggers only those", () => {
  const { pipelines } = loadPipelinesFile(
    "p.yml",
    "version: 1\npipelines:\n  a: { repository: r, ref: main, file: b.yml }\n" +
      "  b: { repository: r, ref: main, entry-point: ./job.py, on: { push: true } }\n",
  );
  assert.equal(pipelines.get("a")?.on.webhook, true);
  assert.deepEqual(pipelines.get("a")?.secrets, []);
  assert.deepEqual(pipelines.get("b")?.on, {
    webhook: false,
    pushBranches: ["**"],
    pullRequestForks: undefined,
    pollMs: undefined,
    schedule: undefined,
  });
  assert.deepEqual(pipelines.get("b")?.program, { kind: "entry_point", argv: ["./job.py"] });
});

Deno.test("a file of the replaced tool is read: nulls and x- keys are ignored, others that it knows have no effect", () => {
  const bare = {
    trivial: {
      repository: "file:///srv/trivial",
      ref: "main",
      exec: ["./run.sh", "$A"],
      cwd: ".",
      poll: null,
      "x-poll": { interval: 5 },
      webhook: {},
      "tag-pattern": "v[0-9]+",
      notifications: { onSuccess: { email: { to: "a@b.example", subject: "s", body: "" } } },
    },
  };
  const { pipelines, entries, warnings } = loadPipelinesFile(
    "orchestrator-pipelines.json",
    JSON.stringify(bare, null, 2),
  );
  const pipeline = pipelines.get("trivial");
  assert.deepEqual(pipeline?.program, { kind: "entry_point", argv: ["./run.sh", "$A"] });
  assert.equal(pipeline?.tagPattern?.test("xv12"), true);
  assert.equal(pipeline?.secrets, undefined);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /orchestrator-pipelines\.json:\d+:\d+: "webhook" has no effect/);
  assert.deepEqual(entries["trivial"]?.["worker-tags"], []);
  assert.equal(Object.hasOwn(entries["trivial"] ?? {}, "notifications"), false);
});

Deno.test("every mistake is found at once, with its line and what to do", () => {
  const problems = problemsOf(`version: 1
pipelines:
  web:
    repositry: x
    ref: -x
    exec: [make]
    file: a.yml
    timeout: soon
    tag-pattern: "("
    cwd: ../out
  docs: { repository: r, ref: main }
  "a/b": { repository: r, ref: main, exec: [x] }
other: 1
environments: { repositories: [nope] }
`);
  const expected = [
    /^4 pipelines\.web\.repositry: unknown key; did you mean "repository"\?/,
    /pipelines\.web\.repository: expected the address of a repository, found nothing/,
    /^8 pipelines\.web\.timeout: expected seconds, or a time as 10m, found "soon"/,
    /^9 pipelines\.web\.tag-pattern: expected a regular expression/,
    /^11 pipelines\.docs: there is nothing to run; write one of exec, file and entry-point/,
    /^12 pipelines\.a\/b: "a\/b" is no name/,
    /^13 other: unknown key/,
    /^14 environments\.repositories\.0: expected owner\/name/,
  ];
  for (const wanted of expected) {
    assert.ok(problems.some((each) => wanted.test(each)), `${wanted} is not among\n${problems.join("\n")}`);
  }
});

Deno.test("what leads out of the repository is refused", () => {
  const one = (rest: string) =>
    problemsOf(`version: 1\npipelines:\n  a: { repository: r, ref: main, ${rest} }\n`);
  assert.match(one("exec: [x], cwd: ../x")[0] ?? "", /leads out of the repository/);
  assert.match(one("exec: [x], cwd: a/../../x")[0] ?? "", /leads out of the repository/);
  assert.match(one("file: /etc/x.yml")[0] ?? "", /leads out of the repository/);
  assert.match(one("exec: [x], file: y")[0] ?? "", /more than one program/);
  const ref = problemsOf('version: 1\npipelines:\n  a: { repository: r, exec: [x], ref: "a..b" }\n');
  assert.match(ref[0] ?? "", /"a\.\.b" is no branch, tag or commit/);
  assert.deepEqual(one("exec: [x], cwd: a/../b"), []);
});

Deno.test("a file that is no map, or no YAML, is named", () => {
  assert.match(problemsOf("[]")[0] ?? "", /expected a map of pipelines/);
  assert.match(problemsOf("version: 2\npipelines: {}")[0] ?? "", /version: expected 1, found 2/);
  assert.notEqual(problemsOf("a: [")[0], undefined);
});
