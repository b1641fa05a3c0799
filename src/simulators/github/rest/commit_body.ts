import { history } from "../state/commits.ts";
import { nodeId } from "../state/node_id.ts";
import type { ChangedFile, Commit } from "../state/records.ts";
import type { Urls } from "../state/urls.ts";
import { iso } from "../state/urls.ts";
import type { World } from "../state/world.ts";
import { userBody } from "./user_body.ts";

export function commitBody(urls: Urls, commit: Commit): Readonly<Record<string, unknown>> {
  const url = urls.repo(`/commits/${commit.sha}`);
  const page = urls.page(`${urls.repository}/commit/${commit.sha}`);
  const who = { name: commit.author, email: "person@example.com", date: iso(commit.at) };
  const parents = commit.parent === undefined ? [] : [{
    sha: commit.parent,
    url: urls.repo(`/commits/${commit.parent}`),
    html_url: urls.page(`${urls.repository}/commit/${commit.parent}`),
  }];
  return {
    sha: commit.sha,
    node_id: nodeId("C", commit.sha),
    url,
    html_url: page,
    comments_url: `${url}/comments`,
    commit: {
      url: urls.repo(`/git/commits/${commit.sha}`),
      author: who,
      committer: who,
      message: commit.message,
      tree: { sha: commit.sha, url: urls.repo(`/git/trees/${commit.sha}`) },
      comment_count: 0,
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    author: userBody(urls, commit.author),
    committer: userBody(urls, commit.author),
    parents,
  };
}

/** Makes the comparison of two commits: how far each is ahead of the other, and the commits between them. */
export function compareBody(
  world: World,
  urls: Urls,
  options: { readonly base: Commit; readonly head: Commit },
): Readonly<Record<string, unknown>> {
  const { base, head } = options;
  const before = history(world, base.sha);
  const after = history(world, head.sha);
  const known = new Set(before.map(({ sha }) => sha));
  const reached = new Set(after.map(({ sha }) => sha));
  const ahead = after.filter(({ sha }) => !known.has(sha)).toReversed();
  const behind = before.filter(({ sha }) => !reached.has(sha)).length;
  const merge = after.find(({ sha }) => known.has(sha)) ?? base;
  const status = ahead.length > 0 && behind > 0
    ? "diverged"
    : ahead.length > 0
    ? "ahead"
    : behind > 0
    ? "behind"
    : "identical";
  const range = `${base.sha}...${head.sha}`;
  const page = urls.page(`${urls.repository}/compare/${range}`);
  return {
    url: urls.repo(`/compare/${range}`),
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitBody(urls, base),
    merge_base_commit: commitBody(urls, merge),
    status,
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: ahead.slice(0, 250).map((commit) => commitBody(urls, commit)),
    files: filesOf(ahead).slice(0, FILES).map((file) => fileBody(urls, file, { head: head.sha })),
  };
}

/** The most files that GitHub lists in a comparison. */
const FILES = 300;

/** Lists each file once that one of the commits changes, sorted by path as Git does. */
function filesOf(commits: readonly Commit[]): readonly ChangedFile[] {
  const files = new Map(
    commits.flatMap(({ changed = [] }) => changed.map((file) => [file.path, file] as const)),
  );
  return [...files.values()].toSorted((a, b) => a.path < b.path ? -1 : 1);
}

function fileBody(
  urls: Urls,
  { path, previous }: ChangedFile,
  { head }: { readonly head: string },
): Readonly<Record<string, unknown>> {
  const at = path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: head,
    filename: path,
    status: previous === undefined ? "modified" : "renamed",
    additions: 1,
    deletions: 1,
    changes: 2,
    blob_url: urls.page(`${urls.repository}/blob/${head}/${at}`),
    raw_url: urls.page(`${urls.repository}/raw/${head}/${at}`),
    contents_url: urls.repo(`/contents/${at}?ref=${head}`),
    ...(previous === undefined ? {} : { previous_filename: previous }),
  };
}
