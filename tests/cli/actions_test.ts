import assert from "node:assert/strict";
import { renderOutputs, renderSummary } from "../../src/cli/render/mod.ts";
import { AppError } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, B, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const ENV = {
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: "/runner/output",
  GITHUB_STEP_SUMMARY: "/runner/summary",
};

/** Reads step outputs as the runner does. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length - 1;) {
    const [name = "", delimiter = ""] = (lines[at] ?? "").split("<<");
    const end = lines.indexOf(delimiter, at + 1);
    outputs[name] = lines.slice(at + 1, end).join("\n");
    at = end + 1;
  }
  return outputs;
}

Deno.test("renderOutputs() keeps values of several lines whole", () => {
  const outputs = { first: "one\ntwo", second: "a=b<<c", third: "" };

  assert.deepEqual(readOutputs(renderOutputs(outputs, "delimiter_1")), outputs);
});

Deno.test("renderOutputs() refuses a value that holds the delimiter and a malformed name", () => {
  const isRefused = (error: unknown) => error instanceof AppError && error.code === "output_refused";

  assert.throws(() => renderOutputs({ a: "x\nd1\nevil<<E\n" }, "d1"), isRefused);
  assert.throws(() => renderOutputs({ "a<<b": "x" }, "d1"), isRefused);
});

Deno.test("sync in Actions writes step outputs and a summary, each run with another delimiter", async () => {
  const files = new Map<string, string>();
  const delimiters = new Set<string>();
  for (let run = 0; run < 2; run++) {
    files.clear();
    const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"], pusher: "maxime" } });
    const { code } = await runIn(world, ["sync", "1234"], { env: ENV, files });
    assert.notEqual(code, 2);
    delimiters.add(/<<(.*)/.exec(files.get("/runner/output") ?? "")?.[1] ?? "");
  }

  const outputs = readOutputs(files.get("/runner/output") ?? "");
  assert.equal(delimiters.size, 2);
  assert.equal(outputs["pr_number"], "1234");
  assert.equal(outputs["action_needed"], "create_environment");
  assert.match(files.get("/runner/summary") ?? "", /^### 🎪 Pull request 1234: /);
});

for (
  const [title, labels, platform, expected] of [
    ["an older commit that is frozen", ["🎪 🧊 showtime-freeze"], [environment(A)], A],
    ["nothing", [], [], ""],
  ] as const
) {
  Deno.test(`sync in Actions says beside the target which commit the address serves: ${title}`, async () => {
    const pull = {
      labels: platform.length === 0 ? [] : [...runningLabels(A), ...labels],
      head: { sha: B, ref: "b", repo: "apache/superset" },
    };
    for (const flags of [[], ["--check-only"]]) {
      const files = new Map<string, string>();
      await runIn(makeWorld({ pull, platform: [...platform] }), ["sync", "1234", ...flags], {
        env: ENV,
        files,
      });

      const outputs = readOutputs(files.get("/runner/output") ?? "");
      assert.equal(outputs["target_sha"], B);
      assert.equal(outputs["environment_sha"], expected);
    }
  });
}

Deno.test("sync in Actions names the new commit once its address serves it", async () => {
  const files = new Map<string, string>();
  const world = makeWorld({
    pull: {
      labels: [...runningLabels(A), "🎪 ⚡ showtime-trigger-start"],
      head: { sha: B, ref: "b", repo: "apache/superset" },
    },
    platform: [environment(A)],
  });

  await runIn(world, ["sync", "1234"], { env: ENV, files });

  const outputs = readOutputs(files.get("/runner/output") ?? "");
  assert.deepEqual([outputs["environment_sha"], outputs["target_sha"]], [B, B]);
  assert.match(outputs["environment_url"] ?? "", /^http:\/\/10\.0\.0\.1:8001$/);
});

Deno.test("sync in Actions names the commit that still serves after a newer one failed", async () => {
  const files = new Map<string, string>();
  const world = makeWorld({
    pull: {
      labels: [...runningLabels(A), "🎪 ⚡ showtime-trigger-start"],
      head: { sha: B, ref: "b", repo: "apache/superset" },
    },
    platform: [environment(A)],
  });
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no");
  });

  const { code } = await runIn(world, ["sync", "1234"], { env: ENV, files });

  const outputs = readOutputs(files.get("/runner/output") ?? "");
  assert.deepEqual([code, outputs["environment_sha"], outputs["target_sha"]], [1, A, B]);
});

Deno.test("sync --check-only in Actions gives the keys as step outputs too", async () => {
  const files = new Map<string, string>();

  const { out } = await runIn(makeWorld(), ["sync", "1234", "--check-only"], { env: ENV, files });

  const outputs = readOutputs(files.get("/runner/output") ?? "");
  assert.deepEqual(
    Object.entries(outputs).map(([key, value]) => `${key}=${value}`),
    out.trimEnd().split("\n"),
  );
});

Deno.test("sync warns and goes on where the runner's files cannot be written", async () => {
  const { code, out, err } = await runIn(makeWorld(), ["sync", "1234", "--check-only"], { env: ENV });

  assert.equal(code, 0);
  assert.match(err, /^::warning::Writing "\/runner\/output" failed: no access$/m);
  assert.match(out, /^build_needed<</m);
});

Deno.test("a build in Actions is a group whose lines cannot be commands", async () => {
  const world = makeWorld();
  const context = world.context();
  const images = {
    check: () => Promise.resolve(),
    checkOwner: () => Promise.resolve(),
    exists: () => Promise.resolve(false),
    remove: () => Promise.resolve({ kind: "absent" as const }),
    list: () => Promise.resolve([]),
    build: ({ onLine }: { onLine: (line: string) => void }) => {
      for (const line of ["Step 1", "::set-output name=x::y", "##[command]z", "\x1b[2J"]) onLine(line);
      return Promise.resolve();
    },
  };

  const { err } = await runIn(world, ["start", "1234"], {
    env: { GITHUB_ACTIONS: "true" },
    wiring: {
      makeContext: ({ terminal }) =>
        Promise.resolve({ context: { ...context, images, terminal }, loaded: {} as never }),
    },
  });

  const lines = err.split("\n");
  const group = lines.slice(lines.indexOf("::group::Building apache/superset:pr-1234-aaaaaaa-ci"));
  assert.equal(group[1], "Step 1");
  assert.equal(group.filter((line) => /^\s*::(?!group|endgroup)/.test(line)).length, 0);
  assert.ok(group.includes("::endgroup::"));
  assert.doesNotMatch(err, /##\[|\[2J/);
});

Deno.test("renderSummary() escapes what people wrote", async () => {
  const world = makeWorld();
  const { out } = await runIn(world, ["explain", "1234", "--json"]);
  const plan = {
    ...JSON.parse(out),
    action: "blocked",
    reason: "blocked",
    because: ["<img src=x> @everyone [a](b)"],
  };

  const text = renderSummary({ plan, applied: ["`rm`"], environment: undefined, failure: "# no" });

  assert.doesNotMatch(text, /<img|@everyone|\[a\]\(|^# /m);
});

Deno.test("an environment that fails in Actions is an annotation that names it, with the end of its log", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"], pusher: "maxime" } });
  world.platform.hooks.before("deploy", () => {
    throw new AppError("unhealthy", "Starting pr-1234-aaaaaaa: it does not answer", {
      hint: "Read the log",
      logTail: ["zero", "one", "two", "three", "four", "::error::five"],
    });
  });

  const { err } = await runIn(world, ["sync", "1234"], { env: ENV, files: new Map() });

  assert.deepEqual(err.split("\n").filter((line) => line.startsWith("::error")), [
    "::error title=showtime sync%3A the environment of #1234 failed::Starting pr-1234-aaaaaaa: it does not answer" +
    "%0ARead the log%0A  one%0A  two%0A  three%0A  four%0A  ::error::five",
  ]);
});
