/** Reads a folder of text files at a commit. */

import { AppError } from "../../lib/errors.ts";
import type { FullSha } from "../../lib/ids.ts";
import { flagAt, listAt, textAt, valueAt } from "./json.ts";
import { type Context, queryRepository } from "./repository.ts";

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
