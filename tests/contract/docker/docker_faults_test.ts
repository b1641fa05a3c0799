/** What people are told if a container does not start or does not answer, by a real engine. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { type DockerSettings, makeDockerPlatform } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { HealthProbe } from "../../../src/ports/health.ts";
import type { DeploySpec, Platform } from "../../../src/environments/ports/platform.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;
const PR = prNumber(100_000_000 + Math.floor(Math.random() * 800_000_000));
const IMAGE = `showtime-test/faults-${PR}`;
const CONFIG: DockerSettings = {
  network: "bridge",
  publish: "127.0.0.1",
  port: 8080,
  health: { path: "/health", fallback: "/", timeoutMs: 2500, intervalMs: 200 },
  sizes: { standard: { cpu: 256, memory: 32 } },
  variables: {},
  flags: { prefix: "FEATURE_", on: "on", off: "off" },
};
const SPEC: DeploySpec = {
  repo: "acme/app",
  pr: PR,
  sha: fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"),
  image: IMAGE,
  settings: { size: "standard", flags: {}, login: undefined },
  requestedBy: undefined,
  createdAt: 0,
  expiresAt: undefined,
  epoch: 1,
};

function platformWith(change: Partial<DockerSettings>, probe = makeHealthProbe()): Platform {
  return makeDockerPlatform({
    shell: makeShell(),
    clock: makeClock(),
    probe,
    newSecret: () => "secret-of-the-test",
    keepSecret: () => {},
    config: { ...CONFIG, ...change },
  });
}

/** Deploys an image of the test's files and those lines of a Dockerfile, and returns the failure. */
async function failureOf(
  lines: readonly string[],
  change: Partial<DockerSettings> = {},
  probe?: HealthProbe,
): Promise<AppError> {
  const folder = await writeTestContext({
    dockerfile: [
      "FROM scratch",
      "COPY busybox /bin/busybox",
      'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
      "COPY www /www",
      "COPY start plain text /",
      "ENV PATH=/bin",
      ...lines,
    ].join("\n"),
  });
  await Deno.writeTextFile(`${folder}/plain`, "#!/bin/sh\n", { mode: 0o644 });
  await Deno.writeTextFile(`${folder}/text`, "no program\n", { mode: 0o755 });
  await Deno.chmod(`${folder}/text`, 0o755);
  try {
    await runDocker(["build", "--quiet", "--tag", IMAGE, folder]);
    const failure = await platformWith(change, probe).deploy(
      SPEC,
      { onProgress: () => {} },
      new AbortController().signal,
    )
      .then(() => undefined, (error: unknown) => error);
    assert.ok(failure instanceof AppError, `${lines.join("; ")}: ${String(failure)}`);
    assert.equal(await runDocker(["ps", "--all", "--quiet", "--filter", `name=^/?pr-${PR}-`]), "");
    return failure;
  } finally {
    for (
      const id of (await runDocker(["ps", "--all", "--quiet", "--filter", `name=^/?pr-${PR}-`])).split("\n")
    ) {
      if (id !== "") await tryDocker(["rm", "--force", id]);
    }
    await tryDocker(["image", "rm", "--force", IMAGE]);
    await Deno.remove(folder, { recursive: true });
  }
}

needs.test("deploy() gives the engine's own reason when a container does not start", async () => {
  const table: readonly (readonly [
    lines: string[],
    change: Partial<DockerSettings>,
    message: RegExp,
    hint: RegExp,
  ])[] = [
    [
      ['RUN ["/bin/rm", "/bin/sh"]', "CMD serve"],
      {},
      /exec: "\/bin\/sh": stat \/bin\/sh: no such file/,
      /ENTRYPOINT/,
    ],
    [['ENTRYPOINT ["/nope"]'], {}, /exec: "\/nope": stat \/nope: no such file/, /ENTRYPOINT/],
    [['CMD ["nope"]'], {}, /exec: "nope": executable file not found in \$PATH/, /CMD/],
    [['CMD ["/plain"]'], {}, /exec: "\/plain": permission denied/, /chmod/],
    [['CMD ["/text"]'], {}, /exec format error/, /build\.platform/],
    [["USER app", 'CMD ["/start"]'], {}, /unable to find user app/, /USER/],
    [["CMD []"], {}, /No command specified/i, /CMD/],
    [
      ['CMD ["/start"]'],
      { network: "no-such-network" },
      /network no-such-network not found/,
      /docker\.network/,
    ],
    [['CMD ["/start"]'], { publish: "203.0.113.7" }, /cannot assign requested address/, /docker\.publish/],
    [
      ['CMD ["/start"]'],
      { sizes: { standard: { cpu: 256, memory: 4 } } },
      /Minimum memory limit/,
      /environment\.sizes/,
    ],
  ];
  for (const [lines, change, message, hint] of table) {
    const failure = await failureOf(lines, change);

    assert.match(failure.message, message);
    assert.match(failure.hint ?? "", hint, failure.message);
    assert.doesNotMatch(failure.message, /failed to start containers/);
  }
});

needs.test("deploy() says where an application listens that does not answer", async () => {
  const serve = (address: string) => ['CMD ["httpd", "-f", "-p", "' + address + '", "-h", "/www"]'];

  const loopback = await failureOf(serve("127.0.0.1:8080"));
  const elsewhere = await failureOf(serve("0.0.0.0:3000"));
  const nowhere = await failureOf(['CMD ["sleep", "60"]']);

  assert.equal(loopback.code, "unhealthy");
  assert.match(
    loopback.message,
    /no 2xx answer from http:\/\/127\.0\.0\.1:\d+\/health within \d+ s \(last: connection/,
  );
  assert.match(loopback.hint ?? "", /listens on 127\.0\.0\.1:8080 inside its container.*0\.0\.0\.0/);
  assert.match(elsewhere.hint ?? "", /listens on port 3000 .*environment\.port/);
  assert.match(nowhere.hint ?? "", /Nothing listens.*environment\.health\.timeout/);
});

needs.test("deploy() says which setting the health check needs where the application answers", async () => {
  const missing = await failureOf(['CMD ["httpd", "-f", "-p", "8080", "-h", "/bin"]']);
  const odd = await failureOf(['CMD ["nc", "-ll", "-p", "8080", "-e", "echo", "hello"]']);

  assert.match(missing.message, /last: 404, and 404 at \//);
  assert.match(missing.hint ?? "", /environment\.health\.path or environment\.health\.fallback/);
  assert.match(odd.hint ?? "", /does not speak HTTP/);
});

needs.test("deploy() says that the address is another machine's if the application listens and nothing answers", async () => {
  const refuses: HealthProbe = () =>
    Promise.resolve({ ok: false, answer: "connection refused", outcome: { kind: "refused" } });

  const failure = await failureOf(['CMD ["/start"]'], {}, refuses);

  // What is said depends on whether these tests run in a container.
  assert.match(failure.hint ?? "", /docker\.publish to an address of (?:that|the engine's) machine/);
});

needs.test("deploy() takes any 2xx for healthy", async () => {
  const respond =
    "while :; do printf 'HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n' | nc -l -p 8080; done";
  const folder = await writeTestContext();
  await Deno.writeTextFile(`${folder}/start`, `#!/bin/sh\n${respond}\n`);
  const signal = new AbortController().signal;
  try {
    await runDocker(["build", "--quiet", "--tag", IMAGE, folder]);

    const { address } = await platformWith({}).deploy(SPEC, { onProgress: () => {} }, signal);

    assert.match(address, /^127\.0\.0\.1:\d+$/);
  } finally {
    await tryDocker(["rm", "--force", `pr-${PR}-a1b2c3d`]);
    await tryDocker(["image", "rm", "--force", IMAGE]);
    await Deno.remove(folder, { recursive: true });
  }
});
