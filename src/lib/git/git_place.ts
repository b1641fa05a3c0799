/** The position of a folder in a Git work tree. */
export interface GitPlace {
  /** The top folder of the work tree, as Git writes paths. */
  readonly top: string;
  /** The path from {@link GitPlace.top} to the folder, with a slash at its end; empty for the top itself. */
  readonly prefix: string;
}

/**
 * The arguments of `git rev-parse` for {@link parseGitPlace}. They open no file of the work tree, so they run
 * no code.
 */
export const GIT_PLACE_QUESTION: readonly string[] = [
  "--absolute-git-dir",
  "--show-toplevel",
  "--show-prefix",
];

/**
 * Parses the answer to {@link GIT_PLACE_QUESTION}. Undefined if the folder lies inside of the repository's
 * own folder (a bare repository) rather than beside a `.git`. A commit can contain such a folder, whose
 * settings can make Git run any program, but no commit can contain a `.git`. From 2.38 on Git can be set to
 * refuse such a folder itself.
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
