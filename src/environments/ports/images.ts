/** Builds images and keeps track of them where they are stored. */

import type { FullSha, PrNumber } from "../../lib/ids.ts";

/** What to build. The rest (context, file, target, arguments, caches, timeout) is configuration. */
export interface BuildRequest {
  readonly repo: string;
  readonly pr: PrNumber;
  readonly sha: FullSha;
  /** Full reference, `repository:tag`. */
  readonly image: string;
  /** Called with each line of the build's output. */
  readonly onLine: (line: string) => void;
}

/** What became of an image that was to be removed. */
export type ImageRemoval =
  | { readonly kind: "removed" }
  | { readonly kind: "absent" }
  | { readonly kind: "kept"; readonly reason: string };

/** An image in the store. */
export interface StoredImage {
  /** Full reference, `repository:tag`. */
  readonly image: string;
  /** Milliseconds since 1970; undefined where the store does not tell. */
  readonly createdAt: number | undefined;
  /** The repository that Showtime built it for, as its labels say; undefined where there are none of ours to be seen. */
  readonly builtFor?: string | undefined;
}

/** How to log in to a registry. */
export interface RegistryLogin {
  /** The registry's host, as it stands in image references. */
  readonly registry: string;
  readonly username: string;
  /** A secret: it goes to a program's standard input and nowhere else. */
  readonly password: string;
  /** What a person can do where the registry refuses what this login wants. */
  readonly hint?: string;
}

/** Builds images and removes them from where they are stored. */
export interface Images {
  /**
   * Throws AppError (exit code 2) where the build could not be right: the context is a Git work tree that is not
   * at `sha` (`wrong_commit`), a required commit is missing (`required_commit_missing`), no Dockerfile. Nothing
   * is built here.
   */
  check(request: Pick<BuildRequest, "pr" | "sha">, signal: AbortSignal): Promise<void>;
  /**
   * Builds the image and, where configured, pushes it. Throws AppError `build_failed`, `timeout`,
   * `engine_unavailable` or `permission` with the last 50 lines of output as logTail; `registry_unreachable` or the
   * cloud's own (`aws_credentials`, `aws_unreachable`) where there is no logging in.
   */
  build(request: BuildRequest, signal: AbortSignal): Promise<void>;
  /** Whether the image is where environments get it from (registry, or the local engine where nothing is pushed). */
  exists(image: string, signal: AbortSignal): Promise<boolean>;
  /** Removes the image; what cannot be removed is kept and named, never called removed. */
  remove(image: string, signal: AbortSignal): Promise<ImageRemoval>;
  /** Images of our tag pattern in the store, all pages; undefined where the store cannot list. */
  list(signal: AbortSignal): Promise<readonly StoredImage[] | undefined>;
}

/**
 * Where pushed images are stored: a registry, Docker Hub, ECR. Wiring gives one to what builds images, so that the
 * builder need not know which vendor holds them.
 */
export interface ImageStore {
  /**
   * Whether a tag is there. Throws AppError `registry_unreachable`, `permission`, `repository_not_found` or the cloud's
   * own (`aws_unreachable`, `aws_credentials`, `throttled`) where that cannot be established.
   */
  exists(image: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Removes one image. What the store refuses to delete, or what another tag still needs, is `kept` with a reason
   * that a person understands. Throws AppError `registry_unreachable`, or the cloud's own, where the
   * store does not answer.
   */
  remove(image: string, signal: AbortSignal): Promise<ImageRemoval>;
  /** Images of our tag pattern, all pages; undefined where the store cannot list. */
  list(signal: AbortSignal): Promise<readonly StoredImage[] | undefined>;
}
