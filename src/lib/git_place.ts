/** Where Git says that a folder is. */
export interface GitPlace {
  /** The folder that the work tree begins at, as Git writes paths. */
  readonly top: string;
  /** The folder asked about, below {@link GitPlace.top}, ending in a slash; empty for the top itself. */
  readonly prefix: string;
}

/** What `git rev-parse` is asked for {@link parseGitPlace}. It opens no file of the work tree, and so runs nothing. */
export const GIT_PLACE_QUESTION: readonly string[] = [
  "--absolute-git-dir",
  "--show-toplevel",
  "--show-prefix",
];

/**
 * Reads the answer to {@link GIT_PLACE_QUESTION}. Undefined where the repository is the folder itself or one above it,
 * rather than a `.git` beside the files: a commit can bring such a folder along, with settings that make Git run what it
 * likes, whereas no commit can contain a `.git`. Git knows to refuse it by itself from 2.38 on.
 */
export function parseGitPlace(answer: string): GitPlace | undefined {
  const [gitDir, top, prefix, ...rest] = answer.split(/\r?\n/);
  if (!gitDir || !top || prefix === undefined || rest.length !== 1 || rest[0] !== "") return undefined;
  const folder = withSlash(`${withSlash(top)}${prefix}`).toLowerCase();
  return folder.startsWith(withSlash(gitDir).toLowerCase()) ? undefined : { top, prefix };
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
