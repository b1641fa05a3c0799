/** Reads files of the repository: on a base branch, and below a folder at a commit. */

import { AppError } from "../../lib/errors.ts";
import type { FullSha, PrNumber } from "../../lib/ids.ts";
import { flagAt, incompleteAnswer, listAt, textAt, valueAt } from "./json.ts";
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

/** The number of levels of folders that one request reads. */
const LEVELS = 4;

/** A symbolic link is a blob whose text is a path. */
const LINK = 0o120000;

/** The fields of a folder with this many levels below it. */
function fieldsOf(levels: number): string {
  const below = levels === 1 ? "" : ` ... on Tree { ${fieldsOf(levels - 1)} }`;
  return `entries { name mode object { ... on Blob { text isBinary isTruncated }${below} } }`;
}

/**
 * Reads all texts below a folder at a commit, in one request; undefined if there is no such folder. Throws AppError
 * `forge_failed` if GitHub leaves a part of a text out.
 */
export async function readFolder(
  context: Context,
  { sha, folder }: { readonly sha: FullSha; readonly folder: string },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | undefined> {
  const what = `Reading "${folder}" of "${context.repo}" at ${sha.slice(0, 7)}`;
  const { repository } = await queryRepository(context, {
    what,
    declare: "$folder: String!",
    variables: { folder: `${sha}:${folder}` },
    select: `id object(expression: $folder) { ... on Tree { ${fieldsOf(LEVELS)} } }`,
  }, signal);
  if (valueAt(repository, "object", "entries") === undefined) return undefined;
  const texts = new Map<string, string>();
  collect(valueAt(repository, "object"), { texts, below: "", what });
  return texts;
}

function collect(
  tree: unknown,
  into: { readonly texts: Map<string, string>; readonly below: string; readonly what: string },
): void {
  const { texts, below, what } = into;
  for (const entry of listAt(tree, "entries")) {
    const path = `${below}${textAt(entry, "name") ?? ""}`;
    const object = valueAt(entry, "object");
    if (valueAt(object, "entries") !== undefined) {
      collect(object, { texts, below: `${path}/`, what });
      continue;
    }
    const text = textAt(object, "text");
    if (flagAt(object, "isTruncated")) {
      throw new AppError("forge_failed", `${what}: GitHub leaves a part of ${path} out`, {
        hint: "Make the file smaller, or run it in a clone that has the commit",
      });
    }
    if (text !== undefined && valueAt(entry, "mode") !== LINK) texts.set(path, text);
  }
}
