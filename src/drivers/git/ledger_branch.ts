/** The ledger of an instance as files on a branch of the remote, changed by compare-and-set. */

import { ASSET_KINDS, type AssetKind } from "../../assets/core/asset.ts";
import { EMPTY_LEDGER, formatLedger, type Ledger, parseLedger } from "../../assets/core/ledger.ts";
import type { AssetStore } from "../../assets/ports/store.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Shell, ShellResult } from "../../ports/shell.ts";

/** The options of {@link makeLedgerBranch}. */
export interface LedgerBranchOptions {
  readonly shell: Shell;
  readonly clock: Clock;
  /** The branch, without `refs/heads/`. It needs no commit in common with the others. */
  readonly branch: string;
  /** The instance, whose files on the branch are `<instance>.<kind>.json`. */
  readonly instance: string;
  /** The working copy; the working directory if left out. */
  readonly folder?: string;
}

/** A push that another one overtakes is made anew this often. */
const ATTEMPTS = 30;
/** A push that is refused although nothing overtook it is tried this often. */
const REFUSALS = 3;
const REMOTE = "origin";
/** The output of a program is kept up to 1 MB. */
const LARGEST_BYTES = 1_000_000;

/** The variables that reach the remote: an agent with keys, a proxy, and certificates. */
const PASSED = [
  "SSH_AUTH_SOCK",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
];

/** The commits need no configured name: the branch is read by programs. */
const AUTHOR = Object.fromEntries(
  ["AUTHOR", "COMMITTER"].flatMap((role) => [
    [`GIT_${role}_NAME`, "showtime"],
    [`GIT_${role}_EMAIL`, "showtime@localhost"],
  ]),
);

/** Makes the part of a store that keeps the ledger on a branch. Work tree, index and local branches stay as they are. */
export function makeLedgerBranch(
  options: LedgerBranchOptions,
): Pick<AssetStore, "readLedger" | "changeLedger"> {
  const branch = new LedgerBranch(options);
  return {
    readLedger: async (signal) => await branch.read(await branch.fetch(signal), signal),
    changeLedger: (change, signal) => branch.change(change, signal),
  };
}

/** The arguments of Git, with text for its standard input if it reads one. */
type GitCommand = readonly string[] | { readonly args: readonly string[]; readonly stdin: string };

/** The commit that the branch points to; undefined if there is no branch yet. */
type Tip = string | undefined;

class LedgerBranch {
  readonly #options: LedgerBranchOptions;

  constructor(options: LedgerBranchOptions) {
    this.#options = options;
  }

  /** Gets the newest commit of the branch with its files. */
  async fetch(signal: AbortSignal): Promise<Tip> {
    for (let attempt = 1;; attempt++) {
      const tip = await this.#tip(signal);
      if (tip === undefined) return undefined;
      const has = () => this.#git(["cat-file", "-e", `${tip}^{commit}`], signal);
      if ((await has()).code === 0) return tip;
      const fetched = await this.#git([
        ...["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"],
        ...[REMOTE, this.#ref],
      ], signal);
      if (fetched.code !== 0) throw this.#unreadable(fetched);
      // Somebody may have replaced the branch between both questions.
      if ((await has()).code === 0) return tip;
      if (attempt === REFUSALS) throw this.#unreadable(fetched);
    }
  }

  /** Reads the ledger at a commit. */
  async read(tip: Tip, signal: AbortSignal): Promise<Ledger> {
    let assets = EMPTY_LEDGER.assets;
    for (const { name, object } of tip === undefined ? [] : await this.#entries(tip, signal)) {
      if (!ASSET_KINDS.some((kind) => name === this.#file(kind))) continue;
      const size = Number((await this.#must(["cat-file", "-s", object], signal)).trim());
      if (size > LARGEST_BYTES) throw this.#tooLarge(name);
      const text = await this.#must(["cat-file", "blob", object], signal);
      assets = { ...assets, ...parseLedger(text, `${name} on the branch ${this.#options.branch}`).assets };
    }
    return { version: 1, assets };
  }

  /** Changes the ledger. A push that another one overtakes is made anew, from what the other one left. */
  async change(change: (ledger: Ledger) => Ledger, signal: AbortSignal): Promise<void> {
    let refusals = 0;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const tip = await this.fetch(signal);
      const before = await this.read(tip, signal);
      const after = change(before);
      if (formatLedger(after) === formatLedger(before)) return;
      const commit = await this.#commit(tip, after, signal);
      const pushed = await this.#git([
        ...["push", "--quiet", "--no-verify", "--no-recurse-submodules"],
        `--force-with-lease=${this.#ref}:${tip ?? ""}`,
        ...[REMOTE, `${commit}:${this.#ref}`],
      ], signal);
      if (pushed.code === 0) return;
      const now = await this.#tip(signal);
      // The answer was lost, and the push was not.
      if (now === commit) return;
      if (now === tip && ++refusals === REFUSALS) throw this.#unwritable(pushed);
      await this.#options.clock.sleep(100 + Math.random() * 400 * Math.min(attempt, 5), signal);
    }
    throw new AppError(
      "ledger_busy",
      `Writing the ledger to ${this.#options.branch}: other runs write all the time`,
      {
        exitCode: EXIT.busy,
        hint: "Run it again. What was pushed is not sent twice",
        retryable: true,
      },
    );
  }

  get #ref(): string {
    return `refs/heads/${this.#options.branch}`;
  }

  #file(kind: AssetKind): string {
    return `${this.#options.instance}.${kind}.json`;
  }

  /** Writes a commit with this instance's ledger and everything else that the branch has. */
  async #commit(tip: Tip, { assets }: Ledger, signal: AbortSignal): Promise<string> {
    const kept = (tip === undefined ? [] : await this.#entries(tip, signal)).filter(({ name }) =>
      !ASSET_KINDS.some((kind) => name === this.#file(kind))
    ).map(({ line }) => line);
    const lines: string[] = [];
    for (const kind of ASSET_KINDS) {
      const own = Object.fromEntries(Object.entries(assets).filter(([, entry]) => entry.kind === kind));
      if (Object.keys(own).length === 0) continue;
      const text = formatLedger({ version: 1, assets: own });
      if (new TextEncoder().encode(text).length > LARGEST_BYTES) throw this.#tooLarge(this.#file(kind));
      const blob = await this.#must({ args: ["hash-object", "-w", "--stdin"], stdin: text }, signal);
      lines.push(`100644 blob ${blob.trim()}\t${this.#file(kind)}`);
    }
    const entries = [...kept, ...lines].map((line) => `${line}\0`).join("");
    const tree = await this.#must({ args: ["mktree", "-z"], stdin: entries }, signal);
    const parent = tip === undefined ? [] : ["-p", tip];
    const message = `Record what was pushed to ${this.#options.instance}`;
    return (await this.#must(["commit-tree", tree.trim(), ...parent, "-m", message], signal)).trim();
  }

  /** Lists the files at a commit. */
  async #entries(tip: string, signal: AbortSignal) {
    const listed = await this.#must(["ls-tree", "-z", tip], signal);
    return listed.split("\0").filter((line) => line !== "").map((line) => {
      const [facts = "", name = ""] = line.split("\t");
      return { line, name, object: facts.split(" ")[2] ?? "" };
    });
  }

  /** Asks the remote for the branch. */
  async #tip(signal: AbortSignal): Promise<Tip> {
    const answer = await this.#git(["ls-remote", "--quiet", REMOTE, this.#ref], signal);
    if (answer.code !== 0) throw this.#unreadable(answer);
    return /^([0-9a-f]{40,64})\s/.exec(answer.stdout)?.[1];
  }

  async #git(asked: GitCommand, signal: AbortSignal): Promise<ShellResult> {
    const { shell, folder } = this.#options;
    const { args, stdin } = "args" in asked ? asked : { args: asked, stdin: undefined };
    return await shell.run({
      program: "git",
      args,
      env: { LC_ALL: "C", ...AUTHOR },
      passes: PASSED,
      timeoutMs: 120_000,
      ...(folder === undefined ? {} : { cwd: folder }),
      ...(stdin === undefined ? {} : { stdin }),
    }, signal);
  }

  async #must(asked: GitCommand, signal: AbortSignal): Promise<string> {
    const answer = await this.#git(asked, signal);
    if (answer.code !== 0) throw this.#unreadable(answer);
    return answer.stdout;
  }

  #unreadable(answer: ShellResult): AppError {
    return new AppError(
      "ledger_unreadable",
      `Reading the ledger from ${this.#options.branch}: Git says "${lastLine(answer)}"`,
      {
        hint: "Run it in a clone whose remote origin can be read, or set assets.ledger to local",
      },
    );
  }

  #unwritable(answer: ShellResult): AppError {
    return new AppError(
      "ledger_unwritable",
      `Writing the ledger to ${this.#options.branch}: Git says "${lastLine(answer)}"`,
      {
        exitCode: EXIT.refused,
        hint:
          "The push to the instance is done. Give the workflow `contents: write`, let no rule protect the branch, " +
          "and push again",
      },
    );
  }

  #tooLarge(name: string): AppError {
    return new AppError(
      "ledger_too_large",
      `Using ${name} on ${this.#options.branch}: it is larger than 1 MB`,
      {
        hint: "Set assets.ledger to local, or push fewer assets of one kind",
      },
    );
  }
}

function lastLine({ stderr, timedOut }: ShellResult): string {
  if (timedOut) return "no answer within 2 minutes";
  const lines = stderr.split("\n").map((line) => line.replace(/^(?:remote|error|fatal|hint): ?/, "").trim());
  return lines.findLast((line) => line !== "") ?? "nothing";
}
