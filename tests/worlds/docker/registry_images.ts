/** Puts images into a registry by its HTTP API, without an engine: a configuration with labels, and no layers. */

const OCI = "application/vnd.oci.image";

/** A repository in a registry, as `127.0.0.1:5000/team/app`. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

/** A document that a registry holds: the part of an index that names it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Puts an image with these labels, and with those tags; `note` makes images that differ. */
export async function putImage(
  at: Repository,
  image: {
    readonly labels: Readonly<Record<string, string>>;
    readonly tags?: readonly string[];
    readonly note?: string;
    readonly created?: string;
  },
): Promise<Descriptor> {
  const config = await putBlob(at, {
    architecture: "amd64",
    os: "linux",
    created: image.created ?? "2026-01-15T14:30:00Z",
    config: { Labels: image.labels },
    note: image.note ?? "",
    rootfs: { type: "layers", diff_ids: [] },
  });
  return await putManifest(at, {
    tags: image.tags ?? [],
    document: {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { ...config, mediaType: `${OCI}.config.v1+json` },
      layers: [],
    },
  });
}

/** Puts a manifest, or an index of others. */
export async function putManifest(
  { host, path }: Repository,
  manifest: { readonly document: Readonly<Record<string, unknown>>; readonly tags: readonly string[] },
): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest.document));
  const mediaType = String(manifest.document["mediaType"]);
  const digest = await digestOf(bytes);
  for (const name of [digest, ...manifest.tags]) {
    const url = `http://${host}/v2/${path}/manifests/${name}`;
    await must(await fetch(url, { method: "PUT", headers: { "content-type": mediaType }, body: bytes }));
  }
  return { mediaType, digest, size: bytes.byteLength };
}

async function putBlob({ host, path }: Repository, document: unknown) {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const digest = await digestOf(bytes);
  const begun = await must(await fetch(`http://${host}/v2/${path}/blobs/uploads/`, { method: "POST" }));
  const url = new URL(begun.headers.get("location") ?? "", `http://${host}`);
  url.searchParams.set("digest", digest);
  await must(await fetch(url, { method: "PUT", body: bytes }));
  return { digest, size: bytes.byteLength };
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function must(response: Response): Promise<Response> {
  const said = await response.text();
  if (!response.ok) throw new Error(`Putting an image into a registry: ${response.status} ${said}`);
  return response;
}
