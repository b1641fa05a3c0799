import assert from "node:assert/strict";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import type { DeploySpec } from "../../../src/environments/ports/platform.ts";
import { LogOrder } from "../../../src/drivers/docker/run/log_order.ts";
import { buildArgEnvironment, buildArgs } from "../../../src/drivers/docker/build/build_args.ts";
import { parsePublish, publicHost } from "../../../src/drivers/docker/publish.ts";
import type { DockerSettings } from "../../../src/drivers/docker/settings.ts";
import { parseContainer } from "../../../src/drivers/docker/run/container.ts";
import { passedVariables } from "../../../src/drivers/docker/build/passed_variables.ts";
import { createArgs } from "../../../src/drivers/docker/run/create_container.ts";
import { engineError } from "../../../src/drivers/docker/errors.ts";
import { containerError } from "../../../src/drivers/docker/run/start_errors.ts";
import { instanceOf } from "../../../src/drivers/docker/run/instance.ts";

const CONFIG: DockerSettings = {
  network: "bridge",
  publish: "127.0.0.1",
  port: 8080,
  health: { path: "/health", fallback: "/", timeoutMs: 1000, intervalMs: 100 },
  sizes: { standard: { cpu: 512, memory: 2048 } },
  variables: {},
  flags: { prefix: "SUPERSET_FEATURE_", on: "True", off: "False" },
};
const SPEC: DeploySpec = {
  repo: "acme/app",
  pr: prNumber(7),
  sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
  image: "acme/app:x",
  settings: { size: "standard", flags: { ALERTS: true, TAGS: false }, login: "admin/admin" },
  requestedBy: "ana",
  createdAt: 0,
  expiresAt: undefined,
  epoch: 1,
};

Deno.test("parsePublish() reads addresses of both kinds, with and without a port", () => {
  const read = ["127.0.0.1", "127.0.0.1:18080", "0.0.0.0", "", "::1", "[::1]", "[::1]:80", ":81"].map(
    parsePublish,
  );

  assert.deepEqual(read, [
    { host: "127.0.0.1", port: undefined },
    { host: "127.0.0.1", port: 18080 },
    { host: "0.0.0.0", port: undefined },
    { host: "", port: undefined },
    { host: "[::1]", port: undefined },
    { host: "[::1]", port: undefined },
    { host: "[::1]", port: 80 },
    { host: "", port: 81 },
  ]);
});

Deno.test("publicHost() is the published address, and for every address the engine's own host", () => {
  const table: readonly (readonly [string, string | undefined, string])[] = [
    ["127.0.0.1", "tcp://build.example:2376", "127.0.0.1"],
    ["0.0.0.0", "tcp://build.example:2376", "build.example"],
    ["0.0.0.0", "ssh://me@build.example", "build.example"],
    ["0.0.0.0", "tcp://[fd00::1]:2376", "[fd00::1]"],
    ["0.0.0.0", "unix:///var/run/docker.sock", "127.0.0.1"],
    ["", undefined, "127.0.0.1"],
    ["10.0.0.5", undefined, "10.0.0.5"],
  ];

  for (const [publish, engine, expected] of table) {
    assert.equal(publicHost(parsePublish(publish), engine), expected);
  }
});

Deno.test("createArgs() publishes on the engine's choice of port, or on the one that was configured", () => {
  const published = ["127.0.0.1", "127.0.0.1:18080", "", "0.0.0.0", "[::1]:80"].map((publish) => {
    const args = createArgs({ ...CONFIG, publish }, {
      name: "pr-7-abcdef0",
      spec: SPEC,
      file: "/f",
      named: [],
    });
    return args[args.indexOf("--publish") + 1];
  });

  assert.deepEqual(published, [
    "127.0.0.1::8080",
    "127.0.0.1:18080:8080",
    "8080",
    "0.0.0.0::8080",
    "[::1]:80:8080",
  ]);
});

Deno.test("createArgs() carries the labels, the limits and the image as its last word", () => {
  const args = createArgs(CONFIG, { name: "pr-7-abcdef0", spec: SPEC, file: "/f", named: ["A"] });

  assert.deepEqual(args.filter((_, at) => args[at - 1] === "--label"), [
    "showtime_managed=true",
    "pr=7",
    `sha=${SPEC.sha}`,
    "github_user=ana",
    "showtime_created=0",
    "showtime_expires=",
    "showtime_epoch=1",
    "showtime_repo=acme/app",
    "showtime_repo_id=",
    "showtime_size=standard",
    'showtime_flags={"ALERTS":true,"TAGS":false}',
    "showtime_login=admin/admin",
    "showtime_url=",
    "showtime_route=",
    "showtime_image=acme/app:x",
  ]);
  assert.deepEqual([args[args.indexOf("--cpus") + 1], args[args.indexOf("--memory") + 1]], ["0.5", "2048m"]);
  assert.equal(args.at(-1), "acme/app:x");
});

Deno.test("instanceOf() accepts exactly our names", () => {
  const names = [
    "pr-7-abcdef0",
    "pr-7-abcdef0-next",
    "pr-7-service",
    "pr-7-abcdef0-service",
    "pr-07-abcdef0",
    "pr-7-ABCDEF0",
    "pr-7-abcdef01",
    "my-pr-7-abcdef0",
    "pr-7-abcdef0-next-next",
    "pr-7-next",
    "pr-7-service-next",
  ];

  const services = names.map((name) => instanceOf(name)?.service);

  assert.deepEqual(services, [
    "pr-7-abcdef0-service",
    "pr-7-abcdef0-service",
    "pr-7-service",
    ...Array(8).fill(undefined),
  ]);
});

Deno.test("parseContainer() reads ports of both address families and what is missing", () => {
  const ports = {
    "8080/tcp": [{ HostIp: "::", HostPort: "2" }, { HostIp: "0.0.0.0", HostPort: "1" }],
    "53/udp": null,
    "9/tcp": null,
  };

  const read = parseContainer(
    JSON.stringify({
      id: "a",
      name: "/pr-7-abcdef0",
      status: "running",
      finished: "0001-01-01T00:00:00Z",
      ports,
    }),
  );

  assert.equal(read.name, "pr-7-abcdef0");
  assert.equal(read.state.everEnded, false);
  assert.deepEqual(read.ports, [{ inside: 8080, outside: 2, host: "::" }, {
    inside: 8080,
    outside: 1,
    host: "0.0.0.0",
  }]);
  assert.deepEqual([read.labels, read.env, read.state.ownHealth], [{}, [], undefined]);
});

Deno.test("engineError() distinguishes a missing engine, a refusal and other failures", () => {
  const ask = (stderr: string) =>
    engineError({ code: 1, stdout: "", stderr, timedOut: false }, { action: "Listing", host: undefined });

  assert.match(
    ask(
      "Cannot connect to the Docker daemon at unix:///run/user/1/docker.sock. Is the docker daemon running?",
    )?.message ?? "",
    /no Docker engine answers at unix:\/\/\/run\/user\/1\/docker\.sock$/,
  );
  assert.match(
    ask(
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get …",
    )?.hint ?? "",
    /group `docker`/,
  );
  assert.equal(ask("Error response from daemon: No such container: x"), undefined);
});

Deno.test("containerError() classifies the message of the engine", () => {
  const code = (text: string) =>
    containerError(text, { action: "Starting", image: "a:1", port: "127.0.0.1:1" }).code;

  assert.equal(
    code(
      "driver failed programming external connectivity: Bind for 127.0.0.1:1 failed: port is already allocated",
    ),
    "port_taken",
  );
  assert.equal(code("listen tcp4 127.0.0.1:1: bind: address already in use"), "port_taken");
  assert.equal(code("Error response from daemon: No such image: a:1"), "image_not_found");
  assert.equal(
    code(
      "Error response from daemon: range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
    ),
    "no_capacity",
  );
  assert.equal(code('exec: "/start": permission denied: unknown'), "unhealthy");
});

Deno.test("buildArgs() speaks to buildx and to the older builder", () => {
  const config = {
    image: "acme/app",
    tag: "t",
    context: "ctx",
    file: "Dockerfile",
    target: "web",
    platform: "linux/amd64",
    args: { A: "1 2", PATH: "/x", NONE: "" },
    cacheFrom: ["type=registry,ref=acme/cache:x", "type=gha"],
    cacheTo: ["type=gha,mode=max"],
    timeoutMs: 1,
    push: "auto",
  } as const;
  const args = (change: { buildx: boolean; push: boolean; load: boolean; cacheWrite: boolean }) =>
    buildArgs({
      config,
      image: "acme/app:t",
      labels: { pr: "7" },
      iidFile: change.buildx ? undefined : "/tmp/iid",
      ...change,
    }).join(" ");
  const middle =
    "--label pr=7 --file ctx/Dockerfile --target web --platform linux/amd64 --build-arg A --build-arg PATH=/x --build-arg NONE=";

  assert.equal(
    args({ buildx: true, push: true, load: false, cacheWrite: true }),
    `buildx build --progress plain --tag acme/app:t ${middle} --cache-from type=registry,ref=acme/cache:x --cache-from type=gha ` +
      "--cache-to type=gha,mode=max --push ctx",
  );
  assert.doesNotMatch(
    buildArgs({
      config: { ...config, platform: undefined },
      image: "acme/app:t",
      labels: {},
      iidFile: undefined,
      buildx: true,
      push: false,
      load: true,
      cacheWrite: false,
    }).join(" "),
    /--platform/,
  );
  assert.equal(
    args({ buildx: false, push: true, load: true, cacheWrite: true }),
    `build --force-rm --iidfile /tmp/iid ${middle} --cache-from acme/cache:x ctx`,
  );
});

Deno.test("buildArgEnvironment() has the values, but for those that would change what docker itself does", () => {
  const args = {
    NPM_TOKEN: "npm_secret",
    HTTP_PROXY: "http://ana:pw@proxy",
    DOCKER_TOKEN: "dckr",
    LINES: "a\nb",
    PATH: "/x",
    Docker_Host: "tcp://elsewhere",
    LD_PRELOAD: "x.so",
    NONE: "",
  };

  assert.deepEqual(Object.keys(buildArgEnvironment(args)), [
    "NPM_TOKEN",
    "HTTP_PROXY",
    "DOCKER_TOKEN",
    "LINES",
  ]);
  assert.equal(buildArgEnvironment(args)["NPM_TOKEN"], "npm_secret");
});

Deno.test("passedVariables() are none, but what a helper for logins or a cache needs that the owner has set up", () => {
  const passed = (config: unknown, ...caches: string[]) =>
    passedVariables({ dockerConfig: typeof config === "string" ? config : JSON.stringify(config), caches });

  for (const config of ["", "{", "null", { auths: {} }, { credsStore: "desktop" }]) {
    assert.deepEqual(passed(config, "type=registry,ref=acme/cache", "acme/type=gha"), []);
  }
  assert.deepEqual(passed({ credsStore: "ecr-login" }), ["AWS_*"]);
  assert.deepEqual(passed({ credHelpers: { "1.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login" } }), ["AWS_*"]);
  assert.deepEqual(passed("", "type=s3,bucket=b"), ["AWS_*"]);
  assert.ok(passed("", "mode=max,type=gha").includes("ACTIONS_RUNTIME_TOKEN"));
});

Deno.test("LogOrder puts lines of both streams in the order of their times, and those of one time as they came", () => {
  const order = new LogOrder({ follows: false });
  const come = ["3Z error: late", "3Z and why", "1Z begins", "2Z  indented", "a line without a time"];
  const lines = come.map((line) => line.replace(/^(\d)Z/, "2026-01-15T14:30:0$1.000000001Z"));

  assert.deepEqual(lines.flatMap((line) => order.take(line)), []);
  assert.deepEqual(order.rest(), ["begins", " indented", "a line without a time", "error: late", "and why"]);
});

Deno.test("LogOrder holds no more than it needs of a long log, and nothing of one that is followed", () => {
  const order = new LogOrder({ follows: false });
  const lines = Array.from(
    { length: 10_000 },
    (_, index) => `2026-01-15T14:30:00.${String(index).padStart(9, "0")}Z line ${index}`,
  );
  const early = lines.flatMap((line) => order.take(line));

  assert.ok(early.length >= 6_000);
  assert.deepEqual([...early, ...order.rest()], lines.map((_, index) => `line ${index}`));
  assert.deepEqual(new LogOrder({ follows: true }).take(lines[0] ?? ""), ["line 0"]);
});
