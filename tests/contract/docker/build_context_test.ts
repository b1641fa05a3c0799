import assert from "node:assert/strict";
import { checkRequiredCommit } from "../../../src/environments/app/doctor/git_check.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { type BuildSettings, type ImagesOptions, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";

const PR = prNumber(4711);

function never(): AbortSignal {
  return new AbortController().signal;
}

async function check(
  sha: string,
  change: Partial<BuildSettings>,
  options: Partial<ImagesOptions> = {},
): Promise<void> {
  const config: BuildSettings = {
    image: "acme/app",
    tag: "pr-{pr}-{sha}-ci",
    context: ".",
    file: "Dockerfile",
    args: {},
    cacheFrom: [],
    cacheTo: [],
    timeoutMs: 60_000,
    push: "auto",
    ...change,
  };
  const images = makeImages({
    shell: makeShell(),
    config,
    platformIsLocal: true,
    ci: false,
    dockerLoad: false,
    ...options,
  });
  await images.check({ pr: PR, sha: fullSha(sha) }, never());
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  const output = await new Deno.Command("git", { args: [...identity, ...args], cwd }).output();
  assert.equal(output.code, 0, new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout).trim();
}

/** A checkout of what `write` makes, in a folder that is removed at the end; `outside` is a folder beside it. */
async function withCheckout(
  write: (folder: string, outside: string) => Promise<void>,
  use: (checkout: { folder: string; outside: string; sha: string }) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "showtime-context-" });
  const [folder, outside] = [`${parent}/checkout`, `${parent}/outside`];
  try {
    for (const each of [folder, outside]) await Deno.mkdir(each);
    await Deno.writeTextFile(`${outside}/secret`, "token=abc\n");
    await Deno.writeTextFile(`${outside}/Dockerfile`, "FROM scratch\n");
    await git(folder, "init", "--quiet");
    await write(folder, outside);
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "first");
    await use({ folder, outside, sha: await git(folder, "rev-parse", "HEAD") });
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

function refused(code: string, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], [code, 2], error.message);
    assert.match(error.message, words);
    assert.notEqual(error.hint ?? "", "");
    return true;
  };
}

/** A folder that Git takes for a repository whose settings run a program. */
async function writeDisguised(folder: string, proof: string): Promise<void> {
  await Deno.mkdir(`${folder}/app`);
  await Deno.writeTextFile(`${folder}/app/Dockerfile`, "FROM scratch\n");
  await Deno.writeTextFile(`${folder}/app/HEAD`, "ref: refs/heads/main\n");
  const run = `sh -c 'echo ran >> ${proof}; env >> ${proof}'`;
  await Deno.writeTextFile(
    `${folder}/app/config`,
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ${folder}/app\n\tfsmonitor = "${run}"\n` +
      `[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = "ext::${run}"\n\tpromisor = true\n` +
      '[protocol "ext"]\n\tallow = always\n',
  );
  for (const name of ["refs", "objects"]) await Deno.symlink(`../.git/${name}`, `${folder}/app/${name}`);
}

Deno.test("X1: check() runs nothing that a folder names which only looks like a repository, and refuses it", async () => {
  await withCheckout((folder, outside) => writeDisguised(folder, `${outside}/proof`), async (checkout) => {
    const { folder, outside, sha } = checkout;
    // Git on its own runs it: the folder is what it seems.
    await new Deno.Command("git", { args: ["-C", `${folder}/app`, "status"], stderr: "null", stdout: "null" })
      .output();
    assert.match(await Deno.readTextFile(`${outside}/proof`), /^ran$/m);
    await Deno.remove(`${outside}/proof`);

    for (const strict of [false, true]) {
      await assert.rejects(
        check(sha, { context: `${folder}/app`, requiredCommit: sha.replace(/^./, "f") }, { strict }),
        refused("wrong_commit", /app" is in a folder that looks like a Git repository/),
      );
    }
    await assert.rejects(
      checkRequiredCommit(
        makeShell(),
        { required: fullSha(sha.replace(/^./, "f")), folder: `${folder}/app` },
        never(),
      ),
      { code: "not_a_checkout" },
    );

    await assert.rejects(Deno.stat(`${outside}/proof`), Deno.errors.NotFound);
  });
});

Deno.test("X1: check() needs no help of a Git that is too old to refuse such a folder by itself", async () => {
  await withCheckout((folder, outside) => writeDisguised(folder, `${outside}/proof`), async (checkout) => {
    const { folder, outside, sha } = checkout;
    const old = `${outside}/git`;
    await Deno.writeTextFile(old, `#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec git "$@"\n`, { mode: 0o755 });

    await assert.rejects(
      check(sha, { context: `${folder}/app` }, { shell: makeShell({ programs: { git: old } }) }),
      refused("wrong_commit", /looks like a Git repository/),
    );

    await assert.rejects(Deno.stat(`${outside}/proof`), Deno.errors.NotFound);
  });
});

Deno.test("X1: check() runs nothing that the settings of a checkout name", async () => {
  await withCheckout(async (folder) => {
    await Deno.writeTextFile(`${folder}/Dockerfile`, "FROM scratch\n");
  }, async ({ folder, outside, sha }) => {
    await git(folder, "config", "core.fsmonitor", `sh -c 'echo ran >> ${outside}/proof'`);

    await check(sha, { context: folder });

    await assert.rejects(Deno.stat(`${outside}/proof`), Deno.errors.NotFound);
  });
});

Deno.test("X4: check() refuses a Dockerfile or .dockerignore that is a link out of the context, or to what Git keeps", async () => {
  const targets = ["/proc/self/environ", "../outside/secret", "../outside/Dockerfile", ".git/config"];
  for (const target of targets) {
    for (const file of ["Dockerfile", ".dockerignore"]) {
      await withCheckout(async (folder) => {
        if (file !== "Dockerfile") await Deno.writeTextFile(`${folder}/Dockerfile`, "FROM scratch\n");
        await Deno.symlink(target, `${folder}/${file}`);
      }, async ({ folder, sha }) => {
        await assert.rejects(
          check(sha, { context: folder }),
          refused("link_refused", new RegExp(`"${file}".*is a link`)),
        );
      });
    }
  }
});

Deno.test("check() takes a Dockerfile that is a link within the context, or one that the configuration names beside it", async () => {
  await withCheckout(async (folder) => {
    await Deno.mkdir(`${folder}/app`);
    await Deno.mkdir(`${folder}/docker`);
    await Deno.writeTextFile(`${folder}/docker/Dockerfile`, "FROM scratch\n");
    await Deno.symlink("docker/Dockerfile", `${folder}/Dockerfile`);
    await Deno.symlink("../../outside", `${folder}/docker/out`);
  }, async ({ folder, sha }) => {
    await check(sha, { context: folder }, { strict: true });
    await check(sha, { context: `${folder}/app`, file: "../docker/Dockerfile" }, { strict: true });
    await assert.rejects(
      check(sha, { context: `${folder}/app`, file: "../docker/out/Dockerfile" }),
      refused("link_refused", /docker\/out" is a link/),
    );
    await assert.rejects(
      check(sha, { context: folder, file: "docker" }),
      refused("dockerfile_missing", /no Dockerfile "docker"/),
    );
  });
});

Deno.test("X1: check() refuses a context that a link of the checkout leads out of it", async () => {
  await withCheckout(async (folder) => {
    await Deno.symlink("../outside", `${folder}/app`);
  }, async ({ folder, sha }) => {
    await assert.rejects(
      check(sha, { context: `${folder}/app` }),
      refused("link_refused", /^Reading the build context ".*app": ".*app" is a link/),
    );
    const here = Deno.cwd();
    Deno.chdir(folder);
    try {
      await assert.rejects(check(sha, { context: "app" }), refused("link_refused", /"app"/));
      await assert.rejects(check(sha, { context: "app/." }), refused("link_refused", /"app\/\."/));
    } finally {
      Deno.chdir(here);
    }
  });
});

Deno.test("check() says in a sentence that the working directory or the build context is gone, or is no folder", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-context-" });
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.mkdir(`${folder}/gone`);
  const sha = "a".repeat(40);
  const here = Deno.cwd();
  try {
    await assert.rejects(
      check(sha, { context: `${folder}/nope` }),
      refused("context_not_found", /nope" is not there/),
    );
    await assert.rejects(
      check(sha, { context: `${folder}/file` }),
      refused("context_not_found", /is not a folder/),
    );
    Deno.chdir(`${folder}/gone`);
    await Deno.remove(`${folder}/gone`);
    await assert.rejects(check(sha, { context: "." }), refused("directory_not_found", /was removed/));
    await assert.rejects(makeShell().run({ program: "docker", args: ["version"] }, never()), {
      code: "directory_not_found",
      message: /was removed/,
    });
    await assert.rejects(
      makeShell().run({ program: "docker", args: ["version"], cwd: `${folder}/nope` }, never()),
      {
        code: "directory_not_found",
      },
    );
  } finally {
    Deno.chdir(here);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("X1: in Actions check() refuses a part of a work tree that is at another commit; what is in none is built", async () => {
  await withCheckout(async (folder) => {
    await Deno.mkdir(`${folder}/app`);
    await Deno.writeTextFile(`${folder}/app/Dockerfile`, "FROM scratch\n");
  }, async ({ folder, outside, sha }) => {
    const other = sha.replace(/^./, (digit) => digit === "0" ? "1" : "0");
    await check(other, { context: outside });
    await check(other, { context: outside }, { strict: true });
    await check(other, { context: `${folder}/app` });
    await assert.rejects(
      check(other, { context: `${folder}/app` }, { strict: true }),
      refused("wrong_commit", /is at/),
    );
    await check(sha, { context: `${folder}/app` }, { strict: true });
  });
});
