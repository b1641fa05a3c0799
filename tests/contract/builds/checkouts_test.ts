/** Checkouts of commits, with the real git and real repositories. */

import assert from "node:assert/strict";
import { makeCheckouts, makeRemoteRefs } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { AppError } from "../../../src/lib/errors.ts";
import type { CheckoutRequest, Checkouts } from "../../../src/pipelines/ports/checkouts.ts";

const NEVER = new AbortController().signal;

/** A repository on disk and checkouts of it. */
interface GitWorld extends AsyncDisposable {
  readonly origin: string;
  readonly folder: string;
  readonly checkouts: Checkouts;
  /** Runs git in the repository and returns what it prints. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes files (undefined removes one), commits, and returns the hash. */
  commit(files: Readonly<Record<string, string | undefined>>): Promise<string>;
  request(changed?: Partial<CheckoutRequest>): CheckoutRequest;
}

async function makeWorld(): Promise<GitWorld> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-checkouts-" });
  const origin = `${folder}/origin`;
  const run = async (cwd: string, args: readonly string[]) => {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.com",
        "-c",
        "protocol.file.allow=always",
        ...args,
      ],
      cwd,
      env: { GIT_CONFIG_GLOBAL: "/dev/null" },
    }).output();
    assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  };
  await run(folder, ["init", "--quiet", "--initial-branch=main", origin]);
  const git = (...args: readonly string[]) => run(origin, args);
  return {
    origin,
    folder,
    checkouts: makeCheckouts({ shell: makeShell(), root: `${folder}/work` }),
    git,
    async commit(files) {
      for (const [name, text] of Object.entries(files)) {
        const path = `${origin}/${name}`;
        if (text === undefined) await Deno.remove(path);
        else {
          await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
          await Deno.writeTextFile(path, text);
        }
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "-m", "c");
      return await git("rev-parse", "HEAD");
    },
    request: (changed = {}) => ({
      repository: origin,
      ref: "main",
      sha: undefined,
      name: "b1",
      reuse: false,
      submodules: false,
      changes: { kind: "all" },
      ...changed,
    }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name !== ".git") names.push(name);
  return names.sort();
}

async function headOf(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command("git", {
    args: ["status", "--porcelain", "--branch"],
    cwd: folder,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a branch, a tag, a pull request and a commit are checked out detached, with their files alone", async () => {
  await using world = await makeWorld();
  const first = await world.commit({ a: "1", old: "x" });
  await world.git("tag", "-a", "v1", "-m", "v1");
  await world.git("checkout", "--quiet", "-b", "feature/x");
  const feature = await world.commit({ b: "2", old: undefined });
  await world.git("update-ref", "refs/pull/7/head", feature);
  await world.git("checkout", "--quiet", "main");
  for (
    const [ref, sha, files] of [
      ["main", first, ["a", "old"]],
      ["feature/x", feature, ["a", "b"]],
      ["v1", first, ["a", "old"]],
      ["refs/pull/7/head", feature, ["a", "b"]],
      [feature, feature, ["a", "b"]],
    ] as const
  ) {
    const checkout = await world.checkouts.checkout(world.request({ ref }), NEVER);
    assert.equal(checkout.sha, sha, ref);
    assert.deepEqual(await filesIn(checkout.folder), files, ref);
    assert.equal(await headOf(checkout.folder), "## HEAD (no branch)", ref);
    await checkout.release();
    await assert.rejects(Deno.stat(checkout.folder), Deno.errors.NotFound);
  }
});

for (const reuse of [false, true]) {
  Deno.test(`upstream commits, force-pushes and edits of the last build do not matter (reuse: ${reuse})`, async () => {
    await using world = await makeWorld();
    await world.commit({ a: "1", gone: "x" });
    const build = async (expected: string) => {
      const checkout = await world.checkouts.checkout(world.request({ reuse, name: "web 1" }), NEVER);
      assert.equal(checkout.sha, expected);
      assert.deepEqual(await filesIn(checkout.folder), (await world.git("ls-files")).split("\n"));
      assert.equal(await headOf(checkout.folder), "## HEAD (no branch)");
      // The build leaves everything in a mess.
      await Deno.writeTextFile(`${checkout.folder}/a`, "edited");
      await Deno.mkdir(`${checkout.folder}/nested/.git`, { recursive: true });
      await Deno.writeTextFile(`${checkout.folder}/nested/.git/HEAD`, "ref: refs/heads/x");
      await Deno.writeTextFile(`${checkout.folder}/.git/index.lock`, "");
      await Deno.writeTextFile(`${checkout.folder}/.git/info/exclude`, "*\n");
      await Deno.mkdir(`${checkout.folder}/.git/hooks`, { recursive: true });
      await Deno.writeTextFile(
        `${checkout.folder}/.git/hooks/post-checkout`,
        `#!/bin/sh\ntouch ${world.folder}/ran\n`,
        { mode: 0o755 },
      );
      await Deno.writeTextFile(
        `${checkout.folder}/.git/config`,
        `[core]\n\tfsmonitor = touch ${world.folder}/ran\n\thooksPath = .git/hooks\n` +
          `[filter "f"]\n\tsmudge = touch ${world.folder}/ran\n`,
      );
      await Deno.writeTextFile(`${checkout.folder}/.git/info/attributes`, "* filter=f\n");
      await checkout.release();
    };
    await build(await world.git("rev-parse", "HEAD"));
    await build(await world.commit({ b: "2", gone: undefined }));
    await world.git("reset", "--quiet", "--hard", "HEAD~1");
    await build(await world.commit({ c: "3" }));
    await assert.rejects(Deno.stat(`${world.folder}/ran`), Deno.errors.NotFound);
  });
}

Deno.test("two builds of one repository at once are in folders of their own", async () => {
  await using world = await makeWorld();
  const first = await world.commit({ a: "1" });
  const second = await world.commit({ a: "2" });
  const both = await Promise.all([
    world.checkouts.checkout(world.request({ sha: first, name: "b1" }), NEVER),
    world.checkouts.checkout(world.request({ sha: second, name: "b2" }), NEVER),
  ]);
  const texts = await Promise.all(both.map(({ folder }) => Deno.readTextFile(`${folder}/a`)));
  assert.deepEqual(texts, ["1", "2"]);
  for (const each of both) await each.release();
});

Deno.test("a commit that was pushed over is built while the repository still has it", async () => {
  await using world = await makeWorld();
  await world.commit({ a: "1" });
  const over = await world.commit({ a: "2" });
  await world.git("config", "uploadpack.allowAnySHA1InWant", "true");
  await world.git("reset", "--quiet", "--hard", "HEAD~1");
  const checkout = await world.checkouts.checkout(world.request({ sha: over }), NEVER);
  assert.equal(await Deno.readTextFile(`${checkout.folder}/a`), "2");
  await checkout.release();
});

Deno.test("the changed paths of a range, a new branch, commits, merges and roots", async () => {
  await using world = await makeWorld();
  const root = await world.commit({ "a": "1", 'dir/ü \n"x': "1" });
  const second = await world.commit({ a: "2", b: "2" });
  await world.git("checkout", "--quiet", "-b", "side", root);
  const side = await world.commit({ s: "1", a: "3" });
  await world.git("checkout", "--quiet", "main");
  const third = await world.commit({ b: undefined, moved: "2" });
  await world.git("merge", "--quiet", "--no-ff", "-s", "ours", "-m", "m", "side");
  const merge = await world.git("rev-parse", "HEAD");
  const changes = async (changed: CheckoutRequest["changes"]) => {
    const checkout = await world.checkouts.checkout(world.request({ changes: changed }), NEVER);
    await checkout.release();
    return checkout;
  };
  const paths = async (changed: CheckoutRequest["changes"]) =>
    [...(await changes(changed)).changeset ?? ["ALL"]].sort();
  assert.deepEqual(await paths({ kind: "all" }), ["ALL"]);
  assert.deepEqual(await paths({ kind: "range", before: root, after: second }), ["a", "b"]);
  assert.deepEqual(await paths({ kind: "range", before: second, after: third }), ["b", "moved"]);
  assert.deepEqual(
    await paths({ kind: "merge_base", base: "main~1", head: side }),
    ["ALL"].slice(1).concat(["a", "s"]),
  );
  assert.deepEqual(await paths({ kind: "commits", refs: [root] }), ["a", 'dir/ü \n"x']);
  assert.deepEqual(await paths({ kind: "commits", refs: [second, side] }), ["a", "b", "s"]);
  assert.deepEqual(await paths({ kind: "commits", refs: [merge] }), []);
  const unknown = await changes({ kind: "range", before: "0".repeat(39) + "1", after: third });
  assert.equal(unknown.changeset, undefined);
  assert.match(unknown.warning ?? "", /not known: everything runs/);
  const fails = await changes({ kind: "commits", refs: [second, "nope"] });
  assert.equal(fails.changeset, undefined);
});

Deno.test("submodules are checked out if they are asked for", async () => {
  await using world = await makeWorld();
  await using other = await makeWorld();
  await other.commit({ inner: "1" });
  await world.git("submodule", "--quiet", "add", other.origin, "sub");
  await world.commit({});
  const with_ = await world.checkouts.checkout(world.request({ submodules: false }), NEVER);
  assert.deepEqual(await filesIn(`${with_.folder}/sub`), []);
  await with_.release();
  // Git itself refuses submodules on the local disk, and says so.
  await assert.rejects(
    world.checkouts.checkout(world.request({ submodules: true }), NEVER),
    (error: AppError) =>
      error.code === "checkout_failed" && /submodule.*'file' not allowed/.test(error.message),
  );
});

Deno.test("what cannot be checked out fails with what to do, and changes nothing", async () => {
  await using world = await makeWorld();
  await world.commit({ a: "1" });
  const fails = async (changed: Partial<CheckoutRequest>) => {
    try {
      await world.checkouts.checkout(world.request(changed), NEVER);
      return "checked out";
    } catch (error) {
      return (error as AppError).code;
    }
  };
  assert.equal(await fails({ ref: "nope" }), "revision_unknown");
  assert.equal(await fails({ sha: "f".repeat(40) }), "revision_unknown");
  assert.equal(await fails({ repository: `${world.folder}/nothing` }), "checkout_failed");
  assert.equal(await fails({ repository: `ext::sh -c touch% ${world.folder}/ran` }), "checkout_failed");
  assert.equal(await fails({ repository: `--upload-pack=touch ${world.folder}/ran` }), "checkout_failed");
  assert.equal(await fails({ ref: `--output=${world.folder}/ran` }), "revision_unknown");
  await assert.rejects(Deno.stat(`${world.folder}/ran`), Deno.errors.NotFound);
});

Deno.test("an aborted checkout ends Git and leaves nothing borrowed", async () => {
  await using world = await makeWorld();
  await world.commit({ a: "1" });
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assert.rejects(world.checkouts.checkout(world.request(), stop.signal), /enough/);
  await (await world.checkouts.checkout(world.request(), NEVER)).release();
});

Deno.test("branches and tags are listed without the commits, and a repository that is not there is named", async () => {
  await using world = await makeWorld();
  const sha = await world.commit({ a: "1" });
  await world.git("tag", "-a", "v1", "-m", "v1");
  const refs = makeRemoteRefs({ shell: makeShell() });
  const listed = await refs.list(world.origin, NEVER);
  assert.equal(listed.get("refs/heads/main"), sha);
  assert.equal(listed.get("refs/tags/v1^{}"), sha);
  await assert.rejects(
    refs.list("https://user:secret@127.0.0.1:1/x", NEVER),
    (error: AppError) => error.code === "remote_unreadable" && !error.message.includes("secret"),
  );
});
