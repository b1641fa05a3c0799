import type { BuildRequest, Images } from "../../environments/ports/images.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import type { Checkout, Checkouts } from "../../pipelines/ports/checkouts.ts";

/** The parts that builds in checkouts are made from. */
export interface CheckedOutOptions {
  /** The builder for all that needs no files of the commit. */
  readonly anywhere: Images;
  /** Makes the builder of a checkout's folder. */
  readonly inFolder: (folder: string) => Promise<Images>;
  /** The address that Git clones. */
  readonly repository: string;
  readonly checkouts: () => Promise<Checkouts>;
}

/** Builds each commit in a checkout of its own, which is made when it is first needed and removed at the end. */
export class CheckedOutImages implements Images, AsyncDisposable {
  readonly #options: CheckedOutOptions;
  readonly #made = new Map<string, Promise<Checkout>>();
  readonly exists: Images["exists"];
  readonly checkOwner: Images["checkOwner"];
  readonly remove: Images["remove"];
  readonly list: Images["list"];

  /** Checks nothing out yet. */
  constructor(options: CheckedOutOptions) {
    this.#options = options;
    const { anywhere } = options;
    this.exists = (image, signal) => anywhere.exists(image, signal);
    this.checkOwner = (image, owner, signal) => anywhere.checkOwner(image, owner, signal);
    this.remove = (image, owner, signal) => anywhere.remove(image, owner, signal);
    this.list = (signal) => anywhere.list(signal);
  }

  /** Checks that a build would be right, in a checkout of the commit. */
  async check(request: Pick<BuildRequest, "pr" | "sha">, signal: AbortSignal): Promise<void> {
    await (await this.#at(request, signal)).check(request, signal);
  }

  /** Builds the image in a checkout of the commit. */
  async build(request: BuildRequest, signal: AbortSignal): Promise<void> {
    await (await this.#at(request, signal)).build(request, signal);
  }

  /** Removes the checkouts. */
  async [Symbol.asyncDispose](): Promise<void> {
    const made = await Promise.allSettled(this.#made.values());
    for (const each of made) if (each.status === "fulfilled") await each.value.release();
  }

  async #at({ pr, sha }: Pick<BuildRequest, "pr" | "sha">, signal: AbortSignal): Promise<Images> {
    const { repository, checkouts, inFolder } = this.#options;
    const checkOut = async () =>
      await (await checkouts()).checkout({
        repository,
        ref: `refs/pull/${pr}/head`,
        sha,
        name: `${pr}-${sha.slice(0, 7)}-${crypto.randomUUID()}`,
        reuse: false,
        submodules: false,
        changes: { kind: "all" },
      }, signal);
    const made = this.#made.get(sha) ?? checkOut();
    this.#made.set(sha, made);
    // A checkout that failed is made again for a later build.
    made.catch(() => this.#made.delete(sha));
    const { folder } = await made.catch((error) => {
      throw refusalOf(error);
    });
    return await inFolder(folder);
  }
}

/** Returns the error for a checkout that failed. Its exit code makes a sync tell it on the pull request. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, retryable } = error;
  return new AppError(code, message, {
    cause: error,
    exitCode: EXIT.usage,
    retryable,
    hint: "Check that the server's GITHUB_TOKEN may read the contents of the repository",
  });
}
