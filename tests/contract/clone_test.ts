/** The port to the clone, on real clones. */
import assert from "node:assert/strict";
import { makeClone } from "../../src/drivers/git/mod.ts";
import { makeShell } from "../../src/drivers/shell/mod.ts";
import type { Clone } from "../../src/ports/clone.ts";
import type { Shell } from "../../src/ports/shell.ts";
import { type GitFolder, makeGitFolder } from "../worlds/program/git_folder.ts";

const never = new AbortController().signal;

/** The port to a clone in another folder than the working one. */
function cloneIn(folder: string): Clone {
  const shell = makeShell({ redact: (text) => text });
  const there: Shell = { run: (command, signal) => shell.run({ ...command, cwd: folder }, signal) };
  return makeClone(there);
}

async function inClone(
  act: (folder: GitFolder, clone: Clone) => Promise<void>,
  remote?: string,
): Promise<void> {
  const folder = await makeGitFolder(remote === undefined ? {} : { remote });
  try {
    await act(folder, cloneIn(folder.path));
  } finally {
    await folder.remove();
  }
}

Deno.test("makeClone() finds origin, else the only remote, else none", async () => {
  await inClone(async ({ git }, clone) => {
    assert.deepEqual(await clone.remote(never), { kind: "no_remote" });
    await git("remote", "add", "fork", "https://github.com/ana/shop.git");
    assert.deepEqual(await clone.remote(never), { kind: "found", url: "https://github.com/ana/shop.git" });
    await git("remote", "add", "upstream", "https://github.com/acme/shop.git");
    assert.deepEqual(await clone.remote(never), { kind: "several", names: ["fork", "upstream"] });
    await git("remote", "add", "origin", "git@github.com:me/shop.git");
    assert.deepEqual(await clone.remote(never), { kind: "found", url: "git@github.com:me/shop.git" });
  });
  const nowhere = await Deno.makeTempDir();
  assert.deepEqual(await cloneIn(nowhere).remote(never), { kind: "no_clone" });
  assert.equal(await cloneIn(nowhere).head(never), undefined);
  await Deno.remove(nowhere);
});

Deno.test("makeClone() reads commit and branch, and no branch where none is checked out", async () => {
  await inClone(async ({ git, commit }, clone) => {
    assert.equal(await clone.head(never), undefined);
    const sha = await commit("first");
    assert.deepEqual(await clone.head(never), { sha, branch: "main" });
    await git("checkout", "--quiet", "-b", "feature/charts");
    assert.deepEqual(await clone.head(never), { sha, branch: "feature/charts" });
    await git("checkout", "--quiet", "--detach");
    assert.deepEqual(await clone.head(never), { sha, branch: undefined });
    assert.equal(await clone.pushed(never), undefined);
  });
});

Deno.test("makeClone() finds where the branch is pushed to", async () => {
  const origin = "https://github.com/acme/shop.git";
  await inClone(async ({ git, commit }, clone) => {
    const sha = await commit("first");
    await git("checkout", "--quiet", "-b", "charts");
    assert.deepEqual(await clone.pushed(never), { branch: "charts", url: origin, pull: undefined });
    // The branch was made from the default branch, which it follows without being pushed there.
    await git("update-ref", "refs/remotes/origin/main", sha);
    await git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    await git("branch", "--quiet", "--set-upstream-to", "origin/main");
    assert.equal((await clone.pushed(never))?.branch, "charts");
    assert.equal(await clone.notedDefaultBranch(never), "main");
    // It is pushed under another name.
    await git("update-ref", "refs/remotes/origin/ana/charts", sha);
    await git("branch", "--quiet", "--set-upstream-to", "origin/ana/charts");
    assert.equal((await clone.pushed(never))?.branch, "ana/charts");
    // It is pushed to a fork.
    await git("remote", "add", "fork", "git@github.com:ana/shop.git");
    await git("config", "branch.charts.pushRemote", "fork");
    assert.deepEqual(await clone.pushed(never), {
      branch: "charts",
      url: "git@github.com:ana/shop.git",
      pull: undefined,
    });
  }, origin);
});

Deno.test("makeClone() reads what a checkout of a pull request notes", async () => {
  await inClone(async ({ git, commit }, clone) => {
    await commit("first");
    await git("checkout", "--quiet", "-b", "charts");
    await git("config", "branch.charts.remote", "origin");
    await git("config", "branch.charts.merge", "refs/pull/77/head");
    assert.equal((await clone.pushed(never))?.pull, 77);
    const fork = "https://github.com/ana/shop.git";
    await git("config", "branch.charts.remote", fork);
    await git("config", "branch.charts.merge", "refs/heads/their-name");
    assert.deepEqual(await clone.pushed(never), { branch: "their-name", url: fork, pull: undefined });
  }, "https://github.com/acme/shop.git");
});
