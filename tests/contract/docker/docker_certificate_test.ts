import assert from "node:assert/strict";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeDockerPlatform, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeRegistryStore } from "../../../src/drivers/registry/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { tryDocker } from "../../worlds/docker/images.ts";
import { withTlsRegistry } from "../../worlds/docker/tls_registry.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const SHA = fullSha("0123456789abcdef0123456789abcdef01234567");

function never(): AbortSignal {
  return new AbortController().signal;
}

function isAdvice(code: string, host: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.retryable], [code, false], error.message);
    assert.match(error.message, /does not trust .*certificate.*x509: /);
    assert.equal(
      error.hint,
      `Put the authority's PEM file on the engine's machine, at /etc/docker/certs.d/${host}/ca.crt`,
    );
    return true;
  };
}

docker.test("a push, a login and a pull that fail for a certificate name the folder of the engine's authorities", async () => {
  const context = await Deno.makeTempDir({ prefix: "showtime-tls-" });
  const folder = await Deno.makeTempDir({ prefix: "showtime-docker-" });
  await Deno.writeTextFile(`${context}/Dockerfile`, "FROM scratch\nCOPY Dockerfile /\n");
  await withTlsRegistry(async (host) => {
    const image = `${host}/team/app:pr-7-0123456-ci`;
    const request = { repo: "acme/app", pr: prNumber(7), sha: SHA, image, onLine: () => {} };
    const imagesWith = (login: boolean) =>
      makeImages({
        shell: makeShell(),
        config: {
          image: `${host}/team/app`,
          tag: "pr-{pr}-{sha}-ci",
          context,
          file: "Dockerfile",
          args: {},
          cacheFrom: [],
          cacheTo: [],
          timeoutMs: 60_000,
          push: "always",
        },
        platformIsLocal: false,
        ci: false,
        dockerLoad: false,
        env: { DOCKER_CONFIG: folder },
        ...(login
          ? { login: () => Promise.resolve({ registry: host, username: "ana", password: "secret-word" }) }
          : {}),
      });
    try {
      await assert.rejects(imagesWith(false).build(request, never()), isAdvice("registry_unreachable", host));
      await assert.rejects(imagesWith(true).build(request, never()), isAdvice("registry_unreachable", host));
      await tryDocker(["image", "rm", image]);
      await assert.rejects(
        platform().deploy(
          {
            ...request,
            settings: { size: "standard", flags: {}, login: undefined },
            requestedBy: undefined,
            createdAt: 0,
            expiresAt: undefined,
            epoch: 1,
          },
          { onProgress: () => {} },
          never(),
        ),
        isAdvice("image_not_found", host),
      );
    } finally {
      await tryDocker(["image", "rm", image]);
    }
  });
  for (const each of [context, folder]) await Deno.remove(each, { recursive: true });
});

docker.test("the registry store asks once for a certificate that is not trusted, and names DENO_CERT", async () => {
  await withTlsRegistry(async (host) => {
    const store = makeRegistryStore({ image: `${host}/team/app`, tag: "pr-{pr}-{sha}-ci" });

    await assert.rejects(store.exists(`${host}/team/app:x`, never()), (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.deepEqual([error.code, error.retryable], ["registry_unreachable", false]);
      assert.match(error.hint ?? "", /DENO_CERT/);
      return true;
    });
  });
});

function platform() {
  return makeDockerPlatform({
    shell: makeShell(),
    clock: makeClock(),
    probe: makeHealthProbe(),
    newSecret: () => "secret",
    keepSecret: () => {},
    config: {
      network: "bridge",
      publish: "127.0.0.1",
      port: 8080,
      health: { path: "/health", fallback: "/", timeoutMs: 20_000, intervalMs: 200 },
      sizes: { standard: { cpu: 256, memory: 32 } },
      variables: {},
      flags: { prefix: "FEATURE_", on: "on", off: "off" },
    },
  });
}
