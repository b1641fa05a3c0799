import { AppError } from "../../lib/errors.ts";
import { labelsOfConfig, nextManifestStep } from "../../lib/image/image_manifest.ts";
import { field } from "./credentials.ts";
import type { RegistryClient, RegistryRequest } from "./registry_client.ts";

/** The place of a repository: the registry's host, and the path within the registry. */
export interface RegistryPlace {
  readonly host: string;
  readonly path: string;
}

/** The facts about an image that its configuration holds. */
export interface ImageFacts {
  readonly labels: unknown;
  /** The build time in milliseconds since 1970; undefined if the configuration has none. */
  readonly createdAt: number | undefined;
}

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const AT_ONCE = 8;

/** One repository of a registry. */
export class RegistryAccess {
  readonly #client: RegistryClient;
  readonly #place: RegistryPlace;
  /** The digests of tags that were looked up in this run, so that removals share them. */
  readonly #digests = new Map<string, string>();

  constructor(client: RegistryClient, place: RegistryPlace) {
    this.#client = client;
    this.#place = place;
  }

  /** Returns the digest that a tag names; undefined if the tag does not exist. */
  async digest(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const digest = await this.#readDigest(tag, signal);
    if (digest === undefined) this.#digests.delete(tag);
    else this.#digests.set(tag, digest);
    return digest;
  }

  /**
   * Lists the other tags that name a digest; undefined if the registry's list lacks the tag itself. Each tag is
   * looked up once, however often this is asked. The list of tags is read anew each time, so that a tag that was
   * added meanwhile counts.
   */
  async sharing(of: { readonly digest: string; readonly tag: string }, signal: AbortSignal): Promise<
    readonly string[] | undefined
  > {
    const tags = await this.tags(signal);
    if (!tags.includes(of.tag)) return undefined;
    const others = tags.filter((other) => other !== of.tag);
    await inTurns(others.filter((other) => !this.#digests.has(other)), (other) => this.digest(other, signal));
    return others.filter((other) => this.#digests.get(other) === of.digest);
  }

  async #readDigest(tag: string, signal: AbortSignal): Promise<string | undefined> {
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

  /**
   * Reads the configuration of an image by tag or digest; undefined if there is no such image. An index of
   * several platforms has the facts of its first platform.
   */
  async facts(name: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
    const manifest = await this.#document(`manifests/${name}`, signal);
    if (manifest === undefined) return undefined;
    let step = nextManifestStep(manifest);
    if (step?.kind === "manifest") {
      step = nextManifestStep(await this.#document(`manifests/${step.digest}`, signal));
    }
    const config = step?.kind === "config" ? await this.#document(`blobs/${step.digest}`, signal) : undefined;
    const created = Date.parse(String(field(config, "created")));
    return { labels: labelsOfConfig(config), createdAt: created > 0 ? created : undefined };
  }

  /** Deletes a manifest. Returns the reason of a refusal, or undefined if it is gone. */
  async deleteManifest(digest: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#ask({ method: "DELETE", path: `manifests/${digest}` }, signal);
    const body = await response.text();
    if (response.ok) {
      for (const [tag, known] of this.#digests) if (known === digest) this.#digests.delete(tag);
      return undefined;
    }
    if (response.status === 404) return undefined;
    if (response.status === 405 || /UNSUPPORTED/.test(body)) return "the registry does not allow deleting";
    if (response.status === 401 || response.status === 403) {
      return `the registry refuses to delete (${response.status}): the login lacks the right`;
    }
    throw this.#unreachable(response, `deleting ${digest}`);
  }

  /** Reads a JSON document; undefined if the registry does not have it. */
  async #document(path: string, signal: AbortSignal): Promise<unknown> {
    const accept = `${MANIFESTS}, application/json`;
    const response = await this.#ask({ method: "GET", path, accept }, signal);
    if (response.status === 404) return undefined;
    this.#must(response, `reading ${path}`);
    // A document that is no JSON holds no facts.
    return await response.json().catch(() => null);
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

/** Maps items in batches of 8 and keeps their order. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...await Promise.all(items.slice(at, at + AT_ONCE).map(work)));
  }
  return results;
}
