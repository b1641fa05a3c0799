import { parseImageReference } from "../../lib/image_reference.ts";
import { parseImageTag } from "../../environments/core/environment/names.ts";
import { AppError, usageError } from "../../lib/errors.ts";
import type { ImageRemoval, ImageStore, StoredImage } from "../../environments/ports/images.ts";
import { type Credentials, field } from "./credentials.ts";
import { makeRegistryClient, type RegistryClient, type RegistryRequest } from "./registry_client.ts";

/** The repository of a registry, with the login. */
export interface RegistryStoreOptions {
  /** Repository with its host, `localhost:5000/team/app`. */
  readonly image: string;
  /** Pattern of Showtime's tags, with `{pr}` and `{sha}`. */
  readonly tag: string;
  readonly fetch?: typeof fetch;
  readonly credentials?: Credentials | undefined;
}

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const AT_ONCE = 8;

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
  });
  const registry = new RegistryAccess(client, { host, path });
  return {
    exists: async (image, signal) =>
      await registry.digest(tagOf(image, { host, path }), signal) !== undefined,
    remove: async (image, signal) => await remove(registry, tagOf(image, { host, path }), signal),
    async list(signal) {
      const tags = (await registry.tags(signal)).filter((tag) =>
        parseImageTag(options.tag, tag) !== undefined
      );
      return await inTurns(tags, async (tag): Promise<StoredImage> => ({
        image: `${options.image}:${tag}`,
        createdAt: await registry.createdAt(tag, signal),
      }));
    },
  };
}

/** Returns the tag of an image. Throws AppError `bad_image` for an image of another repository. */
function tagOf(image: string, place: { readonly host: string; readonly path: string }): string {
  const reference = parseImageReference(image);
  if (reference?.host === place.host && reference.path === place.path) return reference.tag;
  throw usageError("bad_image", `Looking for an image: "${image}" is not in ${place.host}/${place.path}`);
}

async function remove(registry: RegistryAccess, tag: string, signal: AbortSignal): Promise<ImageRemoval> {
  const digest = await registry.digest(tag, signal);
  if (digest === undefined) return { kind: "absent" };
  // Deleting a manifest removes all of its tags, including tags that Showtime did not set.
  const others = (await registry.tags(signal)).filter((other) => other !== tag);
  const digests = await inTurns(others, (other) => registry.digest(other, signal));
  const sharing = others.filter((_, at) => digests[at] === digest);
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
}

/** Maps items in batches of 8 and keeps their order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...await Promise.all(items.slice(at, at + AT_ONCE).map(work)));
  }
  return results;
}

/** One repository of a registry. */
class RegistryAccess {
  readonly #client: RegistryClient;
  readonly #place: { readonly host: string; readonly path: string };

  constructor(client: RegistryClient, place: { readonly host: string; readonly path: string }) {
    this.#client = client;
    this.#place = place;
  }

  /** Returns the digest that a tag names; undefined if the tag does not exist. */
  async digest(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#ask({ method: "HEAD", path: `manifests/${tag}`, accept: MANIFESTS }, signal);
    if (response.status === 404) return undefined;
    this.#must(response, `looking for the tag "${tag}"`);
    const digest = response.headers.get("docker-content-digest");
    if (digest !== null) return digest;
    const whole = await this.#ask({ method: "GET", path: `manifests/${tag}`, accept: MANIFESTS }, signal);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await whole.arrayBuffer()));
    return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  /** Lists the tags of all pages. */
  async tags(signal: AbortSignal): Promise<readonly string[]> {
    const tags: string[] = [];
    let path: string | undefined = "tags/list?n=100";
    while (path !== undefined) {
      const response: Response = await this.#ask({ method: "GET", path }, signal);
      if (response.status === 404) {
        return tags;
      }
      this.#must(response, "listing tags");
      const page = field(await response.json(), "tags");
      if (Array.isArray(page)) tags.push(...page.filter((tag) => typeof tag === "string"));
      const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
      const query: string | undefined = next === undefined
        ? undefined
        : new URL(next, "http://registry/").search;
      path = query === undefined ? undefined : `tags/list${query}`;
    }
    return tags;
  }

  /** Returns the build time in the image's configuration; undefined without one. */
  async createdAt(tag: string, signal: AbortSignal): Promise<number | undefined> {
    const manifest = await this.#json(`manifests/${tag}`, signal);
    const list = field(manifest, "manifests");
    const inner = Array.isArray(list)
      ? await this.#json(`manifests/${String(field(list[0], "digest"))}`, signal)
      : manifest;
    const config = field(field(inner, "config"), "digest");
    if (typeof config !== "string") return undefined;
    const created = Date.parse(String(field(await this.#json(`blobs/${config}`, signal), "created")));
    return created > 0 ? created : undefined;
  }

  /** Deletes a manifest. Returns the reason of a refusal, or undefined if it is gone. */
  async deleteManifest(digest: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#ask({ method: "DELETE", path: `manifests/${digest}` }, signal);
    const body = await response.text();
    if (response.ok || response.status === 404) return undefined;
    if (response.status === 405 || /UNSUPPORTED/.test(body)) return "the registry does not allow deleting";
    if (response.status === 401 || response.status === 403) {
      return `the registry refuses to delete (${response.status}): the login lacks the right`;
    }
    throw this.#unreachable(response, `deleting ${digest}`);
  }

  async #json(path: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.#ask(
      { method: "GET", path, accept: `${MANIFESTS}, application/json` },
      signal,
    );
    if (response.ok) return await response.json().catch(() => undefined);
    return undefined;
  }

  #ask(request: Omit<RegistryRequest, "scope">, signal: AbortSignal): Promise<Response> {
    const { path } = this.#place;
    const scope = `repository:${path}:${request.method === "DELETE" ? "pull,push,delete" : "pull"}`;
    return this.#client.request({ ...request, path: `/v2/${path}/${request.path}`, scope }, signal);
  }

  #must(response: Response, action: string): void {
    if (response.ok) return;
    if (response.status !== 401 && response.status !== 403) throw this.#unreachable(response, action);
    throw new AppError(
      "permission",
      `Asking the registry "${this.#place.host}", ${action}: it answers ${response.status}`,
      {
        hint: `docker login ${this.#place.host}`,
      },
    );
  }

  #unreachable(response: Response, action: string): AppError {
    return new AppError(
      "registry_unreachable",
      `Asking the registry "${this.#place.host}", ${action}: it answers ${response.status}`,
      {
        retryable: response.status === 429 || response.status >= 500,
        hint: "Try again later, or check the image's name",
      },
    );
  }
}
