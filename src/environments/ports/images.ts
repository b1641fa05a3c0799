/** Builds images and removes them from where they are stored. */

import type { ImageOwner } from "../core/environment/image_owner.ts";
import type { OwnerMarks } from "../core/environment/ownership.ts";
import type { FullSha, PrNumber } from "../../lib/ids.ts";

/** The image to build. The rest (context, file, target, arguments, caches, timeout) is configuration. */
export interface BuildRequest extends ImageOwner {
  readonly pr: PrNumber;
  readonly sha: FullSha;
  /** Full reference, `repository:tag`. */
  readonly image: string;
  /** Called with each line of the build's output. */
  readonly onLine: (line: string) => void;
  /**
   * Called when the image is built and before it gets its tag or is pushed. What it throws ends the build: the run
   * may have lost the pull request meanwhile.
   */
  readonly confirm?: () => Promise<void>;
}

/** The result of removing an image. */
export type ImageRemoval =
  | { readonly kind: "removed" }
  | { readonly kind: "absent" }
  /** `notOurs`: the image does not belong to the repository that wants to remove it. */
  | { readonly kind: "kept"; readonly reason: string; readonly notOurs?: boolean };

/** An image in the store. */
export interface StoredImage {
  /** Full reference, `repository:tag`; the id of an image that has no tag. */
  readonly image: string;
  /**
   * The pull request of an image without a tag that carries Showtime's labels and that no container uses: a
   * build that was ended left it.
   */
  readonly untaggedOf?: PrNumber | undefined;
  /** Milliseconds since 1970; undefined if the store does not say. */
  readonly createdAt: number | undefined;
  /**
   * The repository that Showtime built it for, as the image's labels say; undefined if Showtime's labels
   * cannot be seen.
   */
  readonly builtFor?: string | undefined;
  /** The numeric id of that repository; undefined if no label holds it. */
  readonly builtForId?: number | undefined;
}

/** The login to a registry. */
export interface RegistryLogin {
  /** The registry's host, as image references name it. */
  readonly registry: string;
  readonly username: string;
  /** A secret: it goes to a program's standard input and nowhere else. */
  readonly password: string;
  /** Advice for a person if the registry refuses what this login asks for. */
  readonly hint?: string;
}

/** Builds images and removes them from where they are stored. */
export interface Images {
  /**
   * Checks that a build would be right; builds nothing. Throws AppError (exit code 2) if the context is a Git
   * work tree that is not at `sha` (`wrong_commit`), if a required commit is missing
   * (`required_commit_missing`), or if there is no Dockerfile.
   */
  check(request: Pick<BuildRequest, "pr" | "sha">, signal: AbortSignal): Promise<void>;
  /**
   * Builds the image and, if configured, pushes it. The owner of an existing image of that name is read again
   * directly before it is replaced ({@link checkOwner}). Throws AppError `build_failed`, `timeout`,
   * `engine_unavailable` or `permission` with the last 50 lines of output as logTail. If the login fails,
   * throws `registry_unreachable` or the cloud's own code (`aws_credentials`, `aws_unreachable`).
   */
  build(request: BuildRequest, signal: AbortSignal): Promise<void>;
  /**
   * Whether the image exists where environments get it (a registry, or the local engine if images are not
   * pushed).
   */
  exists(image: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Checks that a repository may replace or use an image: no image has that name, or it belongs to the
   * repository. Throws AppError `not_ours` (exit code 3), or the store's error if that cannot be determined.
   */
  checkOwner(image: string, owner: ImageOwner, signal: AbortSignal): Promise<void>;
  /**
   * Removes the image, and images without a tag that builds of the same pull request left. If the image cannot
   * be removed or belongs to another repository, returns `kept` with the reason.
   */
  remove(image: string, owner: ImageOwner, signal: AbortSignal): Promise<ImageRemoval>;
  /**
   * Lists images that match Showtime's tag pattern, all pages, and Showtime's images without a tag; undefined
   * if the store cannot list.
   */
  list(signal: AbortSignal): Promise<readonly StoredImage[] | undefined>;
}

/**
 * Where pushed images are stored: a registry, Docker Hub, ECR. Wiring gives a store to the builder, so that
 * the builder need not know the vendor.
 */
export interface ImageStore {
  /**
   * Whether a tag exists. Throws AppError `registry_unreachable`, `permission`, `repository_not_found` or the
   * cloud's own code (`aws_unreachable`, `aws_credentials`, `throttled`) if that cannot be determined.
   */
  exists(image: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Reads the marks of an image's owner from its labels; undefined if there is no such image. Throws like
   * {@link exists}.
   */
  readOwner(image: string, signal: AbortSignal): Promise<OwnerMarks | undefined>;
  /**
   * Removes one image. An image that the store refuses to delete, or that another tag still needs, is `kept`
   * with a reason for people. Throws AppError `registry_unreachable` or the cloud's own code if the store
   * does not answer.
   */
  remove(image: string, signal: AbortSignal): Promise<ImageRemoval>;
  /** Lists images that match Showtime's tag pattern, all pages; undefined if the store cannot list. */
  list(signal: AbortSignal): Promise<readonly StoredImage[] | undefined>;
}
