import assert from "node:assert/strict";
import { renderSetup, RUNNER_FILE, type Setup } from "../../src/environments/core/setup/mod.ts";
import { type RunningSimulator, startSimulator } from "../worlds/program/process.ts";
import { part } from "../worlds/require.ts";
import { change, examplePayload, type Payload, textAt } from "../worlds/workflows/payloads.ts";
import { type PlayedEvent, type PlayedJob, type PlayedStep, playWorkflow } from "../worlds/workflows/play.ts";
import { hash, type ServedRelease, serveRelease } from "../worlds/workflows/release_server.ts";
import { readWorkflow } from "../worlds/workflows/workflow.ts";

/** What GitHub's machines have, and the steps use. */
const RUNNER = await part("jq");

const REPO = "Codertocat/Hello-World";
const FORK = "stranger/Hello-World";
const OWNER = "Codertocat";
const START = "🎪 ⚡ showtime-trigger-start";
const NEWER = "b".repeat(40);

/** Everything that one test plays on. */
interface Scene {
  readonly simulator: RunningSimulator;
  readonly release: ServedRelease;
  readonly setup: Setup;
  /** The head of pull request 2, as the examples have it. */
  readonly head: string;
  play(file: string, event: PlayedEvent): Promise<readonly PlayedJob[]>;
  /** The 🎪 labels of pull request 2. */
  labels(): Promise<readonly string[]>;
}

interface SceneOptions {
  readonly forks?: boolean;
  readonly labels?: readonly string[];
  readonly headRepo?: string;
  readonly headRef?: string;
  readonly setup?: Partial<Setup>;
  readonly badChecksum?: boolean;
}

async function stage(options: SceneOptions, act: (scene: Scene) => Promise<void>): Promise<void> {
  const head = textAt(await examplePayload("pull_request", "labeled"), "pull_request.head.sha");
  const release = await serveRelease(RUNNER_FILE);
  const setup: Setup = {
    repo: REPO,
    defaultBranch: "master",
    platform: "ecs",
    forks: options.forks ?? false,
    image: "ghcr.io/codertocat/hello-world",
    port: 8080,
    accessKeys: false,
    aws: {
      account: "123456789012",
      region: "eu-west-1",
      cluster: "previews",
      runsBeforeStop: false,
      container: "app",
      subnets: ["subnet-1"],
      securityGroups: ["sg-1"],
      logGroup: "/ecs/previews",
      executionRole: "arn:aws:iam::123456789012:role/previews-execution",
      taskRole: undefined,
      ecrRepository: undefined,
    },
    release: {
      version: "1.2.3",
      url: release.url,
      sha256: options.badChecksum === true ? await hash("something else") : release.sha256,
    },
    ...options.setup,
  };
  const files = new Map(renderSetup(setup).map(({ path, text }) => [path, text]));
  const simulator = await startSimulator({
    repository: REPO,
    token_owner: OWNER,
    collaborators: { [OWNER]: "admin" },
    labels: [],
    files: { "showtime.yml": files.get("showtime.yml") },
    pulls: [{
      number: 2,
      title: "Update the README with new information.",
      author: OWNER,
      state: "open",
      draft: false,
      head: { sha: head, ref: options.headRef ?? "changes", repo: options.headRepo ?? REPO },
      pusher: OWNER,
      labels: options.labels ?? [],
    }],
    runs: [{ id: 77, run_attempt: 1, status: "in_progress" }],
  });
  try {
    await act({
      simulator,
      release,
      setup,
      head,
      play(file, event) {
        const workflow = readWorkflow(files.get(`.github/workflows/${file}`) ?? "");
        const runner = {
          repository: REPO,
          actor: OWNER,
          apiUrl: simulator.url,
          runId: 77,
          token: "owner-token",
        };
        return playWorkflow(workflow, { event, runner });
      },
      async labels() {
        const { pulls } = await simulator.state();
        return pulls.flatMap(({ labels }) => labels).filter((name) => name.startsWith("🎪"));
      },
    });
  } finally {
    await simulator.stop();
    await release.stop();
  }
}

function stepsOf(jobs: readonly PlayedJob[], id = "sync"): readonly PlayedStep[] {
  const job = jobs.find((each) => each.id === id);
  assert.ok(job !== undefined, `no job ${id} was played`);
  const failed = job.steps.find(({ code }) => code !== undefined && code !== 0);
  assert.equal(failed, undefined, `${failed?.name}: ${failed?.output}`);
  return job.steps;
}

function namesOf(steps: readonly PlayedStep[]): readonly string[] {
  return steps.map(({ name }) => name);
}

const INSTALL = "Install Showtime 1.2.3";
const WHOLE = [
  INSTALL,
  "Decide",
  "Get the commit to build",
  "Take on the role on AWS",
  "Log in to the registry",
  "Sync",
];

/** Without an engine here: `docker login` is all that would need one. */
const NO_LOGIN: Partial<Setup> = { image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews" };
const BUILDS = WHOLE.filter((name) => name !== "Log in to the registry");

async function labeled(label: string): Promise<Payload> {
  return change(await examplePayload("pull_request", "labeled"), { "label.name": label });
}

RUNNER.test("showtime.yml builds and deploys where the start trigger is set", async () => {
  await stage({ labels: [START], setup: NO_LOGIN }, async ({ play, labels, release, head }) => {
    const steps = stepsOf(
      await play("showtime.yml", { name: "pull_request", payload: await labeled(START) }),
    );

    assert.deepEqual(namesOf(steps), BUILDS);
    assert.deepEqual(await release.calls(), ["sync 2 --check-only", `sync 2 --sha ${head}`]);
    const checkout = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.deepEqual(checkout?.with, { ref: head, "persist-credentials": "false" });
    const role = steps.find(({ uses }) => uses?.startsWith("aws-actions/"))?.with?.["role-to-assume"];
    assert.equal(role, "arn:aws:iam::123456789012:role/showtime-Hello-World");
    const now = await labels();
    assert.ok(now.includes(`🎪 ${head.slice(0, 7)} 🚦 running`), now.join("\n"));
    assert.equal(now.includes(START), false);
  });
});

RUNNER.test("showtime.yml looks and writes nothing where there is nothing to do", async () => {
  await stage({ setup: NO_LOGIN }, async ({ play, release, simulator }) => {
    const payload = change(await examplePayload("pull_request", "unlabeled"), { "label.name": START });

    const steps = stepsOf(await play("showtime.yml", { name: "pull_request", payload }));

    assert.deepEqual(namesOf(steps), [INSTALL, "Decide"]);
    assert.deepEqual(await release.calls(), ["sync 2 --check-only"]);
    assert.deepEqual((await simulator.requests()).filter(({ write }) => write), []);
  });
});

RUNNER.test("showtime.yml is not run for labels of others, and does not push a run out of the queue then", async () => {
  await stage({ labels: [START], setup: NO_LOGIN }, async ({ play, release }) => {
    const other = await play("showtime.yml", {
      name: "pull_request",
      payload: await examplePayload("pull_request", "labeled"),
    });
    const reviewed = await play("showtime.yml", {
      name: "pull_request",
      payload: await examplePayload("pull_request", "opened"),
    });

    assert.deepEqual(other.map(({ id, skipped, group }) => [id, skipped, group]), [[
      "sync",
      true,
      "showtime-2-77",
    ]]);
    assert.deepEqual(reviewed, []);
    assert.deepEqual(await release.calls(), []);
  });
});

RUNNER.test("showtime.yml queues every event of a pull request in one group", async () => {
  await stage({ setup: NO_LOGIN }, async ({ play }) => {
    const inputs = { pr_number: "2", sha: "" };
    const dispatch = change(await examplePayload("workflow_dispatch"), { "inputs": inputs });
    const jobs = [
      ...await play("showtime.yml", { name: "pull_request", payload: await labeled(START) }),
      ...await play("showtime.yml", {
        name: "pull_request",
        payload: await examplePayload("pull_request", "synchronize"),
      }),
      ...await play("showtime.yml", {
        name: "pull_request",
        payload: await examplePayload("pull_request", "closed"),
      }),
      ...await play("showtime.yml", { name: "workflow_dispatch", payload: dispatch }),
    ];

    assert.deepEqual(
      jobs.map(({ group, skipped }) => [group, skipped]),
      Array(4).fill(["showtime-2", false]),
    );
  });
});

RUNNER.test("showtime.yml follows a push, and removes everything when the pull request is closed", async () => {
  await stage({ labels: [START], setup: NO_LOGIN }, async ({ play, labels, release, simulator, head }) => {
    stepsOf(await play("showtime.yml", { name: "pull_request", payload: await labeled(START) }));
    await simulator.control("push", { pr: 2, sha: NEWER, pusher: OWNER });
    const pushed = change(await examplePayload("pull_request", "synchronize"), {
      "pull_request.head.sha": NEWER,
    });

    const steps = stepsOf(await play("showtime.yml", { name: "pull_request", payload: pushed }));

    assert.deepEqual(namesOf(steps), BUILDS);
    assert.deepEqual((await release.calls()).slice(2), ["sync 2 --check-only", `sync 2 --sha ${NEWER}`]);
    assert.ok((await labels()).includes(`🎪 🎯 ${NEWER.slice(0, 7)}`));
    assert.equal((await labels()).some((name) => name.includes(head.slice(0, 7))), false);

    await simulator.control("pull", { pr: 2, state: "closed" });
    const closed = change(await examplePayload("pull_request", "closed"), { "pull_request.head.sha": NEWER });
    const last = stepsOf(await play("showtime.yml", { name: "pull_request", payload: closed }));
    assert.deepEqual(namesOf(last), [INSTALL, "Decide", "Take on the role on AWS", "Sync"]);
    assert.deepEqual(await labels(), []);
  });
});

RUNNER.test("showtime.yml takes the commit of a dispatch", async () => {
  await stage({ labels: [START], setup: NO_LOGIN }, async ({ play, release, head }) => {
    const payload = change(await examplePayload("workflow_dispatch"), {
      "inputs": {
        pr_number: "2",
        sha: head,
      },
    });

    stepsOf(await play("showtime.yml", { name: "workflow_dispatch", payload }));

    assert.deepEqual(await release.calls(), [`sync 2 --sha ${head} --check-only`, `sync 2 --sha ${head}`]);
  });
});

RUNNER.test("showtime.yml for branches leaves pull requests from forks alone", async () => {
  await stage({ headRepo: FORK, labels: [START] }, async ({ play, release }) => {
    const payload = change(await labeled(START), { "pull_request.head.repo.full_name": FORK });

    const jobs = await play("showtime.yml", { name: "pull_request", payload });

    assert.deepEqual(jobs.map(({ skipped }) => skipped), [true]);
    assert.deepEqual(await release.calls(), []);
  });
});

RUNNER.test("showtime.yml runs nothing that is not the release it was written for", async () => {
  await stage({ badChecksum: true, labels: [START] }, async ({ play, release, simulator }) => {
    const [job] = await play("showtime.yml", { name: "pull_request", payload: await labeled(START) });

    assert.deepEqual(job?.steps.map(({ name, code }) => [name, code === 0]), [[INSTALL, false]]);
    assert.match(job?.steps[0]?.output ?? "", /showtime: FAILED/);
    assert.deepEqual(await release.calls(), []);
    assert.deepEqual(await simulator.requests(), []);
  });
});

RUNNER.test("showtime.yml takes the release's own checksum where none was known", async () => {
  await stage({}, async ({ setup, release, simulator }) => {
    const unknown = { ...setup, release: { ...setup.release, sha256: undefined } };
    const text = renderSetup(unknown).find(({ path }) => path.endsWith("/showtime.yml"))?.text ?? "";
    const runner = { repository: REPO, actor: OWNER, apiUrl: simulator.url, runId: 77, token: "owner-token" };

    const jobs = await playWorkflow(readWorkflow(text), {
      event: { name: "pull_request", payload: await labeled(START) },
      runner,
    });

    assert.deepEqual(namesOf(stepsOf(jobs)), [INSTALL, "Decide"]);
    assert.deepEqual(await release.calls(), ["sync 2 --check-only"]);
  });
});

/** The end of the first stage, as GitHub tells the second one. */
async function requestEnded(facts: {
  readonly repo: string;
  readonly branch: string;
  readonly sha: string;
  readonly conclusion?: string;
}): Promise<Payload> {
  return change(await examplePayload("workflow_run", "completed"), {
    "workflow_run.event": "pull_request",
    "workflow_run.conclusion": facts.conclusion ?? "success",
    "workflow_run.head_sha": facts.sha,
    "workflow_run.head_branch": facts.branch,
    "workflow_run.head_repository.full_name": facts.repo,
    "workflow_run.head_repository.owner.login": facts.repo.split("/")[0],
  });
}

RUNNER.test("showtime-request.yml asks for nothing and tells nothing", async () => {
  await stage({ forks: true }, async ({ play, setup }) => {
    const ours = await play("showtime-request.yml", { name: "pull_request", payload: await labeled(START) });
    const others = await play("showtime-request.yml", {
      name: "pull_request",
      payload: await examplePayload("pull_request", "labeled"),
    });

    assert.deepEqual(ours.map(({ skipped, failed }) => [skipped, failed]), [[false, false]]);
    assert.deepEqual(others.map(({ skipped }) => skipped), [true]);
    const text = renderSetup(setup).find(({ path }) => path.endsWith("-request.yml"))?.text ?? "";
    assert.deepEqual(readWorkflow(text).permissions, {});
    assert.deepEqual(Object.values(readWorkflow(text).jobs).map(({ permissions }) => permissions), [{}]);
    assert.doesNotMatch(text, /secrets|uses:|vars/);
  });
});

RUNNER.test("showtime.yml for forks finds the pull request by the commit and its repository", async () => {
  const options = { forks: true, headRepo: FORK, labels: [START], setup: NO_LOGIN };
  await stage(options, async ({ play, release, labels, head }) => {
    const payload = await requestEnded({ repo: FORK, branch: "changes", sha: head });

    const jobs = await play("showtime.yml", { name: "workflow_run", payload });

    assert.deepEqual(jobs[0]?.outputs, { pulls: "[2]" });
    assert.equal(jobs[1]?.group, "showtime-2");
    const steps = stepsOf(jobs);
    assert.deepEqual(namesOf(steps), BUILDS);
    assert.deepEqual(await release.calls(), ["sync 2 --check-only", `sync 2 --sha ${head}`]);
    assert.ok((await labels()).includes(`🎪 ${head.slice(0, 7)} 🚦 running`));
  });
});

RUNNER.test("showtime.yml for forks does nothing for a commit that is no pull request's head", async () => {
  await stage({ forks: true, headRepo: FORK, labels: [START] }, async ({ play, release, head }) => {
    const strangers = [
      { repo: FORK, branch: "changes", sha: NEWER },
      { repo: FORK, branch: "elsewhere", sha: head },
      { repo: "thief/Hello-World", branch: "changes", sha: head },
    ];
    for (const facts of strangers) {
      const jobs = await play("showtime.yml", { name: "workflow_run", payload: await requestEnded(facts) });
      assert.equal(stepsOf(jobs, "find")[0]?.code, 0);
      assert.deepEqual(jobs.map(({ id, skipped, outputs }) => [id, skipped, outputs]), [
        ["find", false, { pulls: "[]" }],
        ["sync", true, {}],
      ], JSON.stringify(facts));
    }
    const skipped = { repo: FORK, branch: "changes", sha: head, conclusion: "skipped" };
    const jobs = await play("showtime.yml", { name: "workflow_run", payload: await requestEnded(skipped) });
    assert.deepEqual(jobs.map((each) => each.skipped), [true, true]);
    assert.deepEqual(await release.calls(), []);
  });
});

RUNNER.test("showtime.yml for forks takes the name of a branch for what it is", async () => {
  const headRef = "a&head=x\";touch${IFS}$HOME/hacked;`id`$(id)'";
  const options = { forks: true, headRepo: FORK, headRef, setup: NO_LOGIN };
  await stage(options, async ({ play, release, head, simulator }) => {
    const payload = await requestEnded({ repo: FORK, branch: headRef, sha: head });

    const jobs = await play("showtime.yml", { name: "workflow_run", payload });

    assert.deepEqual(jobs[0]?.outputs, { pulls: "[2]" });
    assert.doesNotMatch(stepsOf(jobs, "find")[0]?.output ?? "", /uid=/);
    assert.deepEqual(await release.calls(), ["sync 2 --check-only"]);
    const asked = (await simulator.requests()).find(({ path }) => path.includes("/pulls"));
    assert.equal(asked?.status, 200);
  });
});

RUNNER.test("showtime.yml for forks refuses a dispatch with a malformed number", async () => {
  await stage({ forks: true }, async ({ play, release }) => {
    const wrong = { pr_number: "2]; id #", sha: "" };
    const payload = change(await examplePayload("workflow_dispatch"), { "inputs": wrong });

    const jobs = await play("showtime.yml", { name: "workflow_dispatch", payload });

    assert.deepEqual(jobs.map(({ failed, skipped }) => [failed, skipped]), [[true, false], [false, true]]);
    assert.deepEqual(await release.calls(), []);
  });
});

RUNNER.test("showtime-cleanup.yml cleans up on its schedule and by dispatch", async () => {
  await stage({ labels: [START], setup: NO_LOGIN }, async ({ play, release, simulator, labels }) => {
    stepsOf(await play("showtime.yml", { name: "pull_request", payload: await labeled(START) }));
    await simulator.control("pull", { pr: 2, state: "closed" });
    assert.notDeepEqual(await labels(), []);

    const steps = stepsOf(
      await play("showtime-cleanup.yml", { name: "schedule", payload: { schedule: "17 * * * *" } }),
      "cleanup",
    );

    assert.deepEqual(namesOf(steps), [INSTALL, "Take on the role on AWS", "Clean up"]);
    assert.equal((await release.calls()).at(-1), "cleanup --respect-ttl --force");
    assert.deepEqual(await labels(), []);
    const dispatch = await examplePayload("workflow_dispatch");
    assert.equal(
      stepsOf(await play("showtime-cleanup.yml", { name: "workflow_dispatch", payload: dispatch }), "cleanup")
        .length,
      3,
    );
  });
});
