import assert from "node:assert/strict";
import { type BuildPlace, makeBuildPlace } from "../../worlds/pipelines/build_place.ts";
import { readActionsLog } from "../../worlds/pipelines/actions_log.ts";

const EXAMPLE = decodeURIComponent(new URL("../../../docs/examples/", import.meta.url).pathname);

const NESTED = `name: web
setup: { exec: [echo, set up] }
steps:
  - name: tests
    order: unordered
    steps:
      - { name: unit, exec: [echo, a b, "\${GREETING}-$NOPE"] }
      - name: deep
        steps: [{ name: one, run: "echo deep; echo careful >&2" }, { name: two, exec: [pwd], cwd: sub }]
  - { name: last, exec: ["true"] }
teardown: { exec: [echo, tear down] }
`;

async function place(files: Readonly<Record<string, string>>): Promise<BuildPlace> {
  return await makeBuildPlace({ "sub/x": "", ...files });
}

Deno.test("a nested pipeline runs on this machine, and its result is a document", async () => {
  await using here = await place({ "build.yml": `version: 1\n${NESTED}` });
  const { code, out, err } = await here.run([
    "pipeline",
    "run",
    "build.yml",
    "--json",
    "--result",
    "r/result.json",
  ], {
    GREETING: "hello",
  });

  assert.equal(code, 0, err);
  const document = JSON.parse(out);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(`${here.folder}/r/result.json`)), document);
  const paths: string[] = [];
  const visit = (step: { path: string; status: string; steps: [] }) => {
    paths.push(`${step.path} ${step.status}`);
    step.steps.forEach(visit);
  };
  document.steps.forEach(visit);
  assert.deepEqual(paths, [
    "web passed",
    "web/setup passed",
    "web/tests passed",
    "web/tests/unit passed",
    "web/tests/deep passed",
    "web/tests/deep/one passed",
    "web/tests/deep/two passed",
    "web/last passed",
    "web/teardown passed",
  ]);
  const lines = err.split("\n").filter((line) => line.includes(" | ")).toSorted();
  assert.deepEqual(lines, [
    "web/setup | set up",
    "web/teardown | tear down",
    "web/tests/deep/one | careful",
    "web/tests/deep/one | deep",
    `web/tests/deep/two | ${await Deno.realPath(here.folder)}/sub`,
    "web/tests/unit | a b hello-$NOPE",
  ]);
});

Deno.test("exit codes of real programs follow the format of the file", async () => {
  const body = (work: string) =>
    `name: web\nsteps: [{ name: one, ${work} }]\nteardown: { exec: [touch, torn] }\n`;
  for (
    const [work, bare, versioned] of [
      ["exec: 'true'", 0, 0],
      ["exec: [sh, -c, exit 7]", 3, 1],
      ["exec: [no-such-program]", 3, 1],
      ["exec: [sleep, '60'], timeout: 1", 2, 124],
    ] as const
  ) {
    for (const [head, expected] of [["", bare], ["version: 1\n", versioned]] as const) {
      await using here = await place({ "build.yml": head + body(work) });
      const { code, out, err } = await here.run(["pipeline", "run", "build.yml"]);
      assert.equal(code, expected, `${work}\n${out}${err}`);
      assert.ok(await Deno.stat(`${here.folder}/torn`));
      assert.deepEqual(here.processes(), []);
    }
  }
});

Deno.test("an entry point is a build of its own, and its exit code is passed on", async () => {
  await using here = await place({ "changed.txt": "a\n" });
  await here.writeProgram("build.sh", '#!/bin/sh\nfor a; do echo "$a"; done\necho "$TRACEPARENT"\nexit 42\n');
  const trace = "ab".repeat(16);
  const span = "cd".repeat(8);
  const { code, out, err } = await here.run(
    ["pipeline", "run", "./build.sh", "-i", trace, "-d", span, "-c", "changed.txt"],
  );

  assert.equal(code, 42, err);
  const root = await Deno.realPath(here.folder);
  assert.deepEqual(out.trimEnd().split("\n").map((line) => line.replace(/^build \| /, "")), [
    ...["--root", root, "--service-name", "bass:pipeline:build", "--trace-id", trace, "--root-span-id", span],
    ...[
      "--traces-endpoint",
      "http://localhost:4318/v1/traces",
      "--logs-endpoint",
      "http://localhost:4318/v1/logs",
    ],
    ...["--changeset", `${here.folder}/changed.txt`, `00-${trace}-${span}-01`],
  ]);
});

Deno.test("outputs of steps reach later steps, and the context of the run in one version a step", async () => {
  await using here = await place({
    "build.yml": `version: 1
name: web
steps:
  - { name: version, run: 'printf "number=1.4.0\\nhash=abc\\n" >> "$SHOWTIME_OUTPUT"' }
  - { name: use it, run: 'echo "got $OUT_VERSION_NUMBER $OUT_VERSION_HASH"' }
`,
  });
  const env = { SHOWTIME_CONTEXT_ID: "ctx" };
  assert.equal((await here.run(["context", "init", "--id", "ctx"])).code, 0);
  const trace = "ab".repeat(16);
  const { code, out, err } = await here.run(["pipeline", "run", "build.yml", "-i", trace], env);
  assert.equal(code, 0, err);
  assert.equal(out, "web/use it | got 1.4.0 abc\n");

  const stored = await here.run(["context", "get", `state.web.${trace}.version`], env);
  assert.deepEqual(JSON.parse(stored.out), { number: "1.4.0", hash: "abc" });
  const history = await here.run(["context", "history", "--json"], env);
  assert.equal(JSON.parse(history.out).versions.length, 2);
});

Deno.test("no secret of the build or of the process is stored in a context, not as a name either", async () => {
  await using here = await place({
    "build.yml": `name: web
secrets: [KEY]
run: |
  echo "key=$KEY" >> "$SHOWTIME_OUTPUT"
  echo "$KEY=name" >> "$SHOWTIME_OUTPUT"
  echo "coloured=$(echo $KEY | grep --color=always value)" >> "$SHOWTIME_OUTPUT"
  echo "token=x-$GITHUB_TOKEN" >> "$SHOWTIME_OUTPUT"
`,
  });
  const env = { SHOWTIME_CONTEXT_ID: "ctx", KEY: "build_value_1", GITHUB_TOKEN: "process_token_2" };
  assert.equal((await here.run(["context", "init", "--id", "ctx"])).code, 0);
  const trace = "ab".repeat(16);
  const { code, err } = await here.run(["pipeline", "run", "build.yml", "-i", trace], env);
  assert.equal(code, 0, err);
  const stored = await here.run(["context", "get", `state.web.${trace}.web`], { SHOWTIME_CONTEXT_ID: "ctx" });
  assert.deepEqual(JSON.parse(stored.out), { key: "***", "***": "name", coloured: "***", token: "x-***" });
});

Deno.test("without outputs no context is opened", async () => {
  await using here = await place({ "build.yml": "name: web\nexec: 'true'\n" });
  const { code, err } = await here.run(["pipeline", "run", "build.yml"], { SHOWTIME_CONTEXT_ID: "none" });
  assert.equal(code, 0, err);
  await assert.rejects(Deno.stat(`${here.folder}/.showtime`));
});

Deno.test("a variable that is no ID of a context is refused before anything runs", async () => {
  await using here = await place({ "build.yml": "name: web\nexec: [touch, ran]\n" });
  const { code, err } = await here.run(["pipeline", "run", "build.yml"], { SHOWTIME_CONTEXT_ID: "no id!" });
  assert.equal(code, 2, err);
  await assert.rejects(Deno.stat(`${here.folder}/ran`));
});

Deno.test("output that is not UTF-8, has escapes or is very long is shown harmless", async () => {
  await using here = await place({
    "build.yml": `name: web
steps:
  - { name: bytes, run: 'printf "a\\377b\\n\\033[31mred\\033[0m\\nend"' }
  - { name: long, run: 'head -c 1000000 /dev/zero | tr "\\0" x' }
`,
  });
  const { code, out } = await here.run(["pipeline", "run", "build.yml"]);
  assert.equal(code, 0);
  const lines = out.split("\n");
  assert.deepEqual(lines.slice(0, 3), ["web/bytes | a\ufffdb", "web/bytes | red", "web/bytes | end"]);
  assert.equal(lines.slice(3).map((line) => line.replace("web/long | ", "")).join(""), "x".repeat(1_000_000));
});

Deno.test("in Actions a step beside others with 30 MB of output is shown by its first and last 5 MB", async () => {
  await using here = await place({
    "build.yml": `name: web
order: unordered
steps:
  - { name: loud, run: 'seq -f "line %.0f of many, with some more words" 1 750000' }
  - { name: quiet, run: 'echo "::error::lie"; echo "##[error]lie"' }
`,
  });
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: `${here.folder}/summary.md` };
  const { code, out, err } = await here.run(["pipeline", "run", "build.yml"], env);
  assert.equal(code, 0, err);

  const { groups, commands } = readActionsLog(out);
  assert.deepEqual(commands, []);
  const loud = groups.find(({ title }) => title === "web/loud")?.lines ?? [];
  assert.equal(loud[0], "line 1 of many, with some more words");
  assert.equal(loud.at(-1), "line 750000 of many, with some more words");
  assert.equal(loud.filter((line) => /^… \d+ bytes left out …$/.test(line)).length, 1);
  const size = loud.join("\n").length;
  assert.ok(size > 9_900_000 && size < 10_100_000, String(size));
  assert.match(await Deno.readTextFile(env.GITHUB_STEP_SUMMARY), /^### ✓ web passed in /);
});

Deno.test("the example of docs/pipelines.md shows each kind of result", async () => {
  await using here = await place({});
  const { code, out, err } = await here.run(
    ["pipeline", "run", `${EXAMPLE}pipeline.yml`, "-c", `${EXAMPLE}changed.txt`],
  );
  assert.equal(code, 1, err);
  assert.match(out, /^tour\/checks\/lint \| checking version 1\.4\.0$/m);
  for (
    const line of [
      /^✓ tour\/setup {2}passed /m,
      /^✗ tour\/checks\/unit {2}failed /m,
      /^⏱ tour\/checks\/browser {2}timed out /m,
      /^✓ tour\/checks\/browser\/teardown {2}passed /m,
      /^⊘ tour\/checks\/pages {2}skipped /m,
      /^⊘ tour\/deploy {2}skipped /m,
      /^✓ tour\/teardown {2}passed /m,
    ]
  ) assert.match(err, line);
});
