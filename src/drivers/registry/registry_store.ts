import { parseImageReference } from "../../lib/image/image_reference.ts";
import { readImageOwner } from "../../environments/core/environment/image_owner.ts";
import { parseImageTag } from "../../environments/core/environment/names.ts";
import { AppError, usageError } from "../../lib/errors.ts";
import type { ImageRemoval, ImageStore, StoredImage } from "../../environments/ports/images.ts";
import type { Credentials } from "./credentials.ts";
import { keptBecause } from "./kept_because.ts";
import { inTurns, RegistryAccess, type RegistryPlace } from "./registry_access.ts";
import { makeRegistryClient } from "./registry_client.ts";

/** The repository of a registry, with the login. */
export interface RegistryStoreOptions {
  /** Repository with its host, `localhost:5000/team/app`. */
  readonly image: string;
  /** Pattern of Showtime's tags, with `{pr}` and `{sha}`. */
  readonly tag: string;
  readonly fetch?: typeof fetch;
  readonly credentials?: Credentials | undefined;
  /** The time limit of one request; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
}

/** Makes the image store of a repository in a registry. */
export function makeRegistryStore(options: RegistryStoreOptions): ImageStore {
  const reference = parseImageReference(options.image);
  if (reference === undefined) {
    throw usageError(
      "bad_image",
      `Reading build.image: "${options.image}" is not an image name`,
      "Use the form host/path, in lower case",
    );
  }
  const { host, path } = reference;
  const client = makeRegistryClient({
    host,
    fetch: options.fetch ?? fetch,
    credentials: options.credentials,
    timeoutMs: options.timeoutMs,
  });
  const registry = new RegistryAccess(client, { host, path });
  return {
    exists: async (image, signal) =>
      await registry.digest(tagOf(image, { host, path }), signal) !== undefined,
    async readOwner(image, signal) {
      const facts = await registry.facts(tagOf(image, { host, path }), signal);
      return facts === undefined ? undefined : readImageOwner(facts.labels);
    },
    remove: async (image, signal) => await remove(registry, tagOf(image, { host, path }), signal),
    async list(signal) {
      const tags = (await registry.tags(signal)).filter((tag) =>
        parseImageTag(options.tag, tag) !== undefined
      );
      return await inTurns(tags, async (tag): Promise<StoredImage> => {
        const facts = await readFacts(registry, tag, signal);
        const { repo, repoId } = readImageOwner(facts?.labels);
        return {
          image: `${options.image}:${tag}`,
          createdAt: facts?.createdAt,
          builtFor: repo,
          builtForId: repoId,
        };
      });
    },
  };
}

/** Reads the facts about a listed image. One that cannot be read has no known age, so cleanup keeps it. */
async function readFacts(registry: RegistryAccess, tag: string, signal: AbortSignal) {
  try {
    return await registry.facts(tag, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return undefined;
  }
}

/** Returns the tag of an image. Throws AppError `bad_image` for an image of another repository. */
function tagOf(image: string, place: RegistryPlace): string {
  const reference = parseImageReference(image);
  if (reference?.host === place.host && reference.path === place.path) return reference.tag;
  throw usageError("bad_image", `Looking for an image: "${image}" is not in ${place.host}/${place.path}`);
}

async function remove(registry: RegistryAccess, tag: string, signal: AbortSignal): Promise<ImageRemoval> {
  try {
    const digest = await registry.digest(tag, signal);
    if (digest === undefined) return { kind: "absent" };
    // Deleting a manifest removes all of its tags, including tags that Showtime did not set.
    const sharing = await registry.sharing({ digest, tag }, signal);
    if (sharing === undefined) {
      return { kind: "kept", reason: "the registry does not list its tags, and others may need the image" };
    }
    if (sharing.length > 0) {
      const names = sharing.slice(0, 3).join(", ") + (sharing.length > 3 ? ", …" : "");
      return { kind: "kept", reason: `the same image is tagged ${names}` };
    }
    const refusal = await registry.deleteManifest(digest, signal);
    if (refusal !== undefined) return { kind: "kept", reason: refusal };
    const left = await registry.digest(tag, signal);
    return left === undefined
      ? { kind: "removed" }
      : { kind: "kept", reason: "the registry still has it after the deletion" };
  } catch (error) {
    return keptBecause(error);
  }
}
