/** Build contexts that Git calls modified although they are as it checked them out, and those that are not. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";

/** A clone of a repository with one commit. */
interface Clone {
  readonly folder: string;
  readonly sha: string;
  git(...args: string[]): Promise<string>;
  write(name: string, text: string): Promise<void>;
}

async function runGit(folder: string, args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  const { code, stdout, stderr } = await new Deno.Command("git", {
    args: [...identity, ...args],
    cwd: folder,
  })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** Commits files as they are, then a `.gitattributes` that would have stored them otherwise, and clones it. */
async function withClone(
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly attributes?: string;
    readonly settings?: readonly string[];
  },
  use: (clone: Clone) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "showtime-clone-" });
  const [origin, folder] = [`${parent}/origin`, `${parent}/clone`];
  try {
    await Deno.mkdir(origin);
    const files = { Dockerfile: "FROM scratch\n", "kept.txt": "kept\n", ...options.files };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${origin}/${name}`, text);
    await runGit(origin, ["init", "--quiet"]);
    await runGit(origin, ["add", "--all"]);
    await runGit(origin, ["commit", "--quiet", "--message", "first"]);
    if (options.attributes !== undefined) {
      await Deno.writeTextFile(`${origin}/.gitattributes`, options.attributes);
      await runGit(origin, ["add", ".gitattributes"]);
      await runGit(origin, ["commit", "--quiet", "--message", "attributes"]);
    }
    const settings = (options.settings ?? []).flatMap((each) => ["--config", each]);
    await runGit(parent, ["clone", "--quiet", ...settings, origin, folder]);
    // A file of the same second as the index is read again: Git does not trust its time.
    await runGit(folder, ["update-index", "--really-refresh", "-q"]).catch(() => {});
    await use({
      folder,
      sha: await runGit(folder, ["rev-parse", "HEAD"]),
      git: (...args) => runGit(folder, args),
      write: (name, text) => Deno.writeTextFile(`${folder}/${name}`, text),
    });
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function check({ folder, sha }: Clone, strict = false): Promise<void> {
  const images = makeImages({
    shell: makeShell(),
    config: {
      image: "acme/app",
      tag: "pr-{pr}-{sha}-ci",
      context: folder,
      file: "Dockerfile",
      args: {},
      cacheFrom: [],
      cacheTo: [],
      timeoutMs: 60_000,
      push: "auto",
    },
    platformIsLocal: true,
    ci: false,
    strict,
    dockerLoad: false,
  });
  await images.check({ pr: prNumber(7), sha: fullSha(sha) }, new AbortController().signal);
}

function names(words: RegExp, hint = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], ["wrong_commit", 2], error.message);
    assert.match(error.message, words);
    assert.match(error.hint ?? "", hint);
    return true;
  };
}

const PHANTOMS: readonly (readonly [what: string, options: Parameters<typeof withClone>[0]])[] = [
  ["line ends that an eol=crlf attribute would store otherwise", {
    files: { "run.bat": "echo a\r\necho b\r\n", "mixed.bat": "a\r\nb\n" },
    attributes: "*.bat text eol=crlf\n",
  }],
  ["line ends that a text attribute would store otherwise", {
    files: { "a b.txt": "one\r\ntwo\r\n", "ü.txt": "one\r\n" },
    attributes: "*.txt text\n",
  }],
  ["a filter that does not lead back", {
    files: { "big.bin": "pointer\n" },
    attributes: "*.bin filter=large\n",
    settings: ["filter.large.smudge=sed s/pointer/content/", "filter.large.clean=cat"],
  }],
  ["an expanded $Id$", { files: { "version.txt": "$Id: 1.2 ana $\n" }, attributes: "*.txt ident\n" }],
];

for (const [what, options] of PHANTOMS) {
  Deno.test(`check() takes a fresh clone for what it is: ${what}`, async () => {
    await withClone(options, async (clone) => {
      const file = Object.keys(options.files ?? {})[0] ?? "";
      // Git reads a file again whose time has changed.
      await Deno.utime(`${clone.folder}/${file}`, new Date(2000, 1), new Date(2000, 1));
      assert.notEqual(await clone.git("status", "--porcelain", "--untracked-files=no"), "");

      for (const strict of [false, true]) await check(clone, strict);

      await clone.write(file, "changed by hand\n");
      await assert.rejects(check(clone), names(/differ from that commit \(.*\)/, /git stash/));
      await assert.rejects(
        check(clone),
        (error) => error instanceof AppError && error.message.includes(file),
      );
    });
  });
}

Deno.test("check() does not mind modes, nor links that the file system cannot have", async () => {
  await withClone({ files: { "start.sh": "#!/bin/sh\n" } }, async (clone) => {
    await Deno.symlink("start.sh", `${clone.folder}/link`);
    await clone.git("add", "link");
    await clone.git("commit", "--quiet", "--message", "link");
    const sha = await clone.git("rev-parse", "HEAD");
    await Deno.remove(`${clone.folder}/link`);
    await clone.write("link", "start.sh");
    await Deno.chmod(`${clone.folder}/start.sh`, 0o755);
    const status = await clone.git("status", "--porcelain");
    assert.match(status, /M start\.sh/);
    assert.match(status, /T link/);

    await check({ ...clone, sha });

    await clone.write("link", "elsewhere");
    await assert.rejects(check({ ...clone, sha }), names(/\(link\)/));
    await Deno.remove(`${clone.folder}/link`);
    await Deno.symlink("Dockerfile", `${clone.folder}/link`);
    await assert.rejects(check({ ...clone, sha }), names(/\(link\)/));
  });
});

Deno.test("check() refuses what was changed, added, removed, or put in place of a file", async () => {
  const changes: readonly (readonly [(clone: Clone) => Promise<unknown>, RegExp])[] = [
    [(clone) => clone.write("kept.txt", "keqt\n"), /\(kept\.txt\)/],
    [(clone) => Deno.remove(`${clone.folder}/kept.txt`), /\(kept\.txt\)/],
    [async (clone) => {
      await clone.write("new file.txt", "x");
      await clone.git("add", "new file.txt");
    }, /\(new file\.txt\)/],
    [async (clone) => {
      await clone.write("kept.txt", "staged\n");
      await clone.git("add", "kept.txt");
    }, /\(kept\.txt\)/],
    [async (clone) => {
      await Deno.remove(`${clone.folder}/kept.txt`);
      await Deno.symlink("Dockerfile", `${clone.folder}/kept.txt`);
    }, /\(kept\.txt\)/],
    [async (clone) => {
      await clone.git("mv", "kept.txt", "moved.txt");
    }, /\(kept\.txt, moved\.txt\)/],
  ];
  for (const [change, words] of changes) {
    await withClone({}, async (clone) => {
      await check(clone);
      await change(clone);
      await assert.rejects(check(clone), names(words));
      await assert.rejects(check(clone, true), names(words, /earlier step of the workflow/));
    });
  }
});

Deno.test("check() takes untracked files, and names a submodule at another commit with what mends it", async () => {
  await withClone({}, async (inner) => {
    await withClone({}, async (clone) => {
      await clone.write("untracked.txt", "x");
      await check(clone);
      await clone.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        inner.folder,
        "part",
      );
      await clone.git("commit", "--quiet", "--message", "part");
      const sha = await clone.git("rev-parse", "HEAD");
      await check({ ...clone, sha });

      await runGit(`${clone.folder}/part`, ["commit", "--quiet", "--allow-empty", "--message", "more"]);

      await assert.rejects(check({ ...clone, sha }), names(/\(part\)/, /git submodule update/));
    });
  });
});
