import assert from "node:assert/strict";
import {
  type Finished,
  type RunningSimulator,
  runShowtime,
  startSimulator,
} from "../worlds/program/process.ts";

const A = "aaaaaaa000000000000000000000000000000000";
const RUNNING = [
  "🎪 showtime",
  "🎪 aaaaaaa 🚦 running",
  "🎪 🎯 aaaaaaa",
  "🎪 aaaaaaa 📅 2026-01-15T14-30",
  "🎪 aaaaaaa 🌐 52.1.2.3:8080",
  "🎪 aaaaaaa ⌛ close",
  "🎪 aaaaaaa 🤡 maxime",
];

const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  pulls: [1, 2].map((number) => ({
    number,
    title: `Change ${number}`,
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: A, ref: `branch-${number}`, repo: "acme/shop" },
    pusher: "maxime",
    labels: number === 1 ? RUNNING : [],
  })),
};

/** A command line about a pull request that runs, what it exits with, and whether an unknown pull request matters to it. */
interface Line {
  readonly args: readonly string[];
  readonly code?: number;
  readonly aboutPull: boolean;
  /** Its answer with `--json` is one document on each line. */
  readonly ndjson?: boolean;
  /** Without drivers: it knows no repository. */
  readonly local?: boolean;
  /** It can change something, so that it has `--dry-run`. */
  readonly changes?: boolean;
}

const LINES: readonly Line[] = [
  { args: ["sync", "1"], changes: true, aboutPull: true },
  { args: ["sync", "1", "--check-only"], changes: true, aboutPull: true },
  { args: ["handle-trigger", "1"], changes: true, aboutPull: true },
  { args: ["start", "1"], changes: true, aboutPull: true },
  { args: ["status", "1"], aboutPull: true },
  { args: ["list"], aboutPull: false },
  { args: ["explain", "1"], aboutPull: true },
  { args: ["history", "1"], aboutPull: true },
  { args: ["url", "1"], aboutPull: true },
  { args: ["unlock", "1"], changes: true, aboutPull: true },
  { args: ["extend", "1", "close"], changes: true, aboutPull: true },
  { args: ["setup-labels"], changes: true, aboutPull: false },
  { args: ["cleanup"], changes: true, aboutPull: false },
  { args: ["cleanup-labels"], changes: true, aboutPull: false },
  { args: ["labels"], aboutPull: false, local: true },
  { args: ["config"], aboutPull: false, local: true },
  { args: ["config", "schema"], aboutPull: false, local: true },
  { args: ["completions", "bash"], aboutPull: false, local: true },
  { args: ["version"], aboutPull: false, local: true },
];

const FLAGS = ["--platform", "docker", "--dry-run-docker"];

/** The flags that a command line takes: commands without drivers have none of environments, but for the platform. */
function flagsOf(args: readonly string[]): readonly string[] {
  const isLocal = LINES.some((line) => line.local === true && line.args[0] === args[0]);
  return !isLocal ? FLAGS : args[0] === "config" ? FLAGS.slice(0, 2) : [];
}

async function onSimulator(act: (simulator: RunningSimulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator(SEED);
  try {
    await act(simulator);
  } finally {
    await simulator.stop();
  }
}

function run(
  simulator: RunningSimulator,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  return runShowtime([...args, ...flagsOf(args)], {
    env: { ...simulator.env, GITHUB_REPOSITORY: "acme/shop", ...env },
  });
}

/** What every answer keeps to when it is piped: no colours, nothing wider than 80 columns but addresses. */
function assertPlain(done: Finished, told: string): void {
  assert.ok(
    !(done.out + done.err).includes("\u001b"),
    `${told}: an escape in ${JSON.stringify(done.out + done.err)}`,
  );
  assert.ok(!/^\s+at .*\.ts:\d+/m.test(done.err), `${told}: a stack trace`);
}

Deno.test("every command answers piped, as JSON and dry, and exits with what its row says", async () => {
  await onSimulator(async (simulator) => {
    for (const { args, code = 0, changes = false } of LINES) {
      const told = args.join(" ");
      const writes = async () => (await simulator.requests()).filter(({ write }) => write).length;
      const before = await writes();
      const dry = await run(simulator, changes ? [...args, "--dry-run"] : args);
      assert.equal(dry.code, code, `${told} --dry-run: ${dry.err}`);
      assert.equal(await writes(), before, `${told} --dry-run wrote`);
      const plain = await run(simulator, args, { NO_COLOR: "1" });
      assert.equal(plain.code, code, `${told}: ${plain.err}`);
      assert.notEqual(plain.out + plain.err, "", told);
      assertPlain(plain, told);
      const json = await run(simulator, [...args, "--json"]);
      assert.equal(json.code, code, `${told} --json: ${json.err}`);
      assert.equal(typeof JSON.parse(json.out), "object", told);
    }
  });
});

Deno.test("every command about a pull request says so if it does not exist, or if the repository does not", async () => {
  await onSimulator(async (simulator) => {
    for (const { args } of LINES.filter(({ aboutPull }) => aboutPull)) {
      const told = args.join(" ");
      const unknown = await run(simulator, args.map((word) => word === "1" ? "99" : word));
      assert.equal(unknown.code, 1, `${told}: ${unknown.err}`);
      assert.match(unknown.err, /error: .*99/, told);
      assert.match(unknown.err, /hint: /, told);
      const nowhere = await run(simulator, [...args, "--repo", "acme/nowhere", "--json"]);
      assert.equal(nowhere.code, 1, `${told}: ${nowhere.err}`);
      const { error } = JSON.parse(nowhere.out);
      assert.match(error.message, /acme\/nowhere/, told);
      assert.deepEqual(Object.keys(error).slice(0, 3), ["code", "message", "hint"], told);
    }
  });
});

Deno.test("every command that needs GitHub says where a token comes from if it has no token", async () => {
  for (const { args, local } of LINES) {
    if (local === true) continue;
    const told = args.join(" ");
    const done = await runShowtime([...args, ...FLAGS, "--repo", "acme/shop"], {
      env: { GITHUB_API_URL: "http://github.invalid", PATH: "/nonexistent", GITHUB_TOKEN: "" },
    });
    assert.equal(done.code, 2, `${told}: ${done.err}`);
    assert.match(done.err, /GITHUB_TOKEN/, told);
    assert.match(done.err, /^error: /, told);
    assertPlain(done, told);
  }
});

Deno.test("a configuration with five mistakes names all five with line and remedy, and nothing is changed", async () => {
  await onSimulator(async (simulator) => {
    const file = await Deno.makeTempFile({ suffix: ".yml" });
    await Deno.writeTextFile(
      file,
      [
        "version: 1",
        "platfrom: docker",
        "ttl: 48 hours",
        "retries: many",
        "auto_sync: sometimes",
        "docker: { publsh: x }",
      ].join("\n"),
    );
    const done = await run(simulator, ["sync", "2", "--config", file]);
    await Deno.remove(file);

    assert.equal(done.code, 2);
    for (
      const [line, word] of [[2, "platform"], [3, "ttl"], [4, "retries"], [5, "auto_sync"], [
        6,
        "publish",
      ]] as const
    ) {
      const told = done.err.split("\n").find((each) => each.includes(`.yml:${line}:`)) ??
        assert.fail(`line ${line}: ${done.err}`);
      assert.match(told, new RegExp(word));
    }
    assert.equal((await simulator.requests()).filter(({ write }) => write).length, 0);
  });
});

Deno.test("SIGTERM in the middle of a deployment: 143, the lock given back, and the next run goes on", async () => {
  await onSimulator(async (simulator) => {
    const { spawnShowtime } = await import("../worlds/program/process.ts");
    const env = { ...simulator.env, GITHUB_REPOSITORY: "acme/shop" };
    const child = spawnShowtime(["start", "2", ...FLAGS, "--dry-run-aws", "--aws-sleep", "60"], { env });
    const drained = [child.stdout.pipeTo(new WritableStream()), child.stderr.pipeTo(new WritableStream())];
    const labels = async () =>
      (await simulator.state()).pulls.find(({ number }) => number === 2)?.labels ?? [];
    while (!(await labels()).includes("🎪 aaaaaaa 🚦 deploying")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill("SIGTERM");
    const { code } = await child.status;
    await Promise.all(drained);

    assert.equal(code, 143);
    assert.ok(!(await simulator.state()).labels.some(({ name }) => name.startsWith("🎪 lock")));
    assert.ok((await labels()).includes("🎪 aaaaaaa 🚦 deploying"));
    const next = await run(simulator, ["sync", "2", "--json"]);
    assert.equal(next.code, 0, next.err);
    assert.equal(JSON.parse(next.out).action_reason, "resumed");
    assert.ok((await labels()).includes("🎪 aaaaaaa 🚦 running"));
  });
});

Deno.test("simulate that is started again with the same seed gives ids that go on from before", async () => {
  const ids: number[] = [];
  for (let start = 0; start < 2; start++) {
    // Each id stands for 125 ms of the clock: a simulator that starts within them begins with the same id.
    if (start > 0) await new Promise((resolve) => setTimeout(resolve, 125));
    const simulator = await startSimulator(SEED);
    try {
      const made = await fetch(`${simulator.url}/repos/acme/shop/labels`, {
        method: "POST",
        headers: { authorization: "Bearer owner-token" },
        body: JSON.stringify({ name: "🎪 lock pr-1", color: "6A737D" }),
      });
      ids.push((await made.json()).id);
    } finally {
      await simulator.stop();
    }
  }
  const [first = Infinity, second = 0] = ids;
  assert.ok(first < second, `${first}, then ${second}`);
});
