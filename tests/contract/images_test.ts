import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { fullSha, prNumber, shortSha } from "../../src/lib/ids.ts";
import { type BuildSettings, type ImagesOptions, makeImages } from "../../src/drivers/docker/mod.ts";
import { makeRegistryStore } from "../../src/drivers/registry/mod.ts";
import { makeShell } from "../../src/drivers/shell/mod.ts";
import type { Images } from "../../src/environments/ports/images.ts";
import { runDocker, tryDocker, writeTestContext } from "../worlds/docker/images.ts";
import { startRegistry } from "../worlds/docker/registry.ts";
import { part } from "../worlds/require.ts";

const docker = await part("docker");
const registry = await part("registry");
const busybox = await part("busybox");
const runId = crypto.randomUUID().slice(0, 8);
const PR = prNumber(4711);
const SHA = fullSha("0123456789abcdef0123456789abcdef01234567");

/** The repository that {@link request} builds for. */
const OWNER = { repo: "acme/app" };

function never(): AbortSignal {
  return new AbortController().signal;
}

function makeConfig(change: Partial<BuildSettings> = {}): BuildSettings {
  return {
    image: `showtime-test/built-${runId}`,
    tag: "pr-{pr}-{sha}-ci",
    context: ".",
    file: "Dockerfile",
    args: { NOTE: "it's $(fine)" },
    cacheFrom: ["type=registry,ref=127.0.0.1:1/none:none"],
    cacheTo: ["type=inline"],
    timeoutMs: 60_000,
    push: "auto",
    ...change,
  };
}

function imagesWith(config: BuildSettings, change: Partial<ImagesOptions> = {}): Images {
  return makeImages({
    shell: makeShell(),
    config,
    platformIsLocal: true,
    ci: false,
    dockerLoad: false,
    ...change,
  });
}

/** What list() names under one name: others work on the same engine. */
async function listed(images: Images, image: string) {
  return (await images.list(never()))?.filter((each) => each.image.startsWith(`${image}:`));
}

function tagged(config: BuildSettings): string {
  return `${config.image}:pr-${PR}-${shortSha(SHA)}-ci`;
}

async function withContext(
  run: (context: string) => Promise<void>,
  options: { readonly dockerfile?: string } = {},
): Promise<void> {
  const context = await writeTestContext(options);
  try {
    await run(context);
  } finally {
    await Deno.remove(context, { recursive: true });
  }
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  const command = new Deno.Command("git", {
    args: [...identity, ...args],
    cwd,
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function makeRepository(
  files: Readonly<Record<string, string>>,
): Promise<{ folder: string; sha: string }> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-git-" });
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(new URL(".", `file://${folder}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  await git(folder, "init", "--quiet");
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "first");
  return { folder, sha: await git(folder, "rev-parse", "HEAD") };
}

function isAppError(code: string, says: { words: RegExp; hint: RegExp }): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], [code, 2]);
    assert.match(error.message, says.words);
    assert.match(error.hint ?? "", says.hint);
    return true;
  };
}

Deno.test("X1: check() accepts a work tree at the commit, and refuses one that is elsewhere with the command that mends it", async () => {
  const { folder, sha } = await makeRepository({ Dockerfile: "FROM scratch\n" });
  try {
    const images = imagesWith(makeConfig({ context: folder }));

    await images.check({ pr: PR, sha: fullSha(sha) }, never());

    await assert.rejects(
      images.check({ pr: PR, sha: SHA }, never()),
      isAppError("wrong_commit", {
        words: new RegExp(`at ${sha.slice(0, 7)}`),
        hint: /^git fetch origin pull\/4711\/head && git checkout 0123456789abcdef/,
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check() refuses changed files, and names them", async () => {
  const { folder, sha } = await makeRepository({ Dockerfile: "FROM scratch\n", "src/a.ts": "1\n" });
  try {
    const images = imagesWith(makeConfig({ context: folder }));
    await Deno.writeTextFile(`${folder}/untracked.log`, "x");
    await images.check({ pr: PR, sha: fullSha(sha) }, never());
    await Deno.writeTextFile(`${folder}/src/a.ts`, "2\n");

    await assert.rejects(
      images.check({ pr: PR, sha: fullSha(sha) }, never()),
      isAppError("wrong_commit", { words: /src\/a\.ts/, hint: /git stash/ }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check() holds a folder of a work tree to the commit where that repository knows it, and no other", async () => {
  const { folder, sha } = await makeRepository({ "app/Dockerfile": "FROM scratch\n" });
  try {
    await git(folder, "commit", "--quiet", "--allow-empty", "--message", "second");
    const images = imagesWith(makeConfig({ context: `${folder}/app` }));

    await assert.rejects(images.check({ pr: PR, sha: fullSha(sha) }, never()), { code: "wrong_commit" });
    await images.check({ pr: PR, sha: SHA }, never());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check() wants the required commit among the ancestors", async () => {
  const { folder, sha } = await makeRepository({ Dockerfile: "FROM scratch\n" });
  const clone = await Deno.makeTempDir();
  try {
    await git(folder, "commit", "--quiet", "--allow-empty", "--message", "second");
    const head = fullSha(await git(folder, "rev-parse", "HEAD"));
    await git(clone, "clone", "--quiet", "--depth", "1", `file://${folder}`, "shallow");

    await imagesWith(makeConfig({ context: folder, requiredCommit: sha })).check(
      { pr: PR, sha: head },
      never(),
    );

    await assert.rejects(
      imagesWith(makeConfig({ context: folder, requiredCommit: SHA })).check({ pr: PR, sha: head }, never()),
      isAppError("required_commit_missing", {
        words: /does not contain the required commit 0123456/,
        hint: /Rebase/,
      }),
    );
    await assert.rejects(
      imagesWith(makeConfig({ context: `${clone}/shallow`, requiredCommit: sha })).check({
        pr: PR,
        sha: head,
      }, never()),
      isAppError("required_commit_missing", { words: /too shallow/, hint: /git fetch --unshallow/ }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(clone, { recursive: true });
  }
});

Deno.test("check() builds a folder that is no work tree as it is, but wants it and its Dockerfile there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-plain-" });
  try {
    await assert.rejects(
      imagesWith(makeConfig({ context: folder })).check({ pr: PR, sha: SHA }, never()),
      isAppError("dockerfile_missing", { words: /no Dockerfile "Dockerfile"/, hint: /build\.file/ }),
    );
    await Deno.writeTextFile(`${folder}/Dockerfile`, "FROM scratch\n");
    await imagesWith(makeConfig({ context: folder })).check({ pr: PR, sha: SHA }, never());
    await assert.rejects(
      imagesWith(makeConfig({ context: `${folder}/gone` })).check({ pr: PR, sha: SHA }, never()),
      isAppError("context_not_found", { words: /gone" is not there/, hint: /build\.context/ }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const OURS = `LABEL showtime_test=${runId}`;

/** A build that failed leaves the layers it had finished; the engine frees them once the last step has ended. */
async function pruneLayers(): Promise<void> {
  const filter = ["--filter", `label=showtime_test=${runId}`];
  for (let left = 40; left > 0; left--) {
    await runDocker(["image", "prune", "--force", ...filter]);
    if (await runDocker(["image", "ls", "--all", "--quiet", ...filter]) === "") return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function engineTest(title: string, run: () => Promise<void>): void {
  (docker.missing === undefined ? busybox : docker).test(title, async () => {
    try {
      await run();
    } finally {
      await pruneLayers();
    }
  });
}

function request(image: string, lines: string[] = []) {
  return { repo: "acme/app", pr: PR, sha: SHA, image, onLine: (line: string) => void lines.push(line) };
}

engineTest(
  "build() leaves the image in the local engine with its arguments, streams its output, and remove() takes it away",
  async () => {
    await withContext(async (context) => {
      const config = makeConfig({ context, image: `showtime-test/local-${runId}` });
      const images = imagesWith(config);
      const image = tagged(config);
      const lines: string[] = [];

      await images.build(request(image, lines), never());

      assert.ok(lines.some((line) => /httpd|busybox/.test(line)), lines.join("\n"));
      assert.equal(
        await runDocker(["image", "inspect", "--format", "{{.Config.Labels.note}}", image]),
        "it's $(fine)",
      );
      assert.equal(await images.exists(image, never()), true);
      const found = await listed(images, config.image);
      assert.deepEqual(found?.map((one) => [one.image, one.builtFor]), [[image, "acme/app"]]);
      assert.ok(
        Math.abs((found?.[0]?.createdAt ?? 0) - Date.now()) < 10 * 60_000,
        String(found?.[0]?.createdAt),
      );
      assert.deepEqual(await images.remove(image, OWNER, never()), { kind: "removed" });
      assert.equal(await images.exists(image, never()), false);
      assert.deepEqual(await images.remove(image, OWNER, never()), { kind: "absent" });
      assert.deepEqual(await listed(images, config.image), []);
    });
  },
);

engineTest(
  "list() tells images of the local engine apart that somebody else made under a tag like ours",
  async () => {
    await withContext(async (context) => {
      const config = makeConfig({ context, image: `showtime-test/hand-${runId}` });
      const image = tagged(config);
      for (
        const labels of [[], ["--label", "showtime_managed=true"], ["--label", "showtime_managed=image"]]
      ) {
        await runDocker(["build", "--quiet", "--tag", image, ...labels, context]);

        const found = await listed(imagesWith(config), config.image);

        assert.deepEqual(found?.map((one) => [one.image, one.builtFor]), [[image, undefined]]);
        assert.ok(found?.[0]?.createdAt !== undefined);
      }
      await runDocker(["image", "rm", image]);
    });
  },
);

engineTest("remove() keeps an image that a container uses, and says so", async () => {
  await withContext(async (context) => {
    const config = makeConfig({ context, image: `showtime-test/used-${runId}` });
    const images = imagesWith(config);
    const image = tagged(config);
    await images.build(request(image), never());
    const container = await runDocker(["create", image]);
    try {
      const removal = await images.remove(image, OWNER, never());

      assert.equal(removal.kind, "kept");
      assert.match(removal.kind === "kept" ? removal.reason : "", /container/);
      assert.equal(await images.exists(image, never()), true);
    } finally {
      await runDocker(["rm", container]);
      await tryDocker(["image", "rm", image]);
    }
  });
});

engineTest("build() that fails says build_failed with the last lines of its output", async () => {
  const dockerfile = [
    "FROM scratch",
    OURS,
    "COPY busybox /bin/busybox",
    'RUN ["/bin/busybox", "sh", "-c", "i=0; while [ $i -lt 80 ]; do echo line $i; i=$((i+1)); done; exit 7"]',
  ].join("\n");
  await withContext(async (context) => {
    const config = makeConfig({ context, args: {}, image: `showtime-test/broken-${runId}` });

    await assert.rejects(imagesWith(config).build(request(tagged(config)), never()), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "build_failed");
      assert.equal(error.logTail.length, 50);
      assert.ok(error.logTail.some((line) => line.includes("line 79")));
      assert.ok(!error.logTail.some((line) => / line 3$/.test(line)));
      return true;
    });
  }, { dockerfile });
});

engineTest("build() that takes too long is ended and says timeout", async () => {
  const dockerfile = `FROM scratch\n${OURS}\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "8"]\n`;
  await withContext(async (context) => {
    const config = makeConfig({ context, args: {}, timeoutMs: 2500, image: `showtime-test/slow-${runId}` });

    await assert.rejects(imagesWith(config).build(request(tagged(config)), never()), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "timeout");
      assert.ok(error.logTail.length > 0);
      return true;
    });
  }, { dockerfile });
});

docker.test("build() without an engine names the socket", async () => {
  const config = makeConfig();
  const host = "unix:///nowhere/docker.sock";

  await assert.rejects(imagesWith(config, { host }).build(request(tagged(config)), never()), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "engine_unavailable");
    assert.ok(error.message.includes(host));
    return true;
  });
});

function registryTest(title: string, run: () => Promise<void>): void {
  (docker.missing === undefined && busybox.missing === undefined
    ? registry
    : docker.missing === undefined
    ? busybox
    : docker)
    .test(title, run);
}

async function pushedTo(host: string, context: string, change: Partial<BuildSettings> = {}) {
  const config = makeConfig({ context, image: `${host}/team/app`, ...change });
  const store = makeRegistryStore({ image: config.image, tag: config.tag });
  const images = imagesWith(config, { store, platformIsLocal: false });
  await images.build(request(tagged(config)), never());
  return { config, images, image: tagged(config) };
}

registryTest(
  "build() pushes to a registry, where exists(), list() and remove() find it; the local copy goes too",
  async () => {
    await using server = await startRegistry();
    await withContext(async (context) => {
      const { config, images, image } = await pushedTo(server.host, context);
      await runDocker(["tag", image, `${server.host}/team/app:latest`]);

      assert.equal(await images.exists(image, never()), true);
      assert.equal(await images.exists(`${server.host}/team/app:pr-1-abcdef0-ci`, never()), false);
      const found = await listed(images, config.image);
      assert.deepEqual(found?.map((one) => one.image), [image]);
      assert.ok((found?.[0]?.createdAt ?? 0) > 0);
      assert.deepEqual(await images.remove(image, OWNER, never()), { kind: "removed" });
      assert.equal(await images.exists(image, never()), false);
      assert.deepEqual(await listed(images, config.image), []);
      assert.notEqual((await tryDocker(["image", "inspect", image])).code, 0);
      assert.deepEqual(await images.remove(image, OWNER, never()), { kind: "absent" });
      await tryDocker(["image", "rm", `${server.host}/team/app:latest`]);
    });
  },
);

registryTest(
  "remove() keeps an image that another tag in the registry needs, and names the tag",
  async () => {
    await using server = await startRegistry();
    await withContext(async (context) => {
      const { images, image } = await pushedTo(server.host, context);
      const other = `${server.host}/team/app:pr-4712-0123456-ci`;
      await runDocker(["tag", image, other]);
      await runDocker(["push", "--quiet", other]);

      const removal = await images.remove(image, OWNER, never());

      assert.deepEqual(removal, { kind: "kept", reason: "the same image is tagged pr-4712-0123456-ci" });
      assert.equal(await images.exists(other, never()), true);
      assert.equal(await images.exists(image, never()), true);
      await tryDocker(["image", "rm", image, other]);
    });
  },
);

registryTest("remove() keeps an image where the registry does not delete, and says so", async () => {
  await using server = await startRegistry({ deletes: false });
  await withContext(async (context) => {
    const { images, image } = await pushedTo(server.host, context);

    assert.deepEqual(await images.remove(image, OWNER, never()), {
      kind: "kept",
      reason: "the registry does not allow deleting",
    });
    assert.equal(await images.exists(image, never()), true);
  });
});

registryTest("list() reads every page of a registry", async () => {
  await using server = await startRegistry();
  await withContext(async (context) => {
    const { config, images, image } = await pushedTo(server.host, context);
    const manifest = await fetch(`http://${server.host}/v2/team/app/manifests/${image.split(":").at(-1)}`, {
      headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
    });
    const [type, body] = [manifest.headers.get("content-type") ?? "", await manifest.text()];
    for (let pr = 1; pr <= 230; pr++) {
      const url = `http://${server.host}/v2/team/app/manifests/pr-${pr}-0123456-ci`;
      const put = await fetch(url, { method: "PUT", headers: { "content-type": type }, body });
      await put.body?.cancel();
      assert.equal(put.status, 201);
    }

    assert.equal((await listed(images, config.image))?.length, 231);
    await tryDocker(["image", "rm", image]);
  });
});

registryTest(
  "build() that may not push says so, and remains in the local engine where it is to be loaded",
  async () => {
    await withContext(async (context) => {
      await using server = {
        http: Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen: () => {} },
          () => new Response("{}", { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } }),
        ),
        [Symbol.asyncDispose]() {
          return this.http.shutdown();
        },
      };
      const config = makeConfig({ context, image: `127.0.0.1:${server.http.addr.port}/team/app` });

      await assert.rejects(
        imagesWith(config, { platformIsLocal: false, dockerLoad: true }).build(
          request(tagged(config)),
          never(),
        ),
        (error) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.code, "permission", error.message);
          assert.match(error.hint ?? "", /docker login/);
          return true;
        },
      );

      assert.equal((await tryDocker(["image", "rm", tagged(config)])).code, 0);
    });
  },
);
