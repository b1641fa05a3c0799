/** Checkouts of commits for builds: a bare mirror of each repository, and clones that borrow its objects. */

import { join } from "node:path";
import { AppError } from "../../lib/errors.ts";
import { maskUrlLogins } from "../../lib/url_login.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { Checkout, CheckoutRequest, Checkouts } from "../../pipelines/ports/checkouts.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";
import { findChanges } from "./find_changes.ts";
import { Turns } from "../../lib/waiting/turns.ts";

/** The folder of all checkouts. One process at a time works in it. */
export interface CheckoutsOptions {
  readonly shell: Shell;
  /** An absolute path. */
  readonly root: string;
  /** Further variables of Git while it fetches, such as a login. */
  readonly fetchEnv?: Readonly<Record<string, string>>;
}

/** A fetch may take this long. */
const FETCH_MS = 10 * 60 * 1000;
/** Anything that needs no network may take this long. */
const LOCAL_MS = 5 * 60 * 1000;
/** A mirror is packed after this many fetches. */
const FETCHES_PER_PACKING = 50;

/** Variables by which Git finds keys and answers no question. */
const PASSED = ["SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_*"];
const QUIET = { GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "true", GIT_SSH_VARIANT: "ssh" };

/** Makes checkouts below a folder. */
export function makeCheckouts(options: CheckoutsOptions): Checkouts {
  const mirrors = new Map<string, Mirror>();
  return {
    async checkout(request, signal) {
      const key = await sha256(request.repository);
      const mirror = mirrors.get(key) ?? new Mirror(options, { repository: request.repository, key });
      mirrors.set(key, mirror);
      return await mirror.checkout(request, signal);
    },
  };
}

/** A mirror and the checkouts that borrow from it. */
class Mirror {
  readonly #shell: Shell;
  readonly #root: string;
  readonly #fetchEnv: Readonly<Record<string, string>>;
  readonly #repository: string;
  readonly #folder: string;
  readonly #turns = new Turns();
  #borrowers = 0;
  #fetches = 0;

  constructor(
    { shell, root, fetchEnv = {} }: CheckoutsOptions,
    { repository, key }: { readonly repository: string; readonly key: string },
  ) {
    this.#shell = shell;
    this.#root = root;
    this.#fetchEnv = fetchEnv;
    this.#repository = repository;
    this.#folder = join(root, "mirrors", `${key.slice(0, 20)}.git`);
  }

  async checkout(request: CheckoutRequest, signal: AbortSignal): Promise<Checkout> {
    this.#borrowers++;
    try {
      const sha = await this.#turns.take(async () => {
        await this.#fetch(request, signal);
        return await this.#resolve(request, signal);
      });
      const folder = join(this.#root, request.reuse ? "reused" : "fresh", folderName(request.name));
      await this.#fill({ folder, sha, request }, signal);
      const { changeset, warning } = await findChanges(
        { git: (args, onLine) => this.#git({ args, cwd: this.#folder, onLine }, signal) },
        request.changes,
      );
      return {
        folder,
        sha,
        changeset,
        warning,
        release: () => this.#release(request.reuse ? undefined : folder),
      };
    } catch (error) {
      await this.#release(undefined);
      throw error;
    }
  }

  /** Brings every branch and tag, and the pull request or the commit that is asked for. */
  async #fetch({ ref, sha }: CheckoutRequest, signal: AbortSignal): Promise<void> {
    if (!await exists(join(this.#folder, "HEAD"))) {
      await Deno.mkdir(this.#folder, { recursive: true });
      await this.#must({ args: ["init", "--quiet", "--bare", "."], cwd: this.#folder }, signal);
    }
    const wanted = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
    if (ref.startsWith("refs/pull/")) wanted.push(`+${ref}:${ref}`);
    await this.#fetchRefs(["--prune", "--force", "--no-tags"], wanted, signal);
    // A commit that was pushed over is still there for those who ask for it by name.
    if (sha !== undefined && !await this.#has(sha, signal)) {
      await this.#fetchRefs(["--no-tags"], [sha], signal).catch(() => {});
    }
    this.#fetches++;
  }

  async #fetchRefs(flags: readonly string[], wanted: readonly string[], signal: AbortSignal): Promise<void> {
    const args = ["-c", "gc.auto=0", "-c", "protocol.ext.allow=never", "fetch", "--quiet", ...flags];
    await this.#must({
      args: [...args, "--end-of-options", this.#repository, ...wanted],
      cwd: this.#folder,
      timeoutMs: FETCH_MS,
      env: this.#fetchEnv,
    }, signal);
  }

  async #resolve({ ref, sha }: CheckoutRequest, signal: AbortSignal): Promise<string> {
    const names = sha === undefined ? [`refs/heads/${ref}`, `refs/tags/${ref}`, ref] : [sha];
    for (const name of names) {
      const found = await this.#git({
        args: ["rev-parse", "--quiet", "--verify", "--end-of-options", `${name}^{commit}`],
        cwd: this.#folder,
      }, signal);
      if (found.code === 0) return found.stdout.trim();
    }
    const wanted = sha ?? ref;
    throw new AppError(
      "revision_unknown",
      `Checking out ${wanted}: ${maskUrlLogins(this.#repository)} has no such branch, tag or commit`,
      { hint: "Correct the ref of the pipeline, or push it" },
    );
  }

  async #has(sha: string, signal: AbortSignal): Promise<boolean> {
    const found = await this.#git({ args: ["cat-file", "-e", `${sha}^{commit}`], cwd: this.#folder }, signal);
    return found.code === 0;
  }

  /** Fills a folder with exactly the files of a commit. */
  async #fill(
    { folder, sha, request }: {
      readonly folder: string;
      readonly sha: string;
      readonly request: CheckoutRequest;
    },
    signal: AbortSignal,
  ): Promise<void> {
    if (!request.reuse || !await exists(join(folder, ".git", "HEAD"))) {
      await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
      await Deno.mkdir(folder, { recursive: true });
      await this.#must({ args: ["init", "--quiet", "."], cwd: folder }, signal);
    }
    await this.#prepare(folder);
    const inFolder = (...args: readonly string[]) => this.#must({ args, cwd: folder }, signal);
    await inFolder("update-ref", "--no-deref", "HEAD", sha);
    await inFolder("reset", "--quiet", "--hard");
    if (request.reuse) await inFolder("clean", "-ffdxq");
    if (request.submodules) {
      await this.#must({
        args: [
          "-c",
          "protocol.ext.allow=never",
          "submodule",
          "update",
          "--init",
          "--recursive",
          "--force",
          "--quiet",
        ],
        cwd: folder,
        timeoutMs: FETCH_MS,
      }, signal);
    }
  }

  /** Writes the clone's own settings anew: the last build may have changed them. */
  async #prepare(folder: string): Promise<void> {
    const git = join(folder, ".git");
    await Deno.writeTextFile(
      join(git, "config"),
      "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tlogallrefupdates = false\n" +
        `[remote "origin"]\n\turl = ${
          quoted(this.#repository)
        }\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
    );
    await Deno.mkdir(join(git, "objects", "info"), { recursive: true });
    await Deno.writeTextFile(
      join(git, "objects", "info", "alternates"),
      `${join(this.#folder, "objects")}\n`,
    );
    for (const each of ["index.lock", "HEAD.lock", "shallow", "info/attributes", "info/exclude"]) {
      await Deno.remove(join(git, each)).catch(ignoreMissing);
    }
  }

  async #release(folder: string | undefined): Promise<void> {
    if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
    this.#borrowers--;
    // Packing may remove objects that a checkout borrows and that no branch has any more.
    if (this.#borrowers > 0 || this.#fetches < FETCHES_PER_PACKING) return;
    this.#fetches = 0;
    await this.#turns.take(async () => {
      if (this.#borrowers > 0) return;
      const never = new AbortController().signal;
      await this.#git({ args: ["gc", "--quiet"], cwd: this.#folder, timeoutMs: FETCH_MS }, never);
    }).catch(() => {});
  }

  /** Runs Git. Throws AppError `checkout_failed` unless it succeeds. */
  async #must(command: GitCommand, signal: AbortSignal): Promise<ShellResult> {
    const result = await this.#git(command, signal);
    if (result.code === 0) return result;
    const name = command.args.find((each) => !each.startsWith("-") && !each.includes("=")) ?? "git";
    const said = result.stderr.trim().split("\n");
    // What went wrong comes first, and what Git tried then follows.
    const last = said.find((line) => line.startsWith("fatal:")) ?? said.at(-1) ?? "";
    const state = result.timedOut ? "it took too long" : last === "" ? `exit code ${result.code}` : last;
    throw new AppError(
      "checkout_failed",
      `Checking out ${maskUrlLogins(this.#repository)}: git ${name}: ${state}`,
      {
        retryable: name === "fetch",
        hint: name === "fetch"
          ? "Check the address of the repository and the key of this account for it"
          : "Look at the free space of the workspace folder",
        logTail: said.slice(-10),
      },
    );
  }

  async #git(
    { args, cwd, timeoutMs = LOCAL_MS, env = {}, onLine }: GitCommand,
    signal: AbortSignal,
  ): Promise<ShellResult> {
    return await this.#shell.run({
      program: "git",
      args,
      cwd,
      timeoutMs,
      passes: PASSED,
      // A mirror is a bare repository, which is used because the program names it and not because it lies around.
      env: { ...QUIET, ...env, ...(cwd === this.#folder ? { GIT_DIR: cwd } : {}) },
      ...(onLine === undefined ? {} : { onLine }),
    }, signal);
  }
}

interface GitCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Makes a name for a folder: names of pipelines may contain anything. */
function folderName(name: string): string {
  return encodeURIComponent(name).replaceAll(".", "%2E").replaceAll("*", "%2A").slice(0, 200);
}

/** Quotes a value for a file of Git's settings. */
function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
