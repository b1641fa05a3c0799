import { splitImage } from "../../../lib/image/image_reference.ts";
import { parseImageTag } from "./names.ts";
import {
  describeOwner,
  judgeOwner,
  notOurs,
  type OwnerMarks,
  readRepositoryId,
  type RepositoryIdentity,
} from "./ownership.ts";

/** The repository that wants to replace, use or remove an image. */
export interface ImageOwner extends RepositoryIdentity {
  /** Whether an environment of this repository uses the image. */
  readonly inUse?: boolean | undefined;
}

/** The tags of superset-showtime, which puts no label on its images. */
const UNLABELLED_TAGS = "pr-{pr}-{sha}-ci";

/** Reads the marks of an owner from the labels of an image. */
export function readImageOwner(labels: unknown): OwnerMarks {
  const textOf = (key: string): string | undefined => {
    const value: unknown = typeof labels === "object" && labels !== null
      ? Reflect.get(labels, key)
      : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return { repo: textOf("showtime_repo"), repoId: readRepositoryId(textOf("showtime_repo_id")) };
}

/**
 * Explains why a repository may not replace, use or remove an image; undefined if it may. An image without
 * marks is taken only under a tag of superset-showtime, or if an environment of this repository uses it.
 */
export function refusalOf(
  image: string,
  { marks, owner }: { readonly marks: OwnerMarks; readonly owner: ImageOwner },
): string | undefined {
  const judged = judgeOwner(marks, owner);
  if (judged === "own") return undefined;
  if (judged === "other") return `it belongs to ${describeOwner(marks, owner)}`;
  const { tag = "" } = splitImage(image);
  if (owner.inUse === true || parseImageTag(UNLABELLED_TAGS, tag) !== undefined) return undefined;
  return "it carries no label that names its repository";
}

/** Checks that a repository may replace or use an image. Throws AppError `not_ours` (exit code 3). */
export function assertImageOurs(
  image: string,
  options: { readonly marks: OwnerMarks; readonly owner: ImageOwner; readonly action: string },
): void {
  const refusal = refusalOf(image, options);
  if (refusal === undefined) return;
  throw notOurs(
    `${options.action}: the image "${image}" is there, and ${refusal}`,
    "Give each repository a build.image of its own, or remove the image yourself if it may go",
  );
}
