/** Variables that lead to AWS credentials. */
const AWS = ["AWS_*"] as const;

/** Variables that give access to the cache of Actions. */
const ACTIONS_CACHE = [
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_RESULTS_URL",
  "ACTIONS_CACHE_URL",
  "ACTIONS_CACHE_SERVICE_V2",
] as const;

/**
 * Returns the variables of this process that the docker command gets besides its usual ones, as names or
 * patterns: those that the credential helpers and the build's caches need. `dockerConfig` is the text of
 * docker's `config.json`.
 */
export function passedVariables(
  options: { readonly dockerConfig: string; readonly caches: readonly string[] },
): readonly string[] {
  const has = (type: string) => options.caches.some((cache) => cache.split(",").includes(`type=${type}`));
  return [
    ...(has("s3") || helpers(options.dockerConfig).includes("ecr-login") ? AWS : []),
    ...(has("gha") ? ACTIONS_CACHE : []),
  ];
}

function helpers(text: string): readonly unknown[] {
  try {
    const config: unknown = JSON.parse(text);
    if (!isRecord(config)) return [];
    const { credsStore, credHelpers } = config;
    return [credsStore, ...(isRecord(credHelpers) ? Object.values(credHelpers) : [])];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
