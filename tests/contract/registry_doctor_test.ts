/** What `doctor` says about a Docker engine and a registry, each real where this machine has it. */
import assert from "node:assert/strict";
import { makeDockerDiagnosis } from "../../src/drivers/docker/mod.ts";
import { makeRegistryDiagnosis, makeRegistryStore } from "../../src/drivers/registry/mod.ts";
import { makeShell } from "../../src/drivers/shell/mod.ts";
import type { Finding } from "../../src/lib/finding.ts";
import { part } from "../worlds/require.ts";

const docker = await part("docker");
const never = new AbortController().signal;
const TAG = "pr-0-0000000-ci";

function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ name, status }) => `${status} ${name}`);
}

/** A registry that has nothing, and asks who asks where `open` is false. */
async function withRegistry(open: boolean, act: (host: string) => Promise<void>): Promise<void> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      open
        ? new Response(null, { status: 404 })
        : new Response(null, { status: 401, headers: { "www-authenticate": "Basic" } }),
  );
  try {
    await act(`127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function diagnoseRegistry(host: string, dockerConfig: unknown): Promise<readonly Finding[]> {
  const image = `${host}/acme/app`;
  return makeRegistryDiagnosis({
    image,
    tag: TAG,
    store: makeRegistryStore({ image, tag: "pr-{pr}-{sha}-ci" }),
    dockerConfig: JSON.stringify(dockerConfig),
  }).diagnose(never);
}

docker.test("makeDockerDiagnosis() reports the version of the engine", async () => {
  const findings = await makeDockerDiagnosis({ shell: makeShell({}), host: undefined }).diagnose(never);

  assert.equal(findings[0]?.status, "ok");
  assert.match(findings[0]?.detail ?? "", /^version \d+\.\d+/);
  assert.equal(findings[1]?.name, "docker buildx");
  assert.equal(findings[1]?.fix === undefined, findings[1]?.status === "ok");
});

docker.test("makeDockerDiagnosis() names the socket at which no engine answers", async () => {
  const host = "unix:///nonexistent/docker.sock";

  const findings = await makeDockerDiagnosis({ shell: makeShell({}), host }).diagnose(never);

  assert.equal(findings[0]?.status, "failure");
  assert.ok(findings[0]?.detail.includes(host), findings[0]?.detail);
  assert.match(findings[0]?.fix ?? "", /DOCKER_HOST/);
});

Deno.test("makeRegistryDiagnosis() finds a registry that answers, and a login for it", async () => {
  await withRegistry(true, async (host) => {
    const auths = { [host]: { auth: btoa("ana:secret") } };

    assert.deepEqual(told(await diagnoseRegistry(host, { auths })), ["ok registry", "ok registry login"]);
    assert.deepEqual(told(await diagnoseRegistry(host, { credsStore: "desktop" })), [
      "ok registry",
      "ok registry login",
    ]);
    const [, none] = await diagnoseRegistry(host, {});
    assert.equal(none?.status, "warning");
    assert.ok(none?.fix?.startsWith(`docker login ${host};`), none?.fix);
  });
});

Deno.test("makeRegistryDiagnosis() finds a registry that refuses, and one that does not answer", async () => {
  let gone = "";
  await withRegistry(false, async (host) => {
    gone = host;
    const [refusing] = await diagnoseRegistry(host, {});
    assert.deepEqual([refusing?.status, refusing?.fix], ["failure", `docker login ${host}`]);
  });

  const [silent] = await diagnoseRegistry(gone, {});
  assert.equal(silent?.status, "failure");
  assert.match(silent?.detail ?? "", /does not answer/);
});

Deno.test("makeRegistryDiagnosis() knows that Docker Hub takes nothing without a login", async () => {
  const store = {
    exists: () => Promise.resolve(false),
    remove: () => Promise.reject(new Error("nothing is removed here")),
    list: () => Promise.reject(new Error("nothing is listed here")),
  };
  const diagnose = (auths: unknown) =>
    makeRegistryDiagnosis({ image: "acme/app", tag: TAG, store, dockerConfig: JSON.stringify({ auths }) })
      .diagnose(never);

  const [, none] = await diagnose({});
  assert.equal(none?.status, "failure");
  assert.match(none?.fix ?? "", /^docker login;/);
  const [, login] = await diagnose({ "https://index.docker.io/v1/": { auth: btoa("ana:secret") } });
  assert.equal(login?.status, "ok");
});
