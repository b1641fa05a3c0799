import type { Comparison } from "../../../environments/core/plan/mod.ts";
import { incompleteAnswer, textAt, valueAt } from "../json.ts";
import type { Context } from "../repository.ts";

/** The most files that GitHub lists in a comparison. A list of that length may be cut. */
const FILES = 300;

/**
 * Lists the files that differ between a commit and one that builds on it. GitHub compares with the last commit that
 * both have in common, so its list says nothing about files that only the base changed: after a force push the paths
 * are undefined.
 */
export async function compareCommits(
  context: Context,
  { base, head }: Pick<Comparison, "base" | "head">,
  signal: AbortSignal,
): Promise<Comparison> {
  const what = `Comparing ${head} with ${base}`;
  const { status, data } = await context.client.rest("GET /repos/{owner}/{repo}/compare/{basehead}", {
    what,
    signal,
    // The page is one of commits. The files come with the first one.
    parameters: {
      owner: context.owner,
      repo: context.name,
      basehead: `${base}...${head}`,
      per_page: 1,
      page: 1,
    },
    answers: [403, 404, 422],
  });
  const unknown = { base, head, paths: undefined };
  if (status !== 200) return unknown;
  const order = textAt(data, "status");
  if (order === undefined) throw incompleteAnswer(what, "status");
  const files = valueAt(data, "files");
  if (order !== "ahead" || !Array.isArray(files) || files.length >= FILES) return unknown;
  const paths = files.flatMap((
    file: unknown,
  ) => [textAt(file, "filename"), textAt(file, "previous_filename")]);
  // A file without a name can be any file.
  if (files.some((file: unknown) => textAt(file, "filename") === undefined)) return unknown;
  return { base, head, paths: paths.filter((path) => path !== undefined) };
}
