/** The program in folders that are not the top of an ordinary clone: each is served, or told in a sentence what to do. */
import assert from "node:assert/strict";
import { type GitFolder, makeGitFolder } from "../worlds/program/git_folder.ts";
import { runShowtime, startSimulator } from "../worlds/program/process.ts";

const ORIGIN = "git@github.com:acme/shop.git";

async function inClone(
  options: { readonly remote?: string },
  act: (clone: GitFolder) => Promise<void>,
): Promise<void> {
  const clone = await makeGitFolder(options);
  try {
    await act(clone);
  } finally {
    await clone.remove();
  }
}

interface Told {
  readonly code: number;
  readonly repository?: string;
  readonly setting: (key: string) => unknown;
  readonly source: (key: string) => unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** Runs `config --json` in a folder. */
async function config(
  cwd: string,
  { home, env = {}, args = [] }: {
    readonly home: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
  },
): Promise<Told> {
  const { code, out } = await runShowtime(["config", "--json", ...args], {
    cwd,
    env: { HOME: home, ...env },
  });
  const document = JSON.parse(out);
  const row = (key: string) => document.settings?.find((each: { key: string }) => each.key === key);
  return {
    code,
    repository: document.repository?.repo,
    error: document.error,
    setting: (key) => row(key)?.value,
    source: (key) => row(key)?.source,
  };
}

Deno.test("a clone that another user owns is refused with the command that allows it, and the command works", async () => {
  await inClone({ remote: ORIGIN }, async (clone) => {
    const bin = await Deno.makeTempDir();
    const real = (await new Deno.Command("sh", { args: ["-c", "command -v git"] }).output()).stdout;
    const git = new TextDecoder().decode(real).trim();
    await Deno.writeTextFile(
      `${bin}/git`,
      `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${git} "$@"\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${bin}:${Deno.env.get("PATH") ?? ""}` };

    for (
      const words of [["list"], ["init"], ["start", "1", "--dry-run-docker"]]
    ) {
      const { code, err } = await runShowtime(words, { cwd: clone.path, env: { HOME: clone.home, ...env } });
      assert.equal(code, 2, words.join(" "));
      assert.match(
        err,
        /Cannot tell the repository: Git does not open this clone, because another user owns/,
      );
      assert.ok(err.includes(`git config --global --add safe.directory ${clone.path}`), err);
    }
    const named = await config(clone.path, { home: clone.home, env, args: ["--repo", "acme/shop"] });
    assert.deepEqual([named.code, named.repository, named.setting("preset")], [0, "acme/shop", "none"]);

    await clone.git("config", "--global", "--add", "safe.directory", clone.path);
    const allowed = await config(clone.path, { home: clone.home, env });
    assert.deepEqual([allowed.code, allowed.repository], [0, "acme/shop"]);
    await Deno.remove(bin, { recursive: true });
  });
});

Deno.test("without a clone, a remote, or one that is meant, nothing of another repository is used", async () => {
  const bare = await Deno.makeTempDir();
  const none = await config(bare, { home: bare });
  assert.deepEqual([none.code, none.error?.code], [2, "repository_unknown"]);
  assert.match(none.error?.message ?? "", /^Cannot tell the repository: this folder is not in a Git clone$/);
  assert.match(none.error?.hint ?? "", /--repo owner\/name/);
  const empty = await Deno.makeTempDir();
  const noGit = await config(bare, { home: bare, env: { PATH: empty } });
  assert.match(noGit.error?.message ?? "", /git is not installed/);
  for (const each of [bare, empty]) await Deno.remove(each, { recursive: true });

  await inClone({}, async ({ path, home, git }) => {
    assert.match((await config(path, { home })).error?.message ?? "", /this clone has no remote/);
    await git("remote", "add", "fork", "https://github.com/ana/shop.git");
    assert.equal((await config(path, { home })).repository, "ana/shop");
    await git("remote", "add", "upstream", ORIGIN);
    const several = await config(path, { home });
    assert.match(
      several.error?.message ?? "",
      /the remotes fork, upstream, and none of them is called origin/,
    );
    await git("remote", "add", "origin", "https://github.com/me/shop.git");
    assert.equal((await config(path, { home })).repository, "me/shop");
  });
});

Deno.test("a fork of apache/superset is its own repository, without the cluster of apache/superset", async () => {
  await inClone({ remote: "git@github.com:me/superset.git" }, async ({ path, home, git }) => {
    await git("remote", "add", "upstream", "https://github.com/apache/superset.git");

    const fork = await config(path, { home });
    assert.deepEqual([fork.repository, fork.setting("preset"), fork.setting("ecs.cluster")], [
      "me/superset",
      "none",
      null,
    ]);
    await git("remote", "set-url", "origin", "https://github.com/apache/superset.git");
    const own = await config(path, { home });
    assert.deepEqual([own.setting("preset"), own.setting("ecs.cluster")], ["superset", "superset-ci"]);
  });
});

Deno.test("the file is looked for from the working folder up to the root of the clone, and not above", async () => {
  await inClone({ remote: ORIGIN }, async ({ path, home, git, write, commit }) => {
    await write("showtime.yml", "version: 1\nplatform: docker\nttl: 7h\n");
    await write("services/web/src/main.ts", "");
    await write("services/api/showtime.yml", "version: 1\nplatform: docker\nttl: 9h\n");
    await write("services/api/src/main.ts", "");
    await commit("first");
    const ttl = async (folder: string) => {
      const told = await config(folder, { home });
      return [told.setting("ttl"), told.source("ttl")];
    };
    assert.deepEqual(await ttl(path), ["7h", "showtime.yml:3"]);
    assert.deepEqual(await ttl(`${path}/services/web/src`), ["7h", "../../../showtime.yml:3"]);
    assert.deepEqual(await ttl(`${path}/services/api/src`), ["9h", "../showtime.yml:3"]);

    await git("worktree", "add", "--quiet", "worktrees/other", "-b", "other");
    assert.deepEqual(await ttl(`${path}/worktrees/other/services/web`), ["7h", "../../showtime.yml:3"]);
    assert.equal((await config(`${path}/worktrees/other`, { home })).repository, "acme/shop");

    // A clone inside of the clone has a root of its own.
    await Deno.mkdir(`${path}/vendor/lib`, { recursive: true });
    await new Deno.Command("git", { args: ["init", "--quiet", `${path}/vendor/lib`] }).output();
    const inner = await config(`${path}/vendor/lib`, { home, args: ["--repo", "acme/lib"] });
    assert.deepEqual([inner.setting("ttl"), inner.source("ttl")], ["48h", "preset none"]);
  });
});

Deno.test("a file with almost the right name is an error that names it", async () => {
  for (const name of ["showtime.yaml", ".github/showtime.yml"]) {
    await inClone({ remote: ORIGIN }, async ({ path, home, write }) => {
      await write(name, "version: 1\nplatform: docker\n");
      await write("web/index.html", "");

      const { code, error } = await config(`${path}/web`, { home });

      assert.deepEqual([code, error?.code], [2, "config_misnamed"], name);
      assert.ok(error?.message.includes(`there is "../${name}", and only showtime.yml is read`), name);
      assert.ok(error?.hint.includes(`git mv ../${name} ../showtime.yml`), error?.hint);
      const named = await config(path, { home, args: ["--config", name] });
      assert.deepEqual([named.code, named.setting("platform")], [0, "docker"]);
    });
  }
});

Deno.test("in Actions the file comes from the same folders of the base branch", async () => {
  const simulator = await startSimulator({
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    files: {
      "showtime.yml": "version: 1\nplatform: docker\nttl: 7h\n",
      "services/api/showtime.yml": "version: 1\nplatform: docker\nttl: 9h\n",
      "services/old/.showtime.yml": "version: 1\n",
    },
    pulls: [],
  });
  try {
    await inClone({ remote: ORIGIN }, async ({ path, home, write }) => {
      for (const each of ["api/src", "web", "old"]) await write(`services/${each}/file`, "");
      await write("services/web/showtime.yml", "version: 1\nttl: 1h\n");
      await Deno.mkdir(`${path}/services/api/src/.git`);
      const env = { ...simulator.env, GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: path };
      const at = async (folder: string) => {
        const before = (await simulator.requests()).length;
        const told = await config(`${path}/${folder}`, { home, env });
        assert.equal((await simulator.requests()).length - before, 1, folder);
        return [told.setting("ttl"), told.source("ttl"), told.error?.message];
      };
      assert.deepEqual(await at(""), ["7h", "showtime.yml (base branch):3", undefined]);
      assert.deepEqual(await at("services/web"), ["7h", "showtime.yml (base branch):3", undefined]);
      // A clone that a pull request brings, such as a submodule, does not hide the folders above it.
      assert.deepEqual(await at("services/api/src"), [
        "9h",
        "services/api/showtime.yml (base branch):3",
        undefined,
      ]);
      const [, , misnamed] = await at("services/old");
      assert.match(
        String(misnamed),
        /"services\/old\/\.showtime\.yml" on the base branch, and only showtime\.yml/,
      );
    });
  } finally {
    await simulator.stop();
  }
});

Deno.test("a command that only shows takes the pull request of the current branch, and the others want a number", async () => {
  const pull = (number: number, ref: string) => ({
    number,
    title: `Change ${number}`,
    author: "maxime",
    head: { sha: String(number).padStart(40, "a"), ref, repo: "acme/shop" },
  });
  const simulator = await startSimulator({
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    pulls: [pull(7, "charts"), pull(8, "twice"), pull(9, "twice")],
  });
  try {
    await inClone({ remote: ORIGIN }, async ({ path, home, git, write, commit }) => {
      await write("showtime.yml", "version: 1\nplatform: docker\n");
      await commit("first");
      const run = (...args: readonly string[]) =>
        runShowtime([...args, "--dry-run-docker"], { cwd: path, env: { HOME: home, ...simulator.env } });

      await git("checkout", "--quiet", "-b", "charts");
      const status = await run("status", "--json");
      assert.deepEqual([status.code, JSON.parse(status.out).pr], [0, 7], status.err);
      const url = await run("url");
      assert.deepEqual([url.code, /Looking for the address of #7/.test(url.err)], [1, true], url.err);
      const start = await run("start");
      assert.deepEqual([start.code, /showtime start needs <pr>/.test(start.err)], [2, true]);

      await git("checkout", "--quiet", "-b", "twice");
      const several = await run("explain");
      assert.equal(several.code, 2);
      assert.match(several.err, /several have the head "acme:twice": #\d "Change \d", #\d "Change \d"/);
      assert.match(several.err, /Name the pull request, as in "showtime explain 1234"/);
      await git("checkout", "--quiet", "--detach");
      const none = await run("logs");
      assert.deepEqual([none.code, /no branch is checked out/.test(none.err)], [2, true], none.err);
    });
  } finally {
    await simulator.stop();
  }
});
