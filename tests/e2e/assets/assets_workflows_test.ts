/** The assets' workflows, played: which commit is planned, which plan is pushed, and what an export proposes. */

import assert from "node:assert/strict";
import type { AssetsSetup } from "../../../src/assets/core/setup/assets_setup.ts";
import { renderAssetsSetup } from "../../../src/assets/core/setup/render_assets_setup.ts";
import { RUNNER_FILE } from "../../../src/environments/core/setup/mod.ts";
import { part } from "../../worlds/require.ts";
import { change, examplePayload, type Payload } from "../../worlds/workflows/payloads.ts";
import { type PlayedJob, playWorkflow, type Runner } from "../../worlds/workflows/play.ts";
import { serveRelease } from "../../worlds/workflows/release_server.ts";
import { readWorkflow } from "../../worlds/workflows/workflow.ts";

/** What GitHub's machines have, and the steps use. */
const RUNNER = await part("jq");

const REPO = "Codertocat/Hello-World";
const HERE = "1".repeat(40);
const MERGE = "2".repeat(40);
const MAIN = "refs/heads/main";

interface Scene {
  /** Plays a workflow as `push` or `plan`, and returns the jobs with the commands that Showtime was called with. */
  play(
    file: string,
    event: { readonly name: string; readonly payload: Payload },
    runner?: Partial<Runner>,
  ): Promise<{ readonly jobs: readonly PlayedJob[]; readonly calls: readonly string[] }>;
}

/** Serves a release, and an API of GitHub that knows these answers by path below the repository. */
async function stage(
  answers: Readonly<Record<string, unknown>>,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const release = await serveRelease(RUNNER_FILE, { notes: true });
  const api = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const path = new URL(request.url).pathname.replace(`/repos/${REPO}/`, "");
    if (request.headers.get("authorization") !== "Bearer job-token") return new Response("", { status: 401 });
    return path in answers ? Response.json(answers[path]) : new Response("{}", { status: 404 });
  });
  const setup: AssetsSetup = {
    defaultBranch: "main",
    dir: "assets",
    source: { name: "production", secrets: ["SHOWTIME_PRODUCTION_PASSWORD"] },
    targets: [{ name: "qa", secrets: ["SHOWTIME_QA_PASSWORD"] }],
    release: { version: "1.2.3", url: release.url, sha256: release.sha256 },
  };
  const files = new Map(renderAssetsSetup(setup).map(({ path, text }) => [path, text]));
  let noted = 0;
  try {
    await act({
      async play(file, event, { ...changed } = {}) {
        const workflow = readWorkflow(files.get(`.github/workflows/showtime-assets-${file}.yml`) ?? "");
        const jobs = await playWorkflow(workflow, {
          event,
          runner: {
            repository: REPO,
            actor: "Codertocat",
            apiUrl: `http://127.0.0.1:${api.addr.port}`,
            runId: 77,
            token: "job-token",
            sha: HERE,
            ref: MAIN,
            secrets: { SHOWTIME_QA_PASSWORD: "s3cret", SHOWTIME_PRODUCTION_PASSWORD: "s3cret" },
            ...changed,
          },
        });
        const calls = await release.calls();
        const fresh = calls.slice(noted);
        noted = calls.length;
        return { jobs, calls: fresh };
      },
    });
  } finally {
    await api.shutdown();
    await release.stop();
  }
}

async function dispatch(
  inputs: Readonly<Record<string, string>>,
): Promise<{ name: string; payload: Payload }> {
  return {
    name: "workflow_dispatch",
    payload: change(await examplePayload("workflow_dispatch"), { inputs }),
  };
}

function states(jobs: readonly PlayedJob[]): readonly string[] {
  return jobs.map(({ id, skipped, failed }) => `${id} ${skipped ? "skipped" : failed ? "failed" : "done"}`);
}

function outputs(jobs: readonly PlayedJob[]): string {
  return jobs.flatMap(({ steps }) => steps.map(({ output }) => output)).join("\n");
}

RUNNER.test("a plan is made of the merge of a branch of this repository, and of no fork", async () => {
  await stage({}, async ({ play }) => {
    const payload = await examplePayload("pull_request", "synchronize");
    const inside = change(payload, { "pull_request.head.repo.full_name": REPO });
    const { jobs, calls } = await play("plan", { name: "pull_request", payload: inside }, {
      sha: MERGE,
      ref: "",
    });

    assert.deepEqual(states(jobs), ["find done", "plan-qa done"], outputs(jobs));
    assert.deepEqual(calls, [`assets plan qa --pr ${payload["number"]}`]);
    assert.equal(jobs[1]?.group, `showtime-assets-plan-qa-${payload["number"]}`);
    const checkout = jobs[1]?.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(checkout?.with?.["ref"], MERGE);

    const fork = change(structuredClone(payload), {
      "pull_request.head.repo.full_name": "stranger/Hello-World",
    });
    const outside = await play("plan", { name: "pull_request", payload: fork }, { sha: MERGE, ref: "" });
    assert.deepEqual(states(outside.jobs), ["find skipped", "plan-qa skipped"]);
    assert.deepEqual(outside.calls, []);
  });
});

RUNNER.test("a plan by hand is of the same merge, and after the merge of the default branch", async () => {
  const pull = { state: "open", merged: false, mergeable: true, merge_commit_sha: MERGE };
  const head = (full_name: string) => ({ head: { repo: { full_name } } });
  await stage({
    "pulls/1": { ...pull, ...head(REPO) },
    "pulls/2": { ...pull, ...head(REPO), state: "closed", merged: true, mergeable: null },
    "pulls/3": { ...pull, ...head("stranger/Hello-World") },
    "pulls/4": { ...pull, head: { repo: null } },
    "pulls/5": { ...pull, ...head(REPO), mergeable: false },
    "pulls/6": { ...pull, ...head(REPO), state: "closed" },
  }, async ({ play }) => {
    for (const [pr_number, commit] of [["1", MERGE], ["2", HERE]] as const) {
      const { jobs, calls } = await play("plan", await dispatch({ pr_number }));
      assert.deepEqual(jobs[0]?.outputs, { commit }, outputs(jobs));
      assert.deepEqual(calls, [`assets plan qa --pr ${pr_number}`]);
    }
    for (const pr_number of ["3", "4", "5", "6", "404", "1; id", "$(id)"]) {
      const { jobs, calls } = await play("plan", await dispatch({ pr_number }));
      assert.deepEqual(states(jobs), ["find failed", "plan-qa skipped"], pr_number);
      assert.deepEqual(calls, []);
      assert.doesNotMatch(outputs(jobs), /uid=/);
    }
  });
});

RUNNER.test("a push takes the plan of the pull request whose merge made the commit", async () => {
  const merged = {
    number: 12,
    merged_at: "2026-01-05T08:00:00Z",
    merge_commit_sha: HERE,
    base: { repo: { full_name: REPO } },
  };
  const others = [
    { ...merged, number: 9, merged_at: null },
    { ...merged, number: 10, merge_commit_sha: MERGE },
    { ...merged, number: 11, base: { repo: { full_name: "stranger/Hello-World" } } },
  ];
  const payload = await examplePayload("push");
  await stage({
    [`commits/${HERE}/pulls`]: [...others, merged],
    [`commits/${MERGE}/pulls`]: others.slice(0, 1),
  }, async ({ play }) => {
    const { jobs, calls } = await play("push", { name: "push", payload });
    assert.deepEqual(states(jobs), ["find done", "push-qa done"], outputs(jobs));
    assert.deepEqual(calls, ["assets push qa --yes --pr 12"]);
    assert.equal(jobs[1]?.group, "showtime-assets-qa");
    const kept = jobs[1]?.steps.at(-1);
    assert.deepEqual(kept?.with?.["path"], ".showtime/assets/qa/runs");

    const direct = await play("push", { name: "push", payload }, { sha: MERGE });
    assert.deepEqual(states(direct.jobs), ["find failed", "push-qa skipped"]);
    assert.match(outputs(direct.jobs), /::error::No pull request brought this commit/);

    const again = await play("push", await dispatch({ pr_number: "12" }));
    assert.deepEqual(again.calls, ["assets push qa --yes --pr 12"]);
    const branch = await play("push", await dispatch({ pr_number: "12" }), { ref: "refs/heads/mine" });
    assert.deepEqual(states(branch.jobs), ["find skipped", "push-qa skipped"]);
    const hostile = await play("push", await dispatch({ pr_number: "12 --force" }));
    assert.deepEqual([states(hostile.jobs), hostile.calls], [["find failed", "push-qa skipped"], []]);
  });
});

RUNNER.test("a failed push keeps its snapshots", async () => {
  await stage({}, async ({ play }) => {
    const broken: Runner["uses"] = async ({ uses }, { bin }) => {
      // The release is first in the PATH, so the installation is broken instead.
      if (uses.startsWith("actions/checkout@")) {
        await Deno.writeTextFile(`${bin}/curl`, "#!/bin/sh\nexit 22\n", { mode: 0o755 });
      }
    };
    const { jobs } = await play("push", await dispatch({ pr_number: "12" }), { uses: broken });

    assert.deepEqual(states(jobs), ["find done", "push-qa failed"]);
    assert.deepEqual(jobs[1]?.steps.map(({ name }) => name), [
      "Get the folder",
      "Install Showtime 1.2.3",
      "Keep the snapshots",
    ]);
  });
});

RUNNER.test("a rollback undoes the newest snapshot of the named run", async () => {
  await stage({}, async ({ play }) => {
    const inputs = { instance: "qa", run_id: "4711" };
    const download: Runner["uses"] = async ({ uses, with: given }, { workspace }) => {
      if (!uses.startsWith("actions/download-artifact@")) return;
      assert.deepEqual([given["run-id"], given["pattern"]], ["4711", "showtime-assets-qa-*"]);
      for (const run of ["20260105T090000Z-000001", "20260105T080000Z-ffffff"]) {
        await Deno.mkdir(`${workspace}/${given["path"]}/${run}`, { recursive: true });
      }
    };
    const { jobs, calls } = await play("rollback", await dispatch(inputs), { uses: download });
    assert.deepEqual(calls, [
      "assets rollback qa --from .showtime/snapshots/20260105T090000Z-000001 --yes",
    ], outputs(jobs));

    const empty = await play("rollback", await dispatch(inputs));
    assert.deepEqual([states(empty.jobs), empty.calls], [["rollback-qa failed"], []]);
    assert.match(outputs(empty.jobs), /::error::That run has no snapshots of qa/);
    const other = await play("rollback", await dispatch({ ...inputs, instance: "production" }));
    assert.deepEqual(states(other.jobs), ["rollback-qa skipped"]);
  });
});

RUNNER.test("sync and drift run on their schedules", async () => {
  await stage({}, async ({ play }) => {
    const schedule = { name: "schedule", payload: { schedule: "43 4 * * *" } };
    assert.deepEqual((await play("sync", schedule)).calls, ["assets sync_assets production qa --yes"]);
    const { jobs, calls } = await play("drift", schedule);
    assert.deepEqual(states(jobs), ["drift-production done", "drift-qa done"], outputs(jobs));
    assert.deepEqual(calls, ["assets status production --exit-code", "assets status qa --exit-code"]);
  });
});

/** A program that notes how it is called, and answers `gh pr list` with what is open. */
const GH = `#!/bin/sh
echo "gh $*" >> "$NOTES"
case "$1 $2" in
  "pr list") cat "$NOTES.open" ;;
  "pr create") echo https://github.com/acme/bi/pull/31 ;;
esac
`;

RUNNER.test("an export with changes becomes a branch and one pull request, whose plan is started", async () => {
  const root = await Deno.makeTempDir({ prefix: "showtime-export-" });
  const git = async (cwd: string, ...args: string[]) => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    const { code, stdout, stderr } = await new Deno.Command("git", { args: [...identity, ...args], cwd })
      .output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  try {
    await git(root, "init", "--quiet", "--bare", "--initial-branch=main", "origin");
    await git(root, "clone", "--quiet", "origin", "first");
    await Deno.mkdir(`${root}/first/assets`);
    await Deno.writeTextFile(`${root}/first/assets/old.yaml`, "old\n");
    await git(`${root}/first`, "add", "--all");
    await git(`${root}/first`, "commit", "--quiet", "--message", "first");
    await git(`${root}/first`, "push", "--quiet", "origin", "HEAD:main");
    let exported: (workspace: string) => Promise<void> = () => Promise.resolve();
    let kept: Uint8Array | undefined;
    const uses: Runner["uses"] = async ({ uses, with: given }, { workspace, bin }) => {
      if (uses.startsWith("actions/checkout@")) {
        await git(root, "clone", "--quiet", "origin", workspace);
        await exported(workspace);
        const notes = `NOTES='${root}/notes'\n`;
        await Deno.writeTextFile(`${bin}/gh`, GH.replace("\n", `\n${notes}`), { mode: 0o755 });
      } else if (uses.startsWith("actions/upload-artifact@")) {
        kept = await Deno.readFile(`${workspace}/${given["path"]}`);
      } else if (uses.startsWith("actions/download-artifact@")) {
        assert.ok(kept !== undefined);
        await Deno.writeFile(`${workspace}/showtime-export.patch`, kept);
      }
    };
    const play = async (scene: Scene, open: string) => {
      await Deno.writeTextFile(`${root}/notes`, "");
      await Deno.writeTextFile(`${root}/notes.open`, open);
      const { jobs } = await scene.play("export", { name: "schedule", payload: { schedule: "" } }, { uses });
      return {
        jobs,
        notes: (await Deno.readTextFile(`${root}/notes`)).split("\n").filter((each) => each !== ""),
      };
    };
    await stage({}, async (scene) => {
      const nothing = await play(scene, "");
      assert.deepEqual(states(nothing.jobs), ["export done", "propose skipped"], outputs(nothing.jobs));

      // The checkout of the second job has no such files: the patch brings them.
      let first = true;
      exported = async (workspace) => {
        if (!first) return;
        first = false;
        await Deno.remove(`${workspace}/assets/old.yaml`);
        await Deno.writeTextFile(`${workspace}/assets/neu \u00e4.yaml`, "new\n");
        await Deno.writeTextFile(`${workspace}/stray`, "not of the folder");
      };
      const some = await play(scene, "");
      assert.deepEqual(states(some.jobs), ["export done", "propose done"], outputs(some.jobs));
      assert.deepEqual(some.notes.map((line) => line.split(" ").slice(0, 3).join(" ")), [
        "gh pr list",
        "gh pr create",
        "gh workflow run",
      ]);
      assert.equal(
        some.notes.at(-1),
        "gh workflow run showtime-assets-plan.yml --ref main --field pr_number=31",
      );
      const tree = await git(
        `${root}/origin`,
        "ls-tree",
        "-r",
        "-z",
        "--name-only",
        "showtime/export-production",
      );
      assert.deepEqual(tree.split("\0").filter((name) => name !== ""), ["assets/neu \u00e4.yaml"]);

      first = true;
      const again = await play(scene, "30\n");
      assert.deepEqual(again.notes.map((line) => line.split(" ").slice(0, 3).join(" ")), [
        "gh pr list",
        "gh workflow run",
      ]);
      assert.match(again.notes.at(-1) ?? "", /pr_number=30$/);
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
