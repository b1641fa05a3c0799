/** Where nobody wrote a showtime.yml: the set-up of apache/superset is not used silently for another repository. */
import assert from "node:assert/strict";
import { runShowtime, startSimulator } from "../support/process.ts";

const SEED = {
  repository: "acme/newcomer",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  files: {},
  pulls: [{
    number: 1,
    title: "Change",
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: "a".repeat(40), ref: "change", repo: "acme/newcomer" },
    pusher: "maxime",
    labels: [],
  }],
};
const HERE =
  'warning: There is no showtime.yml for acme/newcomer, so the set-up of apache/superset is used: "showtime init" writes one';

function warningsOf(err: string): readonly string[] {
  return err.split("\n").filter((line) => line.startsWith("warning:"));
}

Deno.test("assumedPreset() is told once by what builds and what shows configuration, and by nothing else", async () => {
  const cwd = await Deno.makeTempDir();
  const simulator = await startSimulator(SEED);
  const dry = ["--dry-run-docker", "--platform", "docker"];
  try {
    for (const args of [["start", "1", ...dry], ["sync", "1", ...dry], ["config"]]) {
      const { err, code } = await runShowtime([...args, "--repo", "acme/newcomer"], {
        cwd,
        env: simulator.env,
      });
      assert.deepEqual([code, warningsOf(err)], [0, [HERE]], args.join(" "));
    }
    const json = await runShowtime(["config", "--json", "--repo", "acme/newcomer"], {
      cwd,
      env: simulator.env,
    });
    assert.deepEqual([warningsOf(json.err), JSON.parse(json.out).warnings], [[HERE], []]);
    for (
      const args of [["version"], ["labels"], ["status", "1", ...dry, "--repo", "acme/newcomer"], [
        "config",
        "--repo",
        "acme/Superset",
      ]]
    ) {
      const { err } = await runShowtime(args, { cwd, env: simulator.env });
      assert.deepEqual(warningsOf(err), [], args.join(" "));
    }
    await Deno.writeTextFile(`${cwd}/showtime.yml`, "version: 1\n");
    const own = await runShowtime(["config", "--repo", "acme/newcomer"], { cwd, env: simulator.env });
    assert.deepEqual(warningsOf(own.err), []);
  } finally {
    await simulator.stop();
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("assumedPreset() in Actions names the base branch, and a file of the working copy that does not count yet", async () => {
  const cwd = await Deno.makeTempDir();
  const simulator = await startSimulator(SEED);
  try {
    await Deno.writeTextFile(`${cwd}/showtime.yml`, "version: 1\n");
    await Deno.writeTextFile(`${cwd}/event.json`, JSON.stringify({ repository: { default_branch: "main" } }));
    const env = {
      ...simulator.env,
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_PATH: `${cwd}/event.json`,
      GITHUB_REPOSITORY: "acme/newcomer",
    };

    const { out, err } = await runShowtime(["config"], { cwd, env });
    const doctor = await runShowtime(["doctor", "--platform", "docker", "--json"], { cwd, env });
    const named = await runShowtime(["config", "--config", "showtime.yml"], { cwd, env });

    const words =
      'There is no showtime.yml on the base branch main of acme/newcomer, so the set-up of apache/superset is used: "showtime init" writes one (the working copy has one: it counts once it is merged, or with --config showtime.yml)';
    assert.ok(`${out}${err}`.includes(`::warning::${words}\n`), out + err);
    const found = JSON.parse(doctor.out).checks.find(({ name }: { name: string }) =>
      name === "configuration"
    );
    assert.deepEqual([found.status, found.detail], ["warning", words]);
    assert.doesNotMatch(named.err + named.out, /There is no showtime\.yml/);
  } finally {
    await simulator.stop();
    await Deno.remove(cwd, { recursive: true });
  }
});
