import { splitImage } from "../../../lib/image/image_reference.ts";
import { parseImageTag } from "../../../environments/core/environment/names.ts";
import { AppError, usageError } from "../../../lib/errors.ts";
import type { ImageRemoval, ImageStore } from "../../../environments/ports/images.ts";
import { readEcrOwner } from "./ecr_owner.ts";
import { Ecr } from "./ecr.ts";
import { parseEcrAddress, requireEcrAddress } from "./ecr_address.ts";
import type { EcrDeletion } from "../sdk/ecr.ts";

/** The options of {@link makeEcrStore}. */
export interface EcrStoreOptions {
  /** The repository with its registry, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app`. */
  readonly image: string;
  /** The pattern of Showtime's tags, with `{pr}` and `{sha}`. */
  readonly tag: string;
  /** The function that downloads the configurations of images; the runtime's `fetch` by default. */
  readonly fetch?: typeof fetch;
}

/**
 * Makes an image store on a repository in ECR. It removes single tags, so an image with another tag stays. An
 * image that lost its tag to a rebuild, or that only an index named, carries no mark of its owner. Such
 * images are left to the repository's lifecycle policy.
 */
export function makeEcrStore(options: EcrStoreOptions): ImageStore {
  const ecr = new Ecr(requireEcrAddress(options.image));

  /** Returns the tag of an image in this repository. Throws AppError `bad_image` for an image of another. */
  function tagOf(image: string): string {
    const { host, repository } = ecr.address;
    const address = parseEcrAddress(image);
    const { tag } = splitImage(image);
    if (tag !== undefined && address?.host === host && address.repository === repository) return tag;
    throw usageError("bad_image", `Looking for an image: "${image}" is not a tag in ${host}/${repository}`);
  }

  return {
    async exists(image, signal) {
      const tag = tagOf(image);
      return await (await ecr.calls).hasTag(tag, signal);
    },
    async readOwner(image, signal) {
      return await readEcrOwner(
        await ecr.calls,
        { tag: tagOf(image), fetch: options.fetch ?? fetch },
        signal,
      );
    },
    async remove(image, signal) {
      const tag = tagOf(image);
      try {
        return removalOf(await (await ecr.calls).deleteTag(tag, signal));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "permission") throw error;
        return { kind: "kept", reason: "the AWS credentials lack the permission ecr:BatchDeleteImage" };
      }
    },
    async list(signal) {
      const images = await (await ecr.calls).images(signal);
      return images.flatMap(({ tags, pushedAt }) =>
        tags.filter((tag) => parseImageTag(options.tag, tag) !== undefined)
          .map((tag) => ({ image: `${options.image}:${tag}`, createdAt: pushedAt }))
      );
    },
  };
}

/** The reasons why ECR keeps an image, in words for people, by ECR's failure code. */
const REFUSALS: Readonly<Record<string, string>> = {
  ImageReferencedByManifestList:
    "another image in the repository, an index of several platforms, contains it",
  KmsError: "ECR cannot use the key that the repository is encrypted with",
};

function removalOf(deletion: EcrDeletion): ImageRemoval {
  if (deletion.kind === "deleted") return { kind: "removed" };
  if (deletion.kind === "absent") return deletion;
  const said = [deletion.code, deletion.reason].filter((part) => part !== "").join(": ");
  return { kind: "kept", reason: REFUSALS[deletion.code] ?? `ECR does not delete it (${said})` };
}
