import assert from "node:assert/strict";
import { makeRouterDiagnosis } from "../../../../src/drivers/docker/diagnose/diagnose_router.ts";
import {
  FIRST_PRIORITY,
  formatRoute,
  isPending,
  isRefused,
  nextPriority,
  readRoute,
  traefikLabels,
} from "../../../../src/drivers/docker/route/route.ts";
import { parseContainer } from "../../../../src/drivers/docker/run/container.ts";
import type { DeploySpec } from "../../../../src/environments/ports/platform.ts";
import { fullSha, prNumber } from "../../../../src/lib/ids.ts";
import type { Shell } from "../../../../src/ports/shell.ts";

const SPEC: DeploySpec = {
  repo: "acme/app",
  repoId: 7,
  pr: prNumber(12),
  sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
  image: "acme/app:x",
  settings: { size: "standard", flags: {}, login: undefined, url: "https://pr-12.preview.example.org:8443" },
  requestedBy: undefined,
  createdAt: 0,
  expiresAt: undefined,
  epoch: 3,
};
const ROUTER = { entrypoint: undefined, certresolver: "le", network: "edge", answerMs: 0, drainMs: 0 };

function container(route: string, health: string | null, status = "running") {
  return parseContainer(JSON.stringify({
    id: "1",
    name: "/pr-12-abcdef0",
    labels: { showtime_route: route, showtime_url: "http://x.localhost" },
    status,
    health,
    finished: "0001-01-01",
  }));
}

Deno.test("traefikLabels() gives each container a router of its own, with its priority, host and mark", async () => {
  const route = { priority: 1_000_001, gate: "file" } as const;

  const labels = await traefikLabels(SPEC, {
    route,
    router: ROUTER,
    config: { network: "bridge", port: 8080 },
  });

  const id = /routers\.([^.]+)\.rule/.exec(Object.keys(labels).join(" "))?.[1] ?? "";
  assert.match(id, /^showtime-[0-9a-f]{6}-pr-12-abcdef0-1000001$/);
  assert.deepEqual(labels, {
    "traefik.enable": "true",
    "traefik.docker.network": "edge",
    [`traefik.http.routers.${id}.rule`]: "Host(`pr-12.preview.example.org`)",
    [`traefik.http.routers.${id}.entrypoints`]: "websecure",
    [`traefik.http.routers.${id}.tls`]: "true",
    [`traefik.http.routers.${id}.tls.certresolver`]: "le",
    [`traefik.http.routers.${id}.priority`]: "1000001",
    [`traefik.http.routers.${id}.service`]: id,
    [`traefik.http.routers.${id}.middlewares`]: id,
    [`traefik.http.services.${id}.loadbalancer.server.port`]: "8080",
    [`traefik.http.middlewares.${id}.headers.customresponseheaders.X-Showtime-Sha`]: `${SPEC.sha}-1000001`,
  });
});

Deno.test("traefikLabels() of a plain address on the default bridge name no network and no certificate", async () => {
  const settings = { ...SPEC.settings, url: "http://pr-12.localhost:8888" };
  const options = {
    route: { priority: 1, gate: "none" } as const,
    router: { ...ROUTER, network: undefined },
    config: { network: "bridge", port: 80 },
  };

  const text = JSON.stringify(await traefikLabels({ ...SPEC, settings }, options));

  assert.match(text, /"Host\(`pr-12\.localhost`\)"/);
  assert.match(text, /entrypoints":"web"/);
  assert.doesNotMatch(text, /tls|traefik\.docker\.network/);
});

Deno.test("nextPriority() is above all others, and below them for a container without a health check", () => {
  const present = [container("1000004 file", null), container("999999 none", null), container("", null)];

  assert.equal(nextPriority([], "file"), FIRST_PRIORITY);
  assert.equal(nextPriority(present, "image"), 1_000_005);
  assert.equal(nextPriority(present, "none"), 999_998);
});

Deno.test("readRoute() reads what formatRoute() writes, and nothing else", () => {
  for (const gate of ["image", "command", "file", "none"] as const) {
    const route = { priority: 12, gate };
    assert.deepEqual(readRoute(container(formatRoute(route), null)), route);
  }
  for (const text of ["", "12", "12 door", "-1 file", "9999999999 file", "1.5 file", "x file"]) {
    assert.equal(readRoute(container(text, null)), undefined, text);
  }
});

Deno.test("a container is pending until its check passes, and refused if its own check fails", () => {
  const table = [
    ["5 file", "starting", true, false],
    ["5 file", "unhealthy", true, false],
    ["5 file", "healthy", false, false],
    ["5 image", "starting", true, false],
    ["5 image", "unhealthy", false, true],
    ["5 command", "unhealthy", false, true],
    ["5 image", "healthy", false, false],
    ["5 none", null, false, false],
    ["", "unhealthy", false, false],
  ] as const;
  for (const [route, health, pending, refused] of table) {
    const one = container(route, health);
    assert.deepEqual([isPending(one), isRefused(one)], [pending, refused], `${route} ${health}`);
  }
  assert.equal(isPending(container("5 file", "starting", "exited")), false);
});

Deno.test("doctor says whether the router's network is there and what answers at its names", async () => {
  const table = [
    [0, { status: 404, mark: undefined, answer: "404" }, ["ok", "ok"], /a router answers at/],
    [0, { status: 200, mark: "abc-1", answer: "200" }, ["ok", "ok"], /an environment answers 200/],
    [1, { status: 200, mark: undefined, answer: "200" }, ["failure", "warning"], /answers 200, and Traefik/],
    [
      0,
      { status: 404, mark: undefined, answer: "404", untrusted: true as const },
      ["ok", "warning"],
      /does not trust/,
    ],
    [
      0,
      { status: undefined, mark: undefined, answer: "unknown host name" },
      ["ok", "warning"],
      /unknown host/,
    ],
  ] as const;
  for (const [code, answer, statuses, detail] of table) {
    const shell: Shell = {
      run: () => Promise.resolve({ code, stdout: "traefik pr-1-abcdef0 \n", stderr: "", timedOut: false }),
    };
    const url = "https://pr-1.preview.example.org";
    const askName = () => Promise.resolve(answer);

    const found = await makeRouterDiagnosis({ shell, askName, host: undefined, network: "edge", url })
      .diagnose(new AbortController().signal);

    assert.deepEqual(found.map(({ status }) => status), statuses);
    if (code === 0) assert.equal(found[0]?.detail, "edge, with traefik");
    assert.match(found[1]?.detail ?? "", detail);
  }
});
