/** What somebody meets who begins: no showtime.yml, and links that nobody else can open. */
import assert from "node:assert/strict";
import { runShowtime, startSimulator } from "../worlds/program/process.ts";

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
  'warning: There is no showtime.yml for acme/newcomer, so only defaults are used: "showtime init" writes one';

function warningsOf(err: string): readonly string[] {
  return err.split("\n").filter((line) => line.startsWith("warning:"));
}

Deno.test("missingFile() is told once by what builds and what shows configuration, and by nothing else", async () => {
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
        "Apache/Superset",
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

Deno.test("missingFile() in Actions names the base branch, and a file of the working copy that does not count yet", async () => {
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
      'There is no showtime.yml on the base branch main of acme/newcomer, so only defaults are used: "showtime init" writes one (the working copy has one: it counts once it is merged, or with --config showtime.yml)';
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

Deno.test("doctor warns in Actions that links lead to the machine itself, and elsewhere does not", async () => {
  const cwd = await Deno.makeTempDir();
  const files = { "showtime.yml": "version: 1\nplatform: docker\n" };
  const simulator = await startSimulator({ ...SEED, files });
  try {
    await Deno.writeTextFile(`${cwd}/showtime.yml`, files["showtime.yml"]);
    const env = { ...simulator.env, GITHUB_REPOSITORY: "acme/newcomer" };
    const statusIn = async (more: Readonly<Record<string, string>>): Promise<string | undefined> => {
      const { out } = await runShowtime(["doctor", "--json"], { cwd, env: { ...env, ...more } });
      const checks: { name: string; status: string }[] = JSON.parse(out).checks;
      return checks.find(({ name }) => name === "links")?.status;
    };

    const actions = { GITHUB_ACTIONS: "true" };
    assert.deepEqual(
      [
        await statusIn(actions),
        await statusIn({ ...actions, SHOWTIME_DOCKER__PUBLISH: "10.0.0.5" }),
        await statusIn({}),
      ],
      ["warning", "ok", "ok"],
    );
  } finally {
    await simulator.stop();
    await Deno.remove(cwd, { recursive: true });
  }
});
