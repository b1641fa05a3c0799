import assert from "node:assert/strict";
import { Interrupted } from "../../../src/cli/interrupted.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { PipelineCommands } from "../../worlds/pipelines/command_world.ts";

const WEB = `version: 1
name: web
steps:
  - { name: lint, exec: ["say:clean", ok] }
  - name: tests
    order: unordered
    steps:
      - { name: unit, exec: ["say:one", "say:two", "exit:7"] }
      - { name: e2e, exec: ["complain:careful", ok] }
  - { name: deploy, exec: ok }
teardown: { exec: ["say:down"] }
`;

function open(file = WEB): PipelineCommands {
  const world = new PipelineCommands();
  world.files.set("build.yml", file);
  return world;
}

Deno.test("pipeline run in a pipe prints output on stdout and the build on stderr, and exits with its result", async () => {
  const world = open();
  const { code, out, err } = await world.run(["pipeline", "run", "build.yml"]);

  assert.equal(code, 1);
  assert.deepEqual(out.split("\n").toSorted(), [
    "",
    "web/lint | clean",
    "web/teardown | down",
    "web/tests/e2e | careful",
    "web/tests/unit | one",
    "web/tests/unit | two",
  ]);
  assert.match(err, /^✗ web failed in .*: 1 failed, 3 passed, 1 skipped$/m);
  assert.match(
    err,
    /^Next: run the failed step alone with "showtime pipeline run build\.yml --only web\/tests\/unit"$/m,
  );
  assert.equal(world.open, 0);
});

Deno.test("pipeline run --json prints one document on stdout, and output and progress on stderr", async () => {
  const world = open();
  const { code, out, err } = await world.run(["pipeline", "run", "build.yml", "--json"]);
  const document = JSON.parse(out);

  assert.equal(code, 1);
  assert.deepEqual(
    [document.pipeline, document.status, document.exit_code, document.trace_id],
    ["web", "failed", 1, "f".repeat(32)],
  );
  const [root] = document.steps;
  assert.deepEqual(
    root.steps.map(({ name, kind, status }: Record<string, unknown>) => [name, kind, status]),
    [
      ["lint", "exec", "passed"],
      ["tests", "steps", "failed"],
      ["deploy", "exec", "skipped"],
      ["teardown", "teardown", "passed"],
    ],
  );
  assert.deepEqual(root.steps[1].steps[0].log, ["one", "two"]);
  assert.equal(root.steps[1].steps[0].exit_code, 7);
  assert.match(err, /^web\/tests\/unit \| one$/m);
  assert.match(err, /^✗ web failed/m);
});

Deno.test("pipeline run --json --quiet prints the document and nothing else", async () => {
  const { out, err } = await open(WEB.replace("exit:7", "ok")).run([
    "pipeline",
    "run",
    "build.yml",
    "--json",
    "--quiet",
  ]);
  assert.equal(JSON.parse(out).status, "passed");
  assert.equal(err, "");
});

Deno.test("pipeline run --result writes the document that --json prints, whatever else is printed", async () => {
  const world = open();
  const { out } = await world.run(["pipeline", "run", "build.yml", "--result", "out/result.json", "--json"]);
  assert.equal(world.files.get("out/result.json"), out);

  const broken = open(WEB.replace("exit:7", "ok"));
  broken.unwritable = new AppError("file_unwritable", "Writing r.json: the disk is full");
  const { code, err } = await broken.run(["pipeline", "run", "build.yml", "--result", "r.json"]);
  assert.equal(code, 1);
  assert.match(err, /the disk is full/);
});

const ONE = (work: string) => `name: web\nsteps: [{ name: one, ${work} }]\n`;
for (
  const [words, work, bare, versioned] of [
    ["passed", "exec: ok", 0, 0],
    ["failed", 'exec: ["exit:7"]', 3, 1],
    ["timed out", 'exec: ["sleep:5000"], timeout: 1', 2, 124],
    ["had no such program", "exec: missing", 3, 1],
    ["was ended by a signal", 'exec: ["die:SIGKILL"]', 3, 1],
  ] as const
) {
  Deno.test(`a build that ${words} exits with ${versioned}, and a bare one with ${bare}`, async () => {
    const exits = async (file: string) => (await open(file).run(["pipeline", "run", "build.yml"])).code;
    assert.equal(await exits(ONE(work)), bare);
    assert.equal(await exits(`version: 1\n${ONE(work)}`), versioned);
  });
}

for (
  const [words, work] of [["an empty exec", "exec: []"], [
    "a bad order",
    "order: parallel, exec: ok",
  ]] as const
) {
  Deno.test(`${words} runs nothing: exit 2, and 1 in a bare file`, async () => {
    for (const [head, expected] of [["version: 1\n", 2], ["", 1]] as const) {
      const world = open(head + ONE(work));
      const { code, err } = await world.run(["pipeline", "run", "build.yml"]);
      assert.equal(code, expected, err);
      assert.deepEqual(world.build.programs.runs, []);
    }
  });
}

for (const [by, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const [format, head] of [["version: 1", "version: 1\n"], ["a bare file", ""]] as const) {
    Deno.test(`${by} in ${format} ends the build after its tear-downs with ${expected}, and the result is printed`, async () => {
      const world = open(head + WEB.replace("version: 1\n", "").replace('"exit:7"', '"sleep:60000"'));
      const cancel = new AbortController();
      world.after(1_000, () => cancel.abort(new Interrupted(by)));
      const { code, out } = await world.run(["pipeline", "run", "build.yml", "--json"], {
        signal: cancel.signal,
      });

      assert.equal(code, expected);
      const document = JSON.parse(out);
      assert.deepEqual([document.status, document.exit_code], ["cancelled", expected]);
      assert.equal(document.steps[0].steps.at(-1).status, "passed");
      assert.equal(world.build.programs.running, 0);
    });
  }
}

Deno.test("standard input and JSON are pipelines too, and a file that is not executable is one whatever its name", async () => {
  const world = new PipelineCommands();
  world.files.set("-", ONE("exec: ok"));
  world.files.set("b.json", '{"name": "web", "steps": [{"name": "one", "exec": "ok"}]}');
  world.files.set("Buildfile", ONE("exec: ok"));
  for (const file of ["-", "b.json", "Buildfile"]) {
    assert.equal((await world.run(["pipeline", "run", file])).code, 0, file);
  }
  // An executable with the name of a pipeline is one.
  world.programs.set("b.json", "/here/b.json");
  assert.equal((await world.run(["pipeline", "run", "b.json"])).code, 0);
});

Deno.test("an entry point gets the flags of the contract and the same in variables, and its exit code is passed on", async () => {
  const world = new PipelineCommands();
  world.programs.set("./build.py", "exit:42");
  world.files.set("changed.txt", "a\n");
  const trace = "ab".repeat(16);
  const argv = [
    "pipeline",
    "run",
    "./build.py",
    "-s",
    "svc",
    "-i",
    trace,
    "-d",
    "cd".repeat(8),
    "-t",
    "http://t/$HOME",
    "-c",
    "changed.txt",
  ];
  const { code } = await world.run(argv);

  assert.equal(code, 42);
  const [run] = world.build.programs.runs;
  assert.deepEqual(
    run?.argv.slice(1),
    [
      ["--root", "/work/root"],
      ["--service-name", "svc"],
      ["--trace-id", trace],
      ["--root-span-id", "cd".repeat(8)],
      ["--traces-endpoint", "http://t/$HOME"],
      ["--logs-endpoint", "http://localhost:4318/v1/logs"],
      ["--changeset", "/here/changed.txt"],
    ].flat(),
  );
  assert.deepEqual(
    Object.entries(run?.env ?? {}).filter(([name]) =>
      /^SHOWTIME_(?!OUTPUT|ENTRY|STEP|PIPELINE)|^TRACEPARENT/.test(name)
    )
      .toSorted(),
    [
      ["SHOWTIME_CHANGESET", "/here/changed.txt"],
      ["SHOWTIME_LOGS_ENDPOINT", "http://localhost:4318/v1/logs"],
      ["SHOWTIME_ROOT", "/work/root"],
      ["SHOWTIME_ROOT_SPAN_ID", "cd".repeat(8)],
      ["SHOWTIME_SERVICE_NAME", "svc"],
      ["SHOWTIME_TRACES_ENDPOINT", "http://t/$HOME"],
      ["SHOWTIME_TRACE_ID", trace],
      ["TRACEPARENT", `00-${trace}-${"cd".repeat(8)}-01`],
    ],
  );
});

Deno.test("an entry point has no step in the trace: its output belongs to the root span", async () => {
  const world = new PipelineCommands();
  world.programs.set("./build.py", "say:hello");
  const { code } = await world.run(["pipeline", "run", "./build.py", "-t", "http://t/v1/traces"]);

  assert.equal(code, 127);
  const { events, trace, finished } = world.telemetry;
  assert.deepEqual(events.map(({ kind }) => kind), ["build_started", "step_output", "build_ended"]);
  const [, output] = events;
  assert.equal(output?.kind === "step_output" && output.step.id, trace?.rootSpanId);
  assert.ok(finished);
});

Deno.test("an entry point gets the endpoints that variables name", async () => {
  const world = new PipelineCommands();
  world.programs.set("./build.py", "ok");
  world.variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
  await world.run(["pipeline", "run", "./build.py"]);
  const argv = world.build.programs.runs[0]?.argv ?? [];
  assert.equal(argv[argv.indexOf("--traces-endpoint") + 1], "http://collector:4318/v1/traces");
  assert.equal(argv[argv.indexOf("--logs-endpoint") + 1], "http://collector:4318/v1/logs");
});

Deno.test("a warning about a bare file is on stderr and in the document", async () => {
  const { out, err } = await open("name: web\nexec: ok\ncolour: red\n").run([
    "pipeline",
    "run",
    "build.yml",
    "--json",
  ]);
  assert.equal(JSON.parse(out).warnings.length, 1);
  assert.match(err, /^warning: build\.yml:3:1: /m);
});

Deno.test("--only and --max-parallel have no effect on an entry point, and are refused", async () => {
  const world = new PipelineCommands();
  world.programs.set("./build.py", "ok");
  const { code, err } = await world.run(["pipeline", "run", "./build.py", "--only", "web/a"]);
  assert.equal(code, 2);
  assert.match(err, /it is an entry point, which decides itself what it runs, and --only is given/);
});

Deno.test("the trace of the caller goes on: flags first, else TRACEPARENT", async () => {
  const world = open(ONE("exec: ok"));
  world.variables["TRACEPARENT"] = `00-${"12".repeat(16)}-${"34".repeat(8)}-01`;
  const idOf = async (flags: readonly string[]) =>
    JSON.parse((await world.run(["pipeline", "run", "build.yml", "--json", ...flags])).out).trace_id;
  assert.equal(await idOf([]), "12".repeat(16));
  assert.equal(await idOf(["--trace-id", "AB".repeat(16)]), "ab".repeat(16));
});

Deno.test("a collector that loses something brings one warning after the result", async () => {
  const world = open(ONE("exec: ok"));
  world.telemetry.lost = "Sending telemetry: 3 spans were lost";
  const { code, err } = await world.run(["pipeline", "run", "build.yml", "-l", "http://l/v1/logs"]);
  assert.equal(code, 0);
  assert.match(err, /web passed[^]*warning: Sending telemetry: 3 spans were lost\n$/);
});

Deno.test("a build that sends a trace names it, and one without an endpoint does not", async () => {
  const world = open();
  const run = async (flags: readonly string[]) =>
    (await world.run(["pipeline", "run", "build.yml", "-i", "12".repeat(16), ...flags])).err;
  const sent = await run(["-t", "http://c/v1/traces"]);
  assert.match(sent, new RegExp(`^✗ web failed [^\\n]*\\nTrace: ${"12".repeat(16)}\\nNext: `, "m"));
  assert.doesNotMatch(await run(["-l", "http://c/v1/logs"]), /^Trace: /m);
  assert.doesNotMatch(await run([]), /^Trace: /m);
  assert.doesNotMatch(await run(["-t", "http://c/v1/traces", "--quiet"]), /^Trace: /m);
});

Deno.test("without an endpoint no telemetry is planned", async () => {
  const world = open(ONE("exec: ok"));
  const plans = async () => {
    await world.run(["pipeline", "run", "build.yml"]);
    return world.telemetry.plan?.traces?.url;
  };
  assert.equal(await plans(), undefined);

  world.variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
  assert.equal(await plans(), "http://collector:4318/v1/traces");
});

Deno.test("variables come from the caller, then from --env-file; secrets from their file, then from the caller", async () => {
  const world = open(`version: 1
name: web
secrets: [FROM_FILE]
steps:
  - { name: one, secrets: [FROM_CALLER], exec: ["say:$A $B $FROM_FILE $FROM_CALLER"] }
  - { name: two, exec: ["say:$FROM_CALLER"] }
`);
  Object.assign(world.variables, { A: "caller", B: "caller", FROM_CALLER: "hidden-1" });
  world.files.set("vars.env", "# a comment\nB=file\n");
  world.files.set("secrets.env", "FROM_FILE=hidden-2\n");
  const argv = ["pipeline", "run", "build.yml", "--env-file", "vars.env", "--secrets-file", "secrets.env"];
  const { code, out } = await world.run(argv);

  assert.equal(code, 0);
  assert.equal(out, "web/one | caller file *** ***\nweb/two | $FROM_CALLER\n");
});

Deno.test("a file of variables with mistakes is refused with each line, and without its values", async () => {
  const world = open();
  world.files.set("secrets.env", "A=1\nsecret value\n=x\n");
  const { code, err } = await world.run(["pipeline", "run", "build.yml", "--secrets-file", "secrets.env"]);
  assert.equal(code, 2);
  assert.match(err, /secrets\.env:2: the line has no =/);
  assert.match(err, /secrets\.env:3: there is no name before the =/);
  assert.doesNotMatch(err, /secret value/);
  assert.deepEqual(world.build.programs.runs, []);
});

for (
  const [flag, value] of [
    ["--trace-id", "12"],
    ["--trace-id", "0".repeat(32)],
    ["--root-span-id", "xyz"],
    ["--max-parallel", "0"],
    ["--grace", "soon"],
    ["--traces-endpoint", "ftp://x"],
    ["--changeset", "missing.txt"],
    ["--env-file", "missing.env"],
    ["--only", "web/nothing"],
    ["--changeset", "-"],
  ] as const
) {
  Deno.test(`pipeline run ${flag} ${value} is refused with exit 2, and nothing runs`, async () => {
    const world = open();
    const file = value === "-" ? "-" : "build.yml";
    const { code, err } = await world.run(["pipeline", "run", file, flag, value]);
    assert.equal(code, 2, err);
    assert.deepEqual(world.build.programs.runs, []);
    assert.equal(world.open, 0);
  });
}

Deno.test("the grace is read in seconds or with a unit", async () => {
  const world = open(ONE("exec: ok"));
  for (const flags of [[], ["--grace", "3"], ["--grace", "500ms"], ["--grace", "0"]]) {
    await world.run(["pipeline", "run", "build.yml", ...flags]);
  }
  assert.deepEqual(world.requests.map(({ graceMs }) => graceMs), [10_000, 3_000, 500, 0]);
});

Deno.test("in Actions the job gets a summary, and groups on one stream", async () => {
  const world = open();
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/runner/summary" };
  const { out, err } = await world.run(["pipeline", "run", "build.yml"], { env });

  assert.match(out, /^::group::web\/lint$/m);
  assert.match(out, /^::error title=web\/tests\/unit::failed: /m);
  assert.doesNotMatch(err, /group/);
  assert.match(world.files.get("/runner/summary") ?? "", /^### ✗ web failed in /);
});

Deno.test("on a terminal the tree is painted and its end says what failed; --verbose prints lines instead", async () => {
  const painted = await open().run(["pipeline", "run", "build.yml", "--no-color"], { terminal: 100 });
  assert.match(painted.out, /^✗ web {2}failed/m);
  assert.match(painted.out, /^ {4}✗ unit {2}failed/m);
  assert.doesNotMatch(painted.out, / \| /);

  const lines = await open().run(["pipeline", "run", "build.yml", "--verbose", "--no-color"], {
    terminal: 100,
  });
  assert.match(lines.out, /^web\/tests\/unit \| one$/m);
});

Deno.test("a reader that leaves does not end the build", async () => {
  const world = open(WEB.replace("exit:7", "sleep:2000"));
  const left = new AbortController();
  world.after(1_000, () => left.abort());
  const { code } = await world.run(["pipeline", "run", "build.yml"], { readerLeft: left.signal });
  assert.equal(code, 0);
});
