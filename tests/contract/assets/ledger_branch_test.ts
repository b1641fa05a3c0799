import assert from "node:assert/strict";
import { parseUuid } from "../../../src/assets/core/asset.ts";
import type { Hash } from "../../../src/assets/core/hash.ts";
import type { Ledger, LedgerEntry } from "../../../src/assets/core/ledger.ts";
import { makeLedgerBranch } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";

const shell = makeShell({ redact: (text) => text });

function signal(): AbortSignal {
  return AbortSignal.timeout(100_000);
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b",
  };
  const { code, stdout, stderr } = await new Deno.Command("git", { args: ["-C", folder, ...args], env })
    .output();
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** A bare repository with two clones that have work in progress. */
async function makeClones() {
  const root = await Deno.makeTempDir({ prefix: "showtime-ledger-" });
  await Deno.mkdir(`${root}/bare`);
  await git(`${root}/bare`, "init", "--quiet", "--bare", "--initial-branch=main");
  for (const name of ["a", "b"]) {
    await git(root, "clone", "--quiet", `${root}/bare`, name);
    if (name === "a") {
      await Deno.writeTextFile(`${root}/a/file`, "one\n");
      await git(`${root}/a`, "add", ".");
      await git(`${root}/a`, "commit", "--quiet", "-m", "one");
      await git(`${root}/a`, "push", "--quiet", "origin", "HEAD:main");
    }
    await Deno.writeTextFile(`${root}/${name}/file`, `changed in ${name}\n`);
    await Deno.writeTextFile(`${root}/${name}/staged`, "staged\n");
    await git(`${root}/${name}`, "add", "staged");
  }
  return { root, remove: () => Deno.remove(root, { recursive: true }) };
}

function ledgerOf(folder: string, instance = "qa") {
  return makeLedgerBranch({ shell, clock: makeClock(), branch: "showtime/ledger", instance, folder });
}

function uuid(number: number) {
  const found = parseUuid(`00000000-0000-4000-8000-${String(number).padStart(12, "0")}`);
  assert.ok(found !== undefined);
  return found;
}

function entry(run: string, kind: LedgerEntry["kind"] = "chart"): LedgerEntry {
  return { kind, hash: "ab".repeat(32) as Hash, run };
}

function adding(number: number, added: LedgerEntry) {
  return (ledger: Ledger): Ledger => ({ version: 1, assets: { ...ledger.assets, [uuid(number)]: added } });
}

Deno.test("a ledger on a branch is read in another clone as it was written", async () => {
  const { root, remove } = await makeClones();
  try {
    const a = ledgerOf(`${root}/a`);
    assert.deepEqual(await a.readLedger(signal()), { version: 1, assets: {} });
    await a.changeLedger(adding(1, entry("r1")), signal());
    await a.changeLedger(adding(2, entry("r2", "dataset")), signal());
    assert.deepEqual(await ledgerOf(`${root}/b`).readLedger(signal()), {
      version: 1,
      assets: { [uuid(1)]: entry("r1"), [uuid(2)]: entry("r2", "dataset") },
    });
    // Deletions arrive too, and a change of nothing makes no commit.
    await ledgerOf(`${root}/b`).changeLedger(
      () => ({ version: 1, assets: { [uuid(2)]: entry("r2", "dataset") } }),
      signal(),
    );
    const before = await git(`${root}/bare`, "rev-parse", "showtime/ledger");
    await a.changeLedger((ledger) => ({ ...ledger }), signal());
    assert.equal(await git(`${root}/bare`, "rev-parse", "showtime/ledger"), before);
    assert.deepEqual(Object.keys((await a.readLedger(signal())).assets), [uuid(2)]);
  } finally {
    await remove();
  }
});

Deno.test("work tree, index, branches and hooks of a clone stay as they are", async () => {
  const { root, remove } = await makeClones();
  try {
    const state = async () => [
      await git(`${root}/a`, "status", "--porcelain"),
      await git(`${root}/a`, "diff", "HEAD"),
      await git(`${root}/a`, "for-each-ref"),
      await git(`${root}/a`, "rev-parse", "HEAD"),
      await Deno.readFile(`${root}/a/.git/index`),
    ];
    await Deno.writeTextFile(`${root}/a/.git/hooks/pre-push`, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const before = await state();
    await ledgerOf(`${root}/a`).changeLedger(adding(1, entry("r1")), signal());
    assert.deepEqual(Object.keys((await ledgerOf(`${root}/a`).readLedger(signal())).assets), [uuid(1)]);
    const refs = await git(`${root}/a`, "for-each-ref", "refs/remotes/origin/showtime/ledger");
    const after = await state();
    // A push updates the clone's picture of the remote, as every push does.
    assert.equal(String(after[2]).replace(refs, ""), before[2]);
    assert.deepEqual([...after.slice(0, 2), ...after.slice(3)], [...before.slice(0, 2), ...before.slice(3)]);
  } finally {
    await remove();
  }
});

Deno.test("two clones that write at once lose nothing", async () => {
  const { root, remove } = await makeClones();
  try {
    const numbers = [1, 2, 3, 4, 5, 6];
    await Promise.all(["a", "b"].map(async (clone, place) => {
      const ledger = ledgerOf(`${root}/${clone}`);
      for (const number of numbers) {
        await ledger.changeLedger(adding(number + 100 * place, entry(clone)), signal());
      }
    }));
    const { assets } = await ledgerOf(`${root}/b`).readLedger(signal());
    assert.deepEqual(
      Object.keys(assets).sort(),
      [...numbers, ...numbers.map((number) => number + 100)].map(uuid).sort(),
    );
    assert.equal((await git(`${root}/bare`, "rev-list", "--count", "showtime/ledger")).trim(), "12");
  } finally {
    await remove();
  }
});

Deno.test("a push that is overtaken is made anew from what the other one left", async () => {
  const { root, remove } = await makeClones();
  try {
    let calls = 0;
    const other = ledgerOf(`${root}/b`);
    const shellBetween = {
      run: async (command: Parameters<typeof shell.run>[0], within: AbortSignal) => {
        if (command.args[0] === "push" && calls === 1) {
          await other.changeLedger(adding(2, entry("b")), signal());
        }
        return await shell.run(command, within);
      },
    };
    const options = { clock: makeClock(), branch: "showtime/ledger", instance: "qa", folder: `${root}/a` };
    const seen: number[] = [];
    await makeLedgerBranch({ ...options, shell: shellBetween }).changeLedger((ledger) => {
      calls += 1;
      seen.push(Object.keys(ledger.assets).length);
      return adding(1, entry("a"))(ledger);
    }, signal());
    assert.deepEqual(seen, [0, 1]);
    assert.deepEqual(Object.keys((await other.readLedger(signal())).assets).sort(), [uuid(1), uuid(2)]);
  } finally {
    await remove();
  }
});

Deno.test("a push whose answer is lost counts as done", async () => {
  const { root, remove } = await makeClones();
  try {
    let pushes = 0;
    const forgetful = {
      run: async (command: Parameters<typeof shell.run>[0], within: AbortSignal) => {
        const answer = await shell.run(command, within);
        if (command.args[0] !== "push") return answer;
        pushes += 1;
        return { ...answer, code: 128, stderr: "fatal: the remote end hung up unexpectedly\n" };
      },
    };
    const options = { clock: makeClock(), branch: "l", instance: "qa", folder: `${root}/a` };
    await makeLedgerBranch({ ...options, shell: forgetful }).changeLedger(adding(1, entry("a")), signal());
    assert.equal(pushes, 1);
  } finally {
    await remove();
  }
});

Deno.test("instances share a branch, and other files on it stay", async () => {
  const { root, remove } = await makeClones();
  try {
    await git(`${root}/a`, "push", "--quiet", "origin", "HEAD:refs/heads/showtime/ledger");
    await ledgerOf(`${root}/a`, "qa").changeLedger(adding(1, entry("a")), signal());
    await ledgerOf(`${root}/b`, "production").changeLedger(adding(2, entry("b")), signal());
    assert.deepEqual(Object.keys((await ledgerOf(`${root}/b`, "qa").readLedger(signal())).assets), [uuid(1)]);
    assert.equal(
      await git(`${root}/bare`, "ls-tree", "--name-only", "showtime/ledger"),
      "file\nproduction.chart.json\nqa.chart.json\n",
    );
    assert.equal((await git(`${root}/bare`, "show", "showtime/ledger:file")).trim(), "one");
  } finally {
    await remove();
  }
});

Deno.test("a shallow clone, as a workflow has it, reads and writes the ledger", async () => {
  const { root, remove } = await makeClones();
  try {
    await ledgerOf(`${root}/a`).changeLedger(adding(1, entry("a")), signal());
    await git(root, "clone", "--quiet", "--depth=1", "--no-local", `file://${root}/bare`, "shallow");
    const shallow = ledgerOf(`${root}/shallow`);
    await shallow.changeLedger(adding(2, entry("b")), signal());
    assert.deepEqual(Object.keys((await shallow.readLedger(signal())).assets), [uuid(1), uuid(2)]);
    assert.equal((await git(`${root}/shallow`, "rev-parse", "--is-shallow-repository")).trim(), "true");
  } finally {
    await remove();
  }
});

Deno.test("a ledger of 15,000 assets is read and written", async () => {
  const { root, remove } = await makeClones();
  try {
    const kinds = ["dataset", "chart", "dashboard"] as const;
    const assets = Object.fromEntries(
      Array.from(
        { length: 15_000 },
        (_, each) => [uuid(each), entry("20260105T080000Z-1a2b3c", kinds[each % 3])],
      ),
    );
    await ledgerOf(`${root}/a`).changeLedger(() => ({ version: 1, assets }), signal());
    assert.deepEqual(await ledgerOf(`${root}/b`).readLedger(signal()), { version: 1, assets });
  } finally {
    await remove();
  }
});

Deno.test("a remote that refuses the push, and a folder without one, say what to do", async () => {
  const { root, remove } = await makeClones();
  const failure = async (action: Promise<unknown>) => {
    try {
      await action;
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
      return { code: error.code, exitCode: error.exitCode, message: error.message, hint: error.hint ?? "" };
    }
    return assert.fail("Nothing was refused");
  };
  try {
    await Deno.writeTextFile(
      `${root}/bare/hooks/pre-receive`,
      "#!/bin/sh\necho 'protected branch hook declined' >&2\nexit 1\n",
      { mode: 0o755 },
    );
    const refused = await failure(ledgerOf(`${root}/a`).changeLedger(adding(1, entry("a")), signal()));
    assert.deepEqual([refused.code, refused.exitCode], ["ledger_unwritable", 3]);
    assert.match(refused.hint, /contents: write/);
    await git(`${root}/a`, "remote", "remove", "origin");
    const unreadable = await failure(ledgerOf(`${root}/a`).readLedger(signal()));
    assert.equal(unreadable.code, "ledger_unreadable");
    assert.match(unreadable.hint, /remote origin/);
    await Deno.mkdir(`${root}/plain`);
    assert.equal((await failure(ledgerOf(`${root}/plain`).readLedger(signal()))).code, "ledger_unreadable");
  } finally {
    await remove();
  }
});
