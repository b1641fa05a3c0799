/** The parts of an image reference such as `localhost:5000/team/app:tag`. */
export interface ImageReference {
  /** Host of the registry, with its port if it has one; `docker.io` if the reference names no host. */
  readonly host: string;
  /** Path within the registry; `library/<name>` for Docker Hub's own images. */
  readonly path: string;
  /** `latest` if the reference names no tag. */
  readonly tag: string;
}

/** Parses an image reference; undefined if it is not one (empty, upper case, by digest, a bad tag). */
export function parseImageReference(image: string): ImageReference | undefined {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const rest = hasHost ? image.slice(slash + 1) : image;
  const match = /^([a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?$/.exec(rest);
  const path = match?.[1];
  if (match === null || path === undefined) return undefined;
  if (hasHost && !/^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(?::\d+)?$/.test(first)) return undefined;
  const host = !hasHost || first === "index.docker.io" ? "docker.io" : first;
  return {
    host,
    path: host === "docker.io" && !path.includes("/") ? `library/${path}` : path,
    tag: match[2] ?? "latest",
  };
}

/** Splits `repository:tag` as it is written; the tag is undefined if there is no tag. */
export function splitImage(image: string): { readonly repository: string; readonly tag: string | undefined } {
  const colon = image.lastIndexOf(":");
  if (colon <= image.lastIndexOf("/")) return { repository: image, tag: undefined };
  return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
}
