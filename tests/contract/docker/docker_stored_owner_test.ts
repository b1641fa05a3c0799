/** Images in a registry whose login only the docker command has: in a credential helper, which Showtime does not ask. */
import assert from "node:assert/strict";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { type BuildSettings, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeRegistryStore } from "../../../src/drivers/registry/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { startRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const registry = busybox.missing === undefined ? await part("registry") : busybox;
const PASSWORD = "ecr-token-of-the-tests-J7x";
/** AWS with the password above, by bcrypt. */
const HTPASSWD = "AWS:$2b$05$Y7aDk1BvjBqdWIfv2/I8EelfzlsHNV11/3kgISuT001TtCZX02uvi\n";
const SHA = fullSha("0123456789abcdef0123456789abcdef01234567");

function never(): AbortSignal {
  return new AbortController().signal;
}

registry.test("build() asks through the docker command whose an image is, where the store has no login", async () => {
  await using server = await startRegistry({ htpasswd: HTPASSWD });
  const context = await writeTestContext();
  const folder = await Deno.makeTempDir({ prefix: "showtime-docker-" });
  const image = `${server.host}/team/app:pr-7-0123456-ci`;
  const config: BuildSettings = {
    image: `${server.host}/team/app`,
    tag: "pr-{pr}-{sha}-ci",
    context,
    file: "Dockerfile",
    args: {},
    cacheFrom: [],
    cacheTo: [],
    timeoutMs: 60_000,
    push: "always",
  };
  const credentials = { user: "AWS", password: PASSWORD };
  const digest = async () => {
    const answer = await fetch(`http://${server.host}/v2/team/app/manifests/pr-7-0123456-ci`, {
      method: "HEAD",
      headers: {
        authorization: `Basic ${btoa(`AWS:${PASSWORD}`)}`,
        accept: "application/vnd.docker.distribution.manifest.v2+json",
      },
    });
    return answer.headers.get("docker-content-digest");
  };
  const build = async (owner: { readonly repo: string; readonly repoId: number }) => {
    await Deno.writeTextFile(`${context}/www/note`, crypto.randomUUID());
    const images = makeImages({
      shell: makeShell(),
      config,
      store: makeRegistryStore({ image: config.image, tag: config.tag }),
      platformIsLocal: false,
      ci: false,
      dockerLoad: false,
      env: { DOCKER_CONFIG: folder },
    });
    await images.build({ ...owner, pr: prNumber(7), sha: SHA, image, onLine: () => {} }, never());
  };
  try {
    const login = `{"auths":{"${server.host}":{"auth":"${btoa(`AWS:${PASSWORD}`)}"}}}`;
    await Deno.writeTextFile(`${folder}/config.json`, login);
    await assert.rejects(
      makeRegistryStore({ image: config.image, tag: config.tag }).exists(image, never()),
      { code: "permission" },
    );

    await build({ repo: "acme/app", repoId: 7 });
    const first = await digest();
    await runDocker(["image", "rm", image]);
    await assert.rejects(build({ repo: "acme/other", repoId: 8 }), { code: "not_ours", exitCode: 3 });

    assert.ok(first !== null);
    assert.equal(await digest(), first);
    assert.notEqual((await tryDocker(["image", "inspect", image])).code, 0);

    await build({ repo: "acme/app", repoId: 7 });
    assert.notEqual(await digest(), first);
    const store = makeRegistryStore({ image: config.image, tag: config.tag, credentials });
    assert.deepEqual(await store.readOwner(image, never()), { repo: "acme/app", repoId: 7 });
  } finally {
    await tryDocker(["image", "rm", image]);
    for (const each of [context, folder]) await Deno.remove(each, { recursive: true });
  }
});
