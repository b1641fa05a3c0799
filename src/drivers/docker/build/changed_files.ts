import { join } from "node:path";
import type { ShellResult } from "../../../ports/shell.ts";
import { withTemporaryFolder } from "../temporary.ts";

/** Runs Git in the build context. */
export type Git = (
  args: readonly string[],
  more?: { readonly stdin?: string; readonly onLine?: (line: string) => void },
) => Promise<ShellResult>;

/** A path that Git calls changed, relative to the top of the work tree. */
interface Candidate {
  readonly path: string;
  /** The object in the commit; undefined if only the name can be judged. */
  readonly committed: string | undefined;
  /** Whether the index has the same object, so that Git can write the file again from it. */
  readonly indexed: boolean;
  readonly isLink: boolean;
  readonly isSubmodule: boolean;
}

/** The files of the build context that are not what a checkout of the commit gives. */
export interface ChangedFiles {
  readonly files: readonly string[];
  readonly submodules: readonly string[];
}

const BATCH = 2000;

/**
 * Finds the files in the context whose content is not that of the commit. Git also calls files modified that
 * are exactly as it checked them out: their line ends or filters do not lead back to the same object, only
 * their mode differs, or the file system has no links. These files pass. Returns the message of Git if it
 * cannot say.
 */
export async function findChangedFiles(git: Git, top: string): Promise<ChangedFiles | string> {
  const candidates: Candidate[] = [];
  const status = await git([
    "-c",
    "core.quotePath=false",
    "status",
    "--porcelain=v2",
    "--untracked-files=no",
    "--no-renames",
    // Overrides .gitmodules, which comes with the commit.
    "--ignore-submodules=untracked",
    "--",
    ".",
  ], {
    onLine(line) {
      const candidate = parseLine(line);
      if (candidate !== undefined) candidates.push(candidate);
    },
  });
  if (status.code !== 0) return status.stderr.trim();
  const suspects: Candidate[] = [];
  for (let at = 0; at < candidates.length; at += BATCH) {
    suspects.push(...await differing(git, { candidates: candidates.slice(at, at + BATCH), top }));
  }
  return {
    files: suspects.filter(({ isSubmodule }) => !isSubmodule).map(({ path }) => path),
    submodules: suspects.filter(({ isSubmodule }) => isSubmodule).map(({ path }) => path),
  };
}

/** Parses a line of `git status --porcelain=v2`. */
function parseLine(line: string): Candidate | undefined {
  const [kind] = line;
  if (kind === "u") {
    const path = line.split(" ").slice(10).join(" ");
    return { path, committed: undefined, indexed: false, isLink: false, isSubmodule: false };
  }
  const match = /^1 \S\S (\S+) (\d+) \d+ (\d+) ([0-9a-f]+) ([0-9a-f]+) (.+)$/.exec(line);
  if (match === null) return undefined;
  const [, sub = "", before = "", now = "", committed = "", indexed = "", path = ""] = match;
  // A file that is new or missing differs, and so does one whose name Git writes in quotation marks.
  const known = before !== "000000" && now !== "000000" && !path.startsWith('"');
  return {
    path,
    committed: known ? committed : undefined,
    indexed: committed === indexed,
    isLink: now === "120000",
    isSubmodule: sub.startsWith("S"),
  };
}

async function differing(
  git: Git,
  { candidates, top }: { readonly candidates: readonly Candidate[]; readonly top: string },
): Promise<readonly Candidate[]> {
  const plain = candidates.filter((each) =>
    each.committed !== undefined && !each.isLink && !each.isSubmodule
  );
  const raw = await hashFiles(git, { paths: plain.map(({ path }) => path), top });
  const unlike = plain.filter(({ committed }, index) => raw[index] !== committed);
  const same = new Set(plain.filter((each) => !unlike.includes(each)));
  const written = await writtenAgain(git, { candidates: unlike.filter(({ indexed }) => indexed), top });
  return candidates.filter((each) => !same.has(each) && !written.has(each));
}

/** Hashes files as they are. */
async function hashFiles(
  git: Git,
  { paths, top }: { readonly paths: readonly string[]; readonly top: string },
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const stdin = paths.map((path) => `${join(top, path)}\n`).join("");
  const { stdout } = await git(["hash-object", "--no-filters", "--stdin-paths"], { stdin });
  return stdout.trim().split("\n");
}

/** Finds the files that are byte for byte what Git writes when it checks them out now. */
async function writtenAgain(
  git: Git,
  { candidates, top }: { readonly candidates: readonly Candidate[]; readonly top: string },
): Promise<ReadonlySet<Candidate>> {
  if (candidates.length === 0) return new Set();
  return await withTemporaryFolder(async (folder) => {
    // Paths on standard input are relative to the folder that Git runs in.
    const stdin = candidates.map(({ path }) => `${path}\n`).join("");
    await git(["-C", top, "checkout-index", "--force", `--prefix=${folder}/`, "--stdin"], { stdin });
    const same = await Promise.all(
      candidates.map(async ({ path }) => await isSameFile(join(top, path), join(folder, path))),
    );
    return new Set(candidates.filter((_, index) => same[index]));
  });
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([Deno.readFile(one), Deno.readFile(other)]);
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  } catch {
    return false;
  }
}
