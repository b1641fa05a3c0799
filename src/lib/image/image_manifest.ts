/** The next document that leads from a manifest to the configuration of its image. */
export interface ManifestStep {
  /** `manifest`: of one platform of an index. `config`: the configuration, which holds labels and build time. */
  readonly kind: "manifest" | "config";
  readonly digest: string;
}

/**
 * Reads where the configuration of an image is found. Of an index, the first platform counts; attestations,
 * which buildx adds, are no platform. Returns undefined for a manifest without a configuration.
 */
export function nextManifestStep(manifest: unknown): ManifestStep | undefined {
  const platforms = at(manifest, "manifests");
  if (Array.isArray(platforms)) {
    const digest = at(platforms.find(isPlatform), "digest");
    return typeof digest === "string" ? { kind: "manifest", digest } : undefined;
  }
  const digest = at(at(manifest, "config"), "digest");
  return typeof digest === "string" ? { kind: "config", digest } : undefined;
}

/** Returns the labels in the configuration of an image; undefined without labels. */
export function labelsOfConfig(config: unknown): unknown {
  return at(at(config, "config"), "Labels");
}

function isPlatform(entry: unknown): boolean {
  return at(at(entry, "annotations"), "vnd.docker.reference.type") === undefined &&
    at(at(entry, "platform"), "os") !== "unknown";
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
