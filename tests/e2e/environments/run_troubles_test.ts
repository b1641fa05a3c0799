/** Troubles of a run, played with the program as a process: late reads of GitHub, refusals, certificates, blocks. */

import assert from "node:assert/strict";
import { type RunningSimulator, runShowtime, startSimulator } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { A, B, BLOCKED, containersOf, FREEZE, imagesOf, onStage, START } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needsDocker = busybox.missing === undefined ? docker : busybox;
const openssl = await part("openssl");

const DRY = ["--platform", "docker", "--dry-run-docker"];
const RUNNING = [
  "🎪 showtime",
  "🎪 aaaaaaa 🚦 running",
  "🎪 🎯 aaaaaaa",
  "🎪 aaaaaaa 🌐 52.1.2.3:8080",
  "🎪 aaaaaaa ⌛ close",
];
const INTEGRATION = { match: "POST /repos/*/labels", status: 403, times: 100 };

/** The part of GitHub's pull request that a payload repeats. */
interface ApiPull {
  readonly number: number;
  readonly state: string;
  readonly updated_at: string;
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } };
}

/** A pull request on a simulator, and runs of workflows for its events. */
class Scene {
  readonly simulator: RunningSimulator;
  constructor(simulator: RunningSimulator) {
    this.simulator = simulator;
  }

  async pull(): Promise<ApiPull> {
    const headers = { authorization: "Bearer owner-token" };
    return await (await fetch(`${this.simulator.url}/repos/acme/shop/pulls/7`, { headers })).json();
  }

  /** Runs the program as a workflow's step for an event with the pull request as it is now. */
  async run(
    args: readonly string[],
    { event, actor = "maxime", faults }: {
      readonly event: Readonly<Record<string, unknown>>;
      readonly actor?: string;
      readonly faults: readonly Readonly<Record<string, unknown>>[];
    },
  ) {
    const folder = await Deno.makeTempDir({ prefix: "showtime-run-" });
    const payload = { pull_request: await this.pull(), repository: { full_name: "acme/shop" }, ...event };
    await Deno.writeTextFile(`${folder}/event.json`, JSON.stringify(payload));
    await Deno.writeTextFile(`${folder}/output`, "");
    await this.simulator.control("faults", faults);
    const done = await runShowtime(args, {
      cwd: folder,
      env: {
        ...this.simulator.env,
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "pull_request",
        GITHUB_EVENT_PATH: `${folder}/event.json`,
        GITHUB_OUTPUT: `${folder}/output`,
        GITHUB_ACTOR: actor,
        GITHUB_RUN_ID: "101",
        GITHUB_RUN_ATTEMPT: "1",
      },
    });
    const outputs = await Deno.readTextFile(`${folder}/output`);
    await Deno.remove(folder, { recursive: true });
    return { ...done, outputs };
  }

  async labels(): Promise<readonly string[]> {
    return [...(await this.simulator.state()).pulls[0]?.labels ?? []].sort();
  }
}

async function onScene(
  pull: Readonly<Record<string, unknown>>,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    labels: [],
    files: { "showtime.yml": "version: 1\nplatform: docker\nbuild: { image: acme/shop }\n" },
    pulls: [{
      number: 7,
      title: "Add charts",
      author: "maxime",
      state: "open",
      draft: false,
      head: { sha: A, ref: "charts", repo: "acme/shop" },
      pusher: "maxime",
      labels: [],
      ...pull,
    }],
    runs: [{ id: 101, run_attempt: 1, status: "in_progress" }],
  });
  try {
    // The first state of the pull request lies an hour back, so that stale reads show it.
    await simulator.control("clock", { advance: "1h" });
    await act(new Scene(simulator));
  } finally {
    await simulator.stop();
  }
}

/** Reads of the pull request that are half an hour old. */
const stale = (times: number) => [{ match: "graphql:pullRequest", stale_ms: 1_800_000, times }];

for (
  const [title, pull, change, event, reason] of [
    [
      "the label that was just set",
      {},
      (scene: Scene) =>
        scene.simulator.control("label", { pr: 7, add: [START], remove: [], actor: "maxime" }),
      { action: "labeled", label: { name: START } },
      "start_requested",
    ],
    [
      "the commit that was just pushed",
      { labels: RUNNING },
      (scene: Scene) => scene.simulator.control("push", { pr: 7, sha: B, pusher: "maxime" }),
      { action: "synchronize", sender: { login: "maxime" } },
      "new_commit",
    ],
    [
      "the close",
      { labels: RUNNING },
      (scene: Scene) => scene.simulator.control("pull", { pr: 7, state: "closed" }),
      { action: "closed" },
      "pr_closed",
    ],
    [
      "the label that was just removed",
      { labels: [...RUNNING, FREEZE], head: { sha: B, ref: "charts", repo: "acme/shop" } },
      (scene: Scene) =>
        scene.simulator.control("label", { pr: 7, add: [], remove: [FREEZE], actor: "maxime" }),
      { action: "unlabeled", label: { name: FREEZE } },
      "new_commit",
    ],
  ] as const
) {
  Deno.test(`a run waits until GitHub shows ${title}, in the decision and in the sync`, async () => {
    await onScene(pull, async (scene) => {
      await change(scene);
      const decided = await scene.run(["sync", "7", "--check-only", ...DRY], { event, faults: stale(2) });
      assert.equal(decided.code, 0, decided.err);
      assert.match(decided.out, new RegExp(`^action_reason=${reason}$`, "m"));

      const synced = await scene.run(["sync", "7", "--json", ...DRY], { event, faults: stale(2) });

      assert.equal(synced.code, 0, synced.err);
      assert.equal(JSON.parse(synced.out).action_reason, reason);
    });
  });
}

Deno.test("a run whose event GitHub does not show for 15 seconds says so and exits 5", async () => {
  await onScene({ labels: RUNNING }, async (scene) => {
    await scene.simulator.control("push", { pr: 7, sha: B, pusher: "maxime" });
    const before = await scene.labels();
    const began = Date.now();

    const done = await scene.run(["sync", "7", "--json", ...DRY], {
      event: { action: "synchronize", sender: { login: "maxime" } },
      faults: stale(1000),
    });

    assert.equal(done.code, 5, done.err);
    assert.ok(Date.now() - began >= 15_000 && Date.now() - began < 40_000);
    const { error } = JSON.parse(done.out);
    assert.equal(error.code, "stale_read");
    assert.match(error.message, /^Reading pull request #7: GitHub shows an older state than this run knows/);
    assert.match(error.hint, /^Run the job again/);
    assert.deepEqual(await scene.labels(), before);
    assert.deepEqual(
      (await scene.simulator.requests()).filter(({ write, client }) => write && client.includes("run/101")),
      [],
    );
  });
});

Deno.test("the close of Dependabot's pull request is green where its token only reads, and the cleanup removes the rest", async () => {
  await onScene({ labels: RUNNING, state: "closed" }, async (scene) => {
    const event = { action: "closed" };

    const done = await scene.run(["sync", "7", ...DRY], {
      event,
      actor: "dependabot[bot]",
      faults: [INTEGRATION],
    });

    assert.equal(done.code, 0, done.err);
    assert.match(
      done.err,
      /^::notice::Nothing of #7 is removed now, because GitHub gives runs of Dependabot a token/m,
    );
    assert.ok((await scene.labels()).includes("🎪 aaaaaaa 🚦 running"));

    const cleaned = await scene.run(["cleanup", "--force", ...DRY], { event: {}, faults: [] });

    assert.equal(cleaned.code, 0, cleaned.err);
    assert.deepEqual(await scene.labels(), []);
  });
});

Deno.test("the close of a fork's pull request is green where its token only reads", async () => {
  const head = { sha: A, ref: "charts", repo: "stranger/shop" };
  await onScene({ labels: RUNNING, state: "closed", head }, async (scene) => {
    const done = await scene.run(["sync", "7", ...DRY], {
      event: { action: "closed" },
      faults: [INTEGRATION],
    });

    assert.equal(done.code, 0, done.err);
    assert.match(done.err, /^::notice::.*runs of pull requests from forks a token that only reads/m);
  });
});

for (
  const [title, fault, said] of [
    [
      "a missing permission",
      INTEGRATION,
      /Add "issues: write" to the "permissions:" block of the workflow's job/,
    ],
    [
      "an archived repository",
      { ...INTEGRATION, message: "Repository was archived so is read-only." },
      /the repository is archived[\s\S]*"showtime cleanup --force"/,
    ],
    [
      "single sign-on",
      { ...INTEGRATION, headers: { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?a=1" } },
      /demands single sign-on[\s\S]*at https:\/\/github\.com\/orgs\/acme\/sso\?a=1/,
    ],
  ] as const
) {
  Deno.test(`a close that GitHub refuses because of ${title} exits 1 with what to do`, async () => {
    await onScene({ labels: RUNNING, state: "closed" }, async (scene) => {
      const done = await scene.run(["sync", "7", ...DRY], { event: { action: "closed" }, faults: [fault] });

      assert.equal(done.code, 1);
      assert.match(done.err, said);
    });
  });
}

Deno.test("a run after a push that is frozen says which commit the address serves", async () => {
  await onScene({ labels: [...RUNNING, FREEZE] }, async (scene) => {
    await scene.simulator.control("push", { pr: 7, sha: B, pusher: "maxime" });

    const { code, outputs } = await scene.run(["sync", "7", ...DRY], {
      event: { action: "synchronize" },
      faults: [],
    });

    assert.equal(code, 0);
    const valueOf = (name: string) => new RegExp(`^${name}<<.*\\n(.*)$`, "m").exec(outputs)?.[1];
    assert.deepEqual([valueOf("target_sha"), valueOf("environment_sha")], [B, A]);
  });
});

/** Makes an authority and a server's certificate that it has signed, as files in a new folder. */
async function makeAuthority(name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-tls-" });
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", {
      args,
      cwd: folder,
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  await Deno.writeTextFile(`${folder}/ext`, `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
  await run(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=Own authority",
  );
  await run(
    "req",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
    "-subj",
    `/CN=${name}`,
  );
  await run(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    "server.pem",
    "-days",
    "2",
    "-extfile",
    "ext",
  );
  return folder;
}

for (
  const [title, name, trusts, said] of [
    [
      "that nobody trusts",
      "localhost",
      false,
      /the certificate of "localhost:\d+" is not trusted \(UnknownIssuer\)/,
    ],
    [
      "of another host",
      "github.example",
      true,
      /the certificate of "localhost:\d+" is not trusted \(.*(?:NotValidForName|not valid for name)/,
    ],
    ["that DENO_CERT makes trusted", "localhost", true, /GitHub does not accept the token/],
  ] as const
) {
  openssl.test(`a server with a certificate ${title} is asked once, and the answer is clear`, async () => {
    const folder = await makeAuthority(name);
    let asked = 0;
    const server = Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      cert: await Deno.readTextFile(`${folder}/server.pem`),
      key: await Deno.readTextFile(`${folder}/server.key`),
      onListen: () => {},
    }, () => {
      asked++;
      return Response.json({ message: "Bad credentials" }, { status: 401 });
    });
    try {
      const began = Date.now();
      const done = await runShowtime(["status", "1", ...DRY], {
        env: {
          GITHUB_API_URL: `https://localhost:${server.addr.port}`,
          GITHUB_TOKEN: "token",
          GITHUB_REPOSITORY: "acme/shop",
          ...(trusts ? { DENO_CERT: `${folder}/ca.pem` } : {}),
        },
      });

      assert.match(done.err, said);
      assert.doesNotMatch(done.err, /trying again|incident/);
      assert.ok(Date.now() - began < 12_000, "no waits");
      const isTrusted = title.includes("makes");
      assert.equal(asked, isTrusted ? 1 : 0);
      if (!isTrusted) assert.match(done.err, /hint: .*DENO_CERT[\s\S]*DENO_TLS_CA_STORE=system/);
      assert.equal(done.code, isTrusted ? 2 : 1);
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

needsDocker.test("a block during a build ends the run before the image gets its tag, and the next run resumes", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    const dockerfile = await Deno.readTextFile(`${stage.folder}/Dockerfile`);
    await Deno.writeTextFile(
      `${stage.folder}/Dockerfile`,
      `${dockerfile}\nRUN ["/bin/busybox", "sleep", "5"]\n`,
    );
    const running = stage.run(["sync", String(stage.pr), "--verbose"]);
    const building = `🎪 aaaaaaa 🚦 building`;
    while (!(await stage.labels()).includes(building)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await stage.label({ add: [BLOCKED] });

    const done = await running;

    assert.equal(done.code, 3, done.err);
    assert.match(done.out, /nothing is built or deployed, because a label blocks the pull request/);
    assert.ok((await stage.labels()).includes(building));
    assert.deepEqual([await imagesOf(stage.pr), await containersOf(stage.pr)], [[], []]);
    assert.match(await stage.comment(), /blocked while `aaaaaaa` was being prepared/);
    assert.ok(!(await stage.state()).labels.some(({ name }) => name.startsWith("🎪 lock")));

    await stage.label({ remove: [BLOCKED] });
    const resumed = await stage.run(["sync", String(stage.pr), "--json"]);

    assert.equal(resumed.code, 0, resumed.err);
    assert.equal(JSON.parse(resumed.out).action_reason, "resumed");
    assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 running"));
  });
});
