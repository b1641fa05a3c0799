import { parseImageReference } from "../../lib/image/image_reference.ts";
import { readImageOwner } from "../../environments/core/environment/image_owner.ts";
import { parseImageTag } from "../../environments/core/environment/names.ts";
import { AppError, usageError } from "../../lib/errors.ts";
import type { ImageRemoval, ImageStore, StoredImage } from "../../environments/ports/images.ts";
import { type Credentials, field } from "./credentials.ts";
import { keptBecause } from "./kept_because.ts";
import { RegistryAccess } from "./registry_access.ts";
import { fetchWithin, makeRegistryClient } from "./registry_client.ts";

/** The repository on Docker Hub, with the login. */
export interface HubStoreOptions {
  /** Repository as it is written in references, `apache/superset`. */
  readonly image: string;
  /** Pattern of Showtime's tags, with `{pr}` and `{sha}`. */
  readonly tag: string;
  /** DOCKERHUB_USER and DOCKERHUB_TOKEN; without them nothing can be deleted. */
  readonly credentials?: Credentials | undefined;
  /** The login that the docker command keeps for Docker Hub, to read images with; `credentials` come first. */
  readonly dockerLogin?: Credentials | undefined;
  readonly fetch?: typeof fetch;
  /** Another address of the API; `https://hub.docker.com` unless given. */
  readonly baseUrl?: string | undefined;
  /** Another address of the registry; `https://registry-1.docker.io` unless given. */
  readonly registryUrl?: string | undefined;
  /** The time limit of one request; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
}

/** Makes the store of a repository on Docker Hub. It deletes single tags: others of the same image stay. */
export function makeHubStore(options: HubStoreOptions): ImageStore {
  const place = parseImageReference(options.image);
  if (place?.host !== "docker.io") {
    throw usageError(
      "bad_image",
      `Reading build.image: "${options.image}" is not on Docker Hub`,
      "Use the form namespace/name",
    );
  }
  const api = makeHubApi(options, place.path);
  // Docker Hub's own API tells no labels.
  const client = makeRegistryClient({
    host: "docker.io",
    fetch: options.fetch ?? fetch,
    credentials: options.credentials ?? options.dockerLogin,
    baseUrl: options.registryUrl,
    timeoutMs: options.timeoutMs,
  });
  const registry = new RegistryAccess(client, place);

  const tagPath = (image: string): string => `tags/${tagOf(image)}/`;

  function tagOf(image: string): string {
    const reference = parseImageReference(image);
    if (reference?.host === "docker.io" && reference.path === place?.path) return reference.tag;
    throw usageError(
      "bad_image",
      `Looking for an image: "${image}" is not in ${options.image} on Docker Hub`,
    );
  }

  return {
    async exists(image, signal) {
      const response = await api("GET", tagPath(image), signal);
      if (response.status !== 404) must(response, `looking for "${image}"`);
      return response.ok;
    },
    async readOwner(image, signal) {
      const tag = tagOf(image);
      // Docker Hub counts each GET of a manifest as a pull, which it limits, and no HEAD.
      const digest = await registry.digest(tag, signal);
      const facts = digest === undefined ? undefined : await registry.facts(digest, signal);
      return facts === undefined ? undefined : readImageOwner(facts.labels);
    },
    async remove(image, signal) {
      const path = tagPath(image);
      if (options.credentials === undefined) {
        return { kind: "kept", reason: "deleting on Docker Hub needs DOCKERHUB_USER and DOCKERHUB_TOKEN" };
      }
      try {
        return await removeTag(api, { path, image }, signal);
      } catch (error) {
        return keptBecause(error);
      }
    },
    async list(signal) {
      const images: StoredImage[] = [];
      let path: string | undefined = "tags/?page_size=100";
      while (path !== undefined) {
        const response: Response = await api("GET", path, signal);
        if (response.status === 404) {
          return images;
        }
        must(response, "listing tags");
        const page: unknown = await response.json();
        images.push(...readPage(page, options));
        const next = field(page, "next");
        path = typeof next === "string" && next !== ""
          ? `tags/${new URL(next, "http://hub/").search}`
          : undefined;
      }
      return images;
    },
  };
}

async function removeTag(
  api: HubApi,
  { path, image }: { readonly path: string; readonly image: string },
  signal: AbortSignal,
): Promise<ImageRemoval> {
  const response = await api("DELETE", path, signal);
  const { status } = response;
  if (status === 404) return { kind: "absent" };
  if (status === 401 || status === 403) {
    return {
      kind: "kept",
      reason: `Docker Hub refuses to delete (${status}): DOCKERHUB_TOKEN lacks the right`,
    };
  }
  if (status === 405) {
    return { kind: "kept", reason: "Docker Hub does not allow deleting in this repository" };
  }
  must(response, `deleting "${image}"`);
  const left = await api("GET", path, signal);
  return left.status === 404
    ? { kind: "removed" }
    : { kind: "kept", reason: "Docker Hub still has it after the deletion" };
}

type HubApi = (method: "GET" | "DELETE", path: string, signal: AbortSignal) => Promise<Response>;

function makeHubApi(options: HubStoreOptions, repository: string): HubApi {
  const how = { fetch: options.fetch ?? fetch, host: "hub.docker.com", timeoutMs: options.timeoutMs };
  const base = (options.baseUrl ?? "https://hub.docker.com").replace(/\/$/, "");
  let token: Promise<string> | undefined;

  async function login(credentials: Credentials, signal: AbortSignal): Promise<string> {
    const body = JSON.stringify({ username: credentials.user, password: credentials.password });
    const headers = { "content-type": "application/json" };
    const response = await fetchWithin(how, {
      url: new URL(`${base}/v2/users/login/`),
      method: "POST",
      headers,
      body,
    }, signal);
    must(response, "logging in as DOCKERHUB_USER");
    const answer = field(await response.json(), "token");
    if (typeof answer === "string") return answer;
    throw new AppError("permission", "Logging in to Docker Hub: the answer holds no token", {
      hint: "Set DOCKERHUB_TOKEN to an access token, which needs no second factor",
    });
  }

  return async (method, path, signal) => {
    const headers = new Headers();
    if (options.credentials !== undefined) {
      token ??= login(options.credentials, signal);
      const known = await token.catch((error) => {
        // The next call tries again.
        token = undefined;
        throw error;
      });
      headers.set("authorization", `Bearer ${known}`);
    }
    return await fetchWithin(how, {
      url: new URL(`${base}/v2/repositories/${repository}/${path}`),
      method,
      headers,
    }, signal);
  };
}

function readPage(page: unknown, options: HubStoreOptions): readonly StoredImage[] {
  const results = field(page, "results");
  return (Array.isArray(results) ? results : []).flatMap((entry) => {
    const name = field(entry, "name");
    if (typeof name !== "string" || parseImageTag(options.tag, name) === undefined) return [];
    const pushed = Date.parse(String(field(entry, "tag_last_pushed") ?? field(entry, "last_updated")));
    return [{ image: `${options.image}:${name}`, createdAt: pushed > 0 ? pushed : undefined }];
  });
}

function must(response: Response, action: string): void {
  if (response.ok) return;
  const refused = response.status === 401 || response.status === 403;
  throw new AppError(
    refused ? "permission" : "registry_unreachable",
    `Asking Docker Hub, ${action}: it answers ${response.status}`,
    {
      retryable: response.status === 429 || response.status >= 500,
      hint: refused
        ? "Check DOCKERHUB_USER and DOCKERHUB_TOKEN"
        : "Try again later; https://www.dockerstatus.com shows whether it is up",
    },
  );
}
