import assert from "node:assert/strict";
import { makeTrackedCheck } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeAssetStore, makeSavedLogin } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";

const shell = makeShell({ redact: (text) => text });

/** Takes the lock in a process of its own, and keeps it until that process ends. */
async function lockElsewhere(folder: string): Promise<Deno.ChildProcess> {
  const store = new URL("../../../src/drivers/system/mod.ts", import.meta.url).href;
  const script = `import { makeAssetStore } from "${store}";
    const lock = await makeAssetStore("${folder}", "qa").lock();
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 100_000));
    await lock[Symbol.asyncDispose]();`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      `--config=${new URL("../../../deno.json", import.meta.url).pathname}`,
      "-",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value).trim(), "held");
  await reader.cancel();
  return child;
}

Deno.test("one run at a time changes an instance, and a killed run leaves no lock", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-lock-" });
  const child = await lockElsewhere(folder);
  try {
    const store = makeAssetStore(folder, "qa");
    await assert.rejects(store.lock(), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["assets_locked", 4]);
      assert.match(error.hint ?? "", /Wait until it ends/);
      return true;
    });
    await (await makeAssetStore(`${folder}-other`, "other").lock())[Symbol.asyncDispose]();
    child.kill("SIGKILL");
    await child.status;
    const lock = await store.lock();
    await assert.rejects(store.lock(), /another run/);
    await lock[Symbol.asyncDispose]();
    await (await store.lock())[Symbol.asyncDispose]();
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It was killed above.
    }
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(`${folder}-other`, { recursive: true });
  }
});

Deno.test("ledger, lock and login are readable for this account only, in a folder that Git ignores", async () => {
  const root = await Deno.makeTempDir({ prefix: "showtime-store-" });
  const folder = `${root}/.showtime/assets/qa`;
  try {
    await new Deno.Command("git", { args: ["init", "--quiet", root] }).output();
    const store = makeAssetStore(folder, "qa");
    await (await store.lock())[Symbol.asyncDispose]();
    await store.changeLedger((ledger) => ledger, AbortSignal.timeout(10_000));
    const isTracked = makeTrackedCheck(shell);
    const inRoot: typeof isTracked = (path, signal) =>
      makeTrackedCheck({ run: (command, within) => shell.run({ ...command, cwd: root }, within) })(
        path,
        signal,
      );
    const saved = makeSavedLogin({ path: `${folder}/login.json`, instance: "qa", isTracked: inRoot });
    assert.equal(await saved.read(), undefined);
    await saved.write("refresh-1", AbortSignal.timeout(10_000));
    await saved.write("refresh-2", AbortSignal.timeout(10_000));
    assert.equal(await saved.read(), "refresh-2");
    for (const name of ["ledger.json", "lock", "login.json"]) {
      assert.equal(((await Deno.stat(`${folder}/${name}`)).mode ?? 0) & 0o777, 0o600, name);
    }
    assert.equal(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700);
    const { stdout } = await new Deno.Command("git", { args: ["-C", root, "status", "--porcelain"] })
      .output();
    assert.equal(new TextDecoder().decode(stdout), "");
    assert.deepEqual([await saved.remove(), await saved.remove(), await saved.read()], [
      true,
      false,
      undefined,
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("Git ignores ledger, runs and snapshots also where a person wrote the rules of .showtime", async () => {
  const root = await Deno.makeTempDir({ prefix: "showtime-store-" });
  const folder = `${root}/.showtime/assets/qa`;
  const git = async (...args: readonly string[]) =>
    new TextDecoder().decode(
      (await new Deno.Command("git", { args: ["-C", root, ...args] }).output()).stdout,
    );
  try {
    await git("init", "--quiet");
    await Deno.mkdir(`${root}/.showtime`);
    await Deno.writeTextFile(`${root}/.showtime/.gitignore`, "login.json\n!*.json\n");
    await Deno.writeTextFile(`${root}/.gitignore`, "!.showtime/**\n");
    const store = makeAssetStore(folder, "qa");
    await (await store.lock())[Symbol.asyncDispose]();
    const record = { run: "r", command: "push", instance: "qa", url: "https://x", started_at: "2026-01-05" };
    const path = "charts/00000000-0000-4000-8000-000000000001.json";
    await store.begin({ ...record, command: "push", state: "running", assets: [] }, [{ path, text: "{}" }]);
    await store.changeLedger((ledger) => ledger, AbortSignal.timeout(10_000));

    assert.ok((await Deno.stat(`${folder}/runs/r/snapshot/${path}`)).isFile);
    await git("add", "-A");
    assert.deepEqual((await git("diff", "--cached", "--name-only")).trim().split("\n"), [
      ".gitignore",
      ".showtime/.gitignore",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a login is not saved where Git would track it", async () => {
  const root = await Deno.makeTempDir({ prefix: "showtime-store-" });
  const path = `${root}/.showtime/assets/qa/login.json`;
  const isTracked = makeTrackedCheck({
    run: (command, within) => shell.run({ ...command, cwd: root }, within),
  });
  const saved = makeSavedLogin({ path, instance: "qa", isTracked });
  try {
    await new Deno.Command("git", { args: ["init", "--quiet", root] }).output();
    await Deno.mkdir(`${root}/.showtime`);
    await Deno.writeTextFile(`${root}/.showtime/.gitignore`, "# nothing\n");
    await assert.rejects(saved.write("refresh-1", AbortSignal.timeout(10_000)), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["login_tracked", 2]);
      assert.match(error.hint ?? "", /\.showtime\/\.gitignore/);
      return true;
    });
    assert.equal(await saved.read(), undefined);
    // A file in the index is tracked, whatever is ignored.
    await Deno.mkdir(`${root}/.showtime/assets/qa`, { recursive: true });
    await Deno.writeTextFile(path, "{}");
    await new Deno.Command("git", { args: ["-C", root, "add", "--force", path] }).output();
    await Deno.writeTextFile(`${root}/.showtime/.gitignore`, "*\n");
    await assert.rejects(saved.write("refresh-1", AbortSignal.timeout(10_000)), /Git would track/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
