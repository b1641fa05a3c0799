/**
 * Writes what is new since the release before, from the subjects of the commits.
 *
 *     deno run --allow-run=git tools/release/notes.ts v1.2.3 owner/name > NOTES.md
 */

import { escapeMarkdown } from "../../src/lib/sanitize.ts";

/** What a release's notes tell. */
export interface ReleaseNotes {
  /** As `v1.2.3`. */
  readonly tag: string;
  /** The tag before; undefined for the first release. */
  readonly previous: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  /** Newest first. */
  readonly commits: readonly { readonly sha: string; readonly subject: string }[];
}

/** Renders the notes, as Markdown. */
export function renderNotes({ tag, previous, repository, commits }: ReleaseNotes): string {
  const home = `https://github.com/${repository}`;
  const asset = "showtime-x86_64-unknown-linux-gnu";
  const changes = commits.map(({ sha, subject }) =>
    `- ${escapeMarkdown(subject)} ([${sha.slice(0, 7)}](${home}/commit/${sha}))`
  );
  return [
    "## Changes",
    "",
    ...(changes.length === 0 ? ["None."] : changes),
    "",
    "## Check what you downloaded",
    "",
    "```sh",
    "sha256sum --check --ignore-missing SHA256SUMS",
    `gh attestation verify ${asset} --repo ${repository}`,
    "```",
    "",
    ...(previous === undefined ? [] : [`[${previous}…${tag}](${home}/compare/${previous}...${tag})`, ""]),
  ].join("\n");
}

/** Asks Git, in the folder it is run in, what is new. */
export async function readNotes(
  tag: string,
  { repository, cwd }: { readonly repository: string; readonly cwd?: string },
): Promise<ReleaseNotes> {
  const options = cwd === undefined ? {} : { cwd };
  // Not the tag itself: the newest release among its ancestors.
  const before = await git(["describe", "--tags", "--abbrev=0", "--match=v[0-9]*", `${tag}^`], options);
  const previous = before.code === 0 ? before.out.trim() : undefined;
  const range = previous === undefined ? tag : `${previous}..${tag}`;
  const log = await git(["log", "--no-merges", "--format=%H%x00%s", range, "--"], options);
  if (log.code !== 0) throw new Error(`Reading the commits of ${range}: ${log.err.trim()}`);
  const commits = log.out.split("\n").filter((line) => line !== "").map((line) => {
    const [sha = "", subject = ""] = line.split("\0");
    return { sha, subject };
  });
  return { tag, previous, repository, commits };
}

async function git(args: readonly string[], options: { readonly cwd?: string }) {
  const { code, stdout, stderr } = await new Deno.Command("git", { args: [...args], ...options }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

if (import.meta.main) {
  const [tag, repository] = Deno.args;
  if (tag === undefined || repository === undefined || !/^v\d+\.\d+\.\d+[\w.+-]*$/.test(tag)) {
    console.error("Usage: notes.ts <tag, as v1.2.3> <owner/name>");
    Deno.exit(2);
  }
  console.log(renderNotes(await readNotes(tag, { repository })));
}
