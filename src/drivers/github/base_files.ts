/** Reads files of base branches, and the name of the default branch. */

import type { PrNumber } from "../../lib/ids.ts";
import { incompleteAnswer, textAt, valueAt } from "./json.ts";
import { pullMissing } from "./pull_page.ts";
import { type Context, queryRepository } from "./repository.ts";

interface BaseOptions {
  readonly pr: PrNumber | undefined;
  readonly signal: AbortSignal;
}

/** Reads a file on a pull request's base branch, or on the default branch; undefined if there is no file. */
export async function readBaseFile(
  context: Context,
  path: string,
  options: BaseOptions,
): Promise<string | undefined> {
  return (await readBaseFiles(context, [path], options)).get(path);
}

/** Reads files on a pull request's base branch, or on the default branch, in one request. */
export async function readBaseFiles(
  context: Context,
  paths: readonly string[],
  { pr, signal }: BaseOptions,
): Promise<ReadonlyMap<string, string>> {
  const what = `Reading "${paths[0] ?? ""}" of "${context.repo}"`;
  const tolerate = (issue: { readonly type: string }) => issue.type === "NOT_FOUND";
  const declared = paths.map((_, index) => `$f${index}: String!`).join(", ");
  const collect = (read: (alias: string) => string | undefined) =>
    new Map(paths.flatMap((path, index): [string, string][] => {
      const text = read(`f${index}`);
      return text === undefined ? [] : [[path, text]];
    }));
  if (pr !== undefined) {
    const files = paths.map((_, index) =>
      `f${index}: file(path: $f${index}) { object { ... on Blob { text } } }`
    );
    const { repository, issues } = await queryRepository(context, {
      what,
      declare: `$pr: Int!, ${declared}`,
      variables: { pr, ...Object.fromEntries(paths.map((path, index) => [`f${index}`, path])) },
      select: `id pullRequest(number: $pr) { baseRef { name target { ... on Commit { ${
        files.join(" ")
      } } } } }`,
      tolerate,
    }, signal);
    const pull = valueAt(repository, "pullRequest");
    if (pull === undefined) throw pullMissing(pr, { what, repo: context.repo, issues });
    if (valueAt(pull, "baseRef") !== undefined) {
      if (valueAt(pull, "baseRef", "target") === undefined) throw incompleteAnswer(what, "baseRef.target");
      return collect((alias) => textAt(pull, "baseRef", "target", alias, "object", "text"));
    }
    // The base branch was deleted. The default branch is the one that people still change only by review.
  }
  const objects = paths.map((_, index) =>
    `f${index}: object(expression: $f${index}) { ... on Blob { text } }`
  );
  const { repository } = await queryRepository(context, {
    what,
    declare: declared,
    variables: Object.fromEntries(paths.map((path, index) => [`f${index}`, `HEAD:${path}`])),
    select: `id ${objects.join(" ")}`,
    tolerate,
  }, signal);
  return collect((alias) => textAt(repository, alias, "text"));
}

/** Reads the name of the default branch; undefined if the repository has no commit. */
export async function readDefaultBranch(context: Context, signal: AbortSignal): Promise<string | undefined> {
  const { repository } = await queryRepository(context, {
    what: `Reading the default branch of "${context.repo}"`,
    select: "id defaultBranchRef { name }",
  }, signal);
  return textAt(repository, "defaultBranchRef", "name");
}
