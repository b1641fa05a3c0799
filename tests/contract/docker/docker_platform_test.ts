import assert from "node:assert/strict";
import {
  formatContainerName,
  formatServiceName,
  parseServiceName,
} from "../../../src/environments/core/environment/names.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber, type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { type DockerSettings, makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe, makeNameProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import { newSecret } from "../../../src/wiring/new_secret.ts";
import { buildTestImage, processesInContainers, runDocker, tryDocker } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";
import { startTraefik } from "../../worlds/docker/traefik.ts";
import { hooksContract } from "../platform/hooks_contract.ts";
import { ownershipContract } from "../platform/ownership_contract.ts";
import { sleepContract } from "../platform/sleep_contract.ts";
import {
  platformContract,
  type PlatformContractOptions,
  type PlatformHarness,
} from "../platform_contract.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const docker = await part("docker");
const busybox = await part("busybox");
const runId = crypto.randomUUID().slice(0, 8);
const firstPr = 100_000_000 + Math.floor(Math.random() * 800_000_000);
const IMAGE = `showtime-test/platform:${runId}`;
const SHA = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");

const CONFIG: DockerSettings = {
  network: "bridge",
  publish: "127.0.0.1",
  port: 8080,
  health: { path: "/health", fallback: "/", timeoutMs: 6000, intervalMs: 200 },
  sizes: { standard: { cpu: 256, memory: 32 }, large: { cpu: 512, memory: 48 } },
  variables: { SHOWN: "{pr} {sha} {login}", APP_SECRET: "{secret}", LINES: "one\ntwo" },
  flags: { prefix: "FEATURE_", on: "on", off: "off" },
};

function never(): AbortSignal {
  return new AbortController().signal;
}

function platformWith(change: Partial<DockerSettings> = {}, keepSecret = (_: string) => {}): Platform {
  return makeDockerPlatform({
    shell: makeShell(),
    clock: makeClock(),
    probe: makeHealthProbe(),
    askName: makeNameProbe(),
    newSecret,
    keepSecret,
    config: { ...CONFIG, ...change },
  });
}

/** Runs a test and then removes every container of the pull requests it used; the image goes with the last test. */
class World {
  readonly prs: number[] = [];
  static #count = 0;

  freshPr() {
    const pr = prNumber(firstPr + World.#count++);
    this.prs.push(pr);
    return pr;
  }

  async dispose(): Promise<void> {
    for (const pr of this.prs) {
      const ids = await runDocker(["ps", "--all", "--quiet", "--filter", `name=^/?pr-${pr}-`]);
      for (const id of ids.split("\n")) if (id !== "") await runDocker(["rm", "--force", "--volumes", id]);
    }
  }
}

function containerName(service: ServiceName): string {
  const parts = parseServiceName(service);
  return parts?.short === undefined ? service : formatContainerName(parts.pr, parts.short);
}

async function makeHarness(change: Partial<DockerSettings> = {}): Promise<PlatformHarness> {
  await buildTestImage(IMAGE);
  const world = new World();
  const repo = `acme/app-${runId}`;
  const secrets: string[] = [];
  const parts = async (service: ServiceName) => {
    const filter = `name=^/?${containerName(service)}(-next|-hook)?$`;
    const names = await runDocker(["ps", "--all", "--filter", filter, "--format", "{{.Names}}"]);
    return names.split("\n").filter((name) => name !== "").sort();
  };
  return {
    platform: platformWith(change, (value) => void secrets.push(value)),
    platformWithHooks: (hooks) => platformWith({ ...change, hooks }, (value) => void secrets.push(value)),
    processes: processesInContainers,
    secrets,
    repo,
    image: IMAGE,
    secretVariable: "APP_SECRET",
    freshPr: () => world.freshPr(),
    parts,
    isThere: async (service) => (await parts(service)).length > 0,
    async plant(service, { managed, repo: owner, epoch, pr }) {
      const labels = [
        `pr=${pr}`,
        ...(managed ? ["showtime_managed=true"] : []),
        ...(owner === undefined ? [] : [`showtime_repo=${owner}`]),
        ...(epoch === undefined ? [] : [`showtime_epoch=${epoch}`]),
      ].flatMap((label) => ["--label", label]);
      await runDocker(["run", "--detach", "--name", containerName(service), ...labels, IMAGE]);
    },
    async variable(deployed, name) {
      const response = await fetch(`http://${deployed.address}/cgi-bin/env?${name}`);
      return (await response.text()).trimEnd();
    },
    dispose: () => world.dispose(),
  };
}

function test(title: string, run: (context: Deno.TestContext) => Promise<void>): void {
  (docker.missing === undefined ? busybox : docker).test(title, run);
}

const contract: PlatformContractOptions = {
  name: "docker",
  make: () => makeHarness(),
  supports: new Set(["traffic", "logs", "failures", "settle", "legacy"]),
  test,
};

platformContract(contract);
ownershipContract(contract);
hooksContract(contract);
sleepContract(contract);

const traefik = await part("traefik");
platformContract({
  ...contract,
  name: "docker behind traefik",
  make: async () => {
    const router = await startTraefik();
    const harness = await makeHarness({
      router: {
        entrypoint: "web",
        certresolver: undefined,
        network: undefined,
        answerMs: 20_000,
        drainMs: 200,
      },
    });
    return {
      ...harness,
      urlOf: (pr) => `http://pr-${pr}.localhost:${router.port}`,
      dispose: () => router.stop().then(harness.dispose),
    };
  },
  test: (title, run) =>
    ([docker, busybox].find(({ missing }) => missing !== undefined) ?? traefik).test(title, run),
});

function dockerTest(
  title: string,
  run: (world: { harness: PlatformHarness; spec: DeploySpec; name: string }) => Promise<void>,
) {
  test(`docker: ${title}`, async () => {
    const harness = await makeHarness();
    const pr = harness.freshPr();
    const spec: DeploySpec = {
      repo: harness.repo,
      pr,
      sha: SHA,
      image: IMAGE,
      settings: { size: "standard", flags: {}, login: undefined },
      requestedBy: "ana",
      createdAt: 0,
      expiresAt: undefined,
      epoch: 1,
    };
    try {
      await run({ harness, spec, name: formatContainerName(pr, shortSha(SHA)) });
    } finally {
      await harness.dispose();
    }
  });
}

const QUIET = { onProgress: () => {} };

dockerTest(
  "deploy() limits memory and CPU by size, restarts, and adds no rights",
  async ({ harness, spec, name }) => {
    await harness.platform.deploy({ ...spec, settings: { ...spec.settings, size: "large" } }, QUIET, never());

    const format = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}} " +
      "{{.HostConfig.Privileged}} {{json .HostConfig.CapAdd}} {{json .HostConfig.Binds}}";
    assert.equal(
      await runDocker(["inspect", "--format", format, name]),
      `${48 * 1024 * 1024} 500000000 unless-stopped false null null`,
    );
  },
);

dockerTest("deploy() believes no label of ours that the image brings along", async ({ harness, spec }) => {
  const folder = await Deno.makeTempDir();
  const image = `${IMAGE}-labels`;
  const lies = [
    "login=eve/eve",
    "expires=1",
    "size=large",
    'flags={"X":true}',
    "epoch=99",
    "created=9",
    "image=eve/x",
  ];
  const labels = [
    ...lies.map((lie) => `showtime_${lie}`),
    "showtime_repo=eve/x",
    "github_user=eve",
    "pr=9",
    "sha=9",
  ]
    .map((label) => label.replace("=", "='") + "'");
  await Deno.writeTextFile(`${folder}/Dockerfile`, `FROM ${IMAGE}\nLABEL ${labels.join(" ")}\n`);
  try {
    await runDocker(["build", "--quiet", "--tag", image, folder]);

    await harness.platform.deploy({ ...spec, image, requestedBy: undefined }, QUIET, never());

    const [found] = await harness.platform.list({ repo: spec.repo, pr: spec.pr }, never());
    assert.ok(found !== undefined);
    assert.deepEqual(
      [
        found.settings,
        found.expiresAt,
        found.requestedBy,
        found.epoch,
        found.createdAt,
        found.image,
        found.sha,
      ],
      [spec.settings, undefined, undefined, 1, 0, image, SHA],
    );
  } finally {
    await harness.dispose();
    await tryDocker(["image", "rm", image]);
    await Deno.remove(folder, { recursive: true });
  }
});

dockerTest("docker.host is what people open, while Showtime asks the published address", async ({ spec }) => {
  // Nothing answers at that name from here.
  const platform = platformWith({ publish: "0.0.0.0", openHost: "preview.invalid" });

  const { address, warning } = await platform.deploy(spec, QUIET, never());

  assert.match(address, /^preview\.invalid:\d+$/);
  assert.equal(warning, undefined);
  const [found] = await platform.list({ repo: spec.repo, pr: spec.pr, probe: true }, never());
  assert.deepEqual([found?.address, found?.healthy], [address, true]);
  const [reached] = await platform.reach(
    [spec].map(({ pr, sha }) => ({ pr, short: shortSha(sha) })),
    never(),
  );
  assert.deepEqual([reached?.address, reached?.answer?.ok], [address, true]);
});

dockerTest(
  "a port on every address gives a link to this machine only with a warning that says what to set",
  async ({ spec }) => {
    const { warning } = await platformWith({ publish: "0.0.0.0", host: undefined }).deploy(
      spec,
      QUIET,
      never(),
    );

    assert.match(
      warning ?? "",
      /docker\.publish is 0\.0\.0\.0, which is no address to open.*Set docker\.host/,
    );
  },
);

dockerTest("engine() gives the same id at every call, and the machine's name", async ({ harness }) => {
  const first = await harness.platform.engine?.(never());
  const second = await platformWith().engine?.(never());

  assert.deepEqual(first, second);
  assert.ok((first?.id ?? "").length > 10 && first?.name !== "", JSON.stringify(first));
});

dockerTest("deploy() hands on values with line breaks", async ({ harness, spec, name }) => {
  await harness.platform.deploy(spec, QUIET, never());

  assert.match(await runDocker(["inspect", "--format", "{{json .Config.Env}}", name]), /"LINES=one\\ntwo"/);
});

dockerTest("deploy() keeps the secret out of every argument list", async ({ spec }) => {
  const seen: string[] = [];
  const shell = makeShell();
  const platform = makeDockerPlatform({
    shell: { run: (command, signal) => (seen.push(...command.args), shell.run(command, signal)) },
    clock: makeClock(),
    probe: makeHealthProbe(),
    newSecret,
    keepSecret: () => {},
    config: CONFIG,
  });

  const { address } = await platform.deploy(spec, QUIET, never());

  const secret = (await (await fetch(`http://${address}/cgi-bin/env?APP_SECRET`)).text()).trim();
  assert.equal(secret.length, 43);
  assert.ok(seen.length > 20);
  assert.deepEqual(seen.filter((argument) => argument.includes(secret)), []);
  assert.equal(seen[seen.indexOf("--env-file") + 1], "/dev/stdin");
});

dockerTest(
  "deploy() on a port that is taken names it and leaves nothing",
  async ({ harness, spec, name }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const publish = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
    try {
      await assert.rejects(platformWith({ publish }).deploy(spec, QUIET, never()), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "port_taken");
        assert.ok(error.message.includes(publish), error.message);
        return true;
      });
    } finally {
      listener.close();
    }
    assert.deepEqual(await harness.parts(formatServiceName(spec.pr, shortSha(SHA))), []);

    const { address } = await platformWith({ publish }).deploy(spec, QUIET, never());

    assert.equal(address, publish);
    assert.match(await runDocker(["port", name]), new RegExp(`${publish}$`));
  },
);

dockerTest("deploy() asks the fallback where the health check is not there", async ({ spec }) => {
  const health = { ...CONFIG.health, path: "/nothing", fallback: "/health" };

  const { address } = await platformWith({ health }).deploy(spec, QUIET, never());

  assert.match(address, /^127\.0\.0\.1:\d+$/);
});

dockerTest(
  "list() reads one whose container has ended as not healthy, with its exit code",
  async ({ harness, spec, name }) => {
    await harness.platform.deploy(spec, QUIET, never());
    await runDocker(["stop", "--time", "0", name]);

    const [environment] = await harness.platform.list(
      { repo: harness.repo, pr: spec.pr, probe: true },
      never(),
    );

    assert.deepEqual([environment?.healthy, environment?.condition], [false, "exited (137)"]);
  },
);

dockerTest(
  "an update interrupted before renaming is listed as unsettled, answers, and is finished by settle()",
  async ({ harness, spec, name }) => {
    const service = formatServiceName(spec.pr, shortSha(SHA));
    const { address } = await harness.platform.deploy(spec, QUIET, never());
    await runDocker(["rename", name, `${name}-next`]);

    const [interrupted] = await harness.platform.list(
      { repo: harness.repo, pr: spec.pr, probe: true },
      never(),
    );
    await harness.platform.settle(keyOfService(service), { repo: harness.repo, epoch: 1 }, never());
    const [settled] = await harness.platform.list({ repo: harness.repo, pr: spec.pr, probe: true }, never());

    assert.deepEqual([interrupted?.unsettled, interrupted?.address, interrupted?.healthy], [
      true,
      address,
      true,
    ]);
    assert.deepEqual([settled?.unsettled, settled?.address], [false, address]);
    assert.deepEqual(await harness.parts(service), [name]);
  },
);

dockerTest("settle() removes a half-made new container that never ran", async ({ harness, spec, name }) => {
  const service = formatServiceName(spec.pr, shortSha(SHA));
  const owner = { repo: harness.repo, epoch: 1 };
  const labels = [
    "showtime_managed=true",
    `showtime_repo=${harness.repo}`,
    `pr=${spec.pr}`,
    "showtime_epoch=1",
  ];
  const create = [
    "create",
    "--name",
    `${name}-next`,
    ...labels.flatMap((label) => ["--label", label]),
    IMAGE,
  ];
  await runDocker(create);

  await harness.platform.settle(keyOfService(service), owner, never());
  const alone = await harness.parts(service);
  await harness.platform.deploy(spec, QUIET, never());
  await runDocker(create);
  await harness.platform.settle(keyOfService(service), owner, never());

  assert.deepEqual(alone, []);
  assert.deepEqual(await harness.parts(service), [name]);
});

docker.test("docker: an engine that is not there is named, with the socket that was tried", async () => {
  const host = "unix:///nowhere/docker.sock";

  await assert.rejects(platformWith({ host }).list({ repo: "a/b" }, never()), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "engine_unavailable");
    assert.equal(error.retryable, false);
    assert.ok(error.message.includes(host), error.message);
    assert.match(error.hint ?? "", /DOCKER_HOST/);
    return true;
  });
});

Deno.test("makeDockerPlatform() refuses a network that publishes no ports", () => {
  assert.throws(() => platformWith({ network: "host" }), { code: "bad_network" });
});

test("docker: clean-up of these tests leaves no image", async () => {
  await tryDocker(["image", "rm", "--force", IMAGE]);

  assert.notEqual((await tryDocker(["image", "inspect", IMAGE])).code, 0);
});

dockerTest(
  "list() gives a container without showtime_created the time at which the engine created it",
  async (at) => {
    const { harness, spec, name } = at;
    const service = formatServiceName(spec.pr, shortSha(SHA));
    await harness.plant(service, { managed: true, repo: spec.repo, epoch: 1, pr: spec.pr });

    const [found] = await harness.platform.list({ repo: spec.repo, pr: spec.pr }, never());

    const created = Date.parse((await runDocker(["inspect", "--format", "{{.Created}}", name])).trim());
    assert.ok(Number.isFinite(created));
    assert.equal(found?.createdAt, created);
  },
);

dockerTest("reach() gives the port of now, and whether it answers", async ({ harness, spec, name }) => {
  const { address } = await harness.platform.deploy(spec, QUIET, never());
  const key = { pr: spec.pr, short: shortSha(SHA) };

  const [first] = await harness.platform.reach([key], never());
  await runDocker(["restart", "--time", "0", name]);
  const [moved] = await harness.platform.reach([key], never());
  await runDocker(["stop", "--time", "0", name]);
  const gone = await harness.platform.reach([key, { pr: spec.pr, short: undefined }], never());

  assert.deepEqual([first?.address, first?.answer?.ok], [address, true]);
  assert.notEqual(moved?.address, address);
  assert.match(moved?.address ?? "none", /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(gone, [{ address: undefined, answer: undefined }, {
    address: undefined,
    answer: undefined,
  }]);
});
