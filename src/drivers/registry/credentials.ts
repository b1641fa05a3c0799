/** A user and password for a registry. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Reads the credentials for a registry from the text of the docker command's `config.json`. Returns undefined
 * if the file has none or is malformed. Credential helpers are programs and are not asked.
 */
export function readDockerConfig(text: string, host: string): Credentials | undefined {
  const auths = field(parse(text), "auths");
  if (!isRecord(auths)) return undefined;
  const names = host === "docker.io"
    ? ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"]
    : [host];
  for (const [key, entry] of Object.entries(auths)) {
    const plain = key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
    if (!names.includes(key) && !names.includes(plain)) continue;
    const decoded = decode(field(entry, "auth"));
    const colon = decoded.indexOf(":");
    if (colon > 0) return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
    const [user, password] = [field(entry, "username"), field(entry, "password")];
    if (typeof user === "string" && typeof password === "string") return { user, password };
  }
  return undefined;
}

/** Finds where the docker command keeps the login for a registry: in its file, in a helper, or nowhere. */
export function findLogin(text: string, host: string): "stored" | "helper" | "none" {
  if (readDockerConfig(text, host) !== undefined) return "stored";
  const config = parse(text);
  const hasHelper = typeof field(config, "credsStore") === "string" ||
    field(field(config, "credHelpers"), host) !== undefined;
  return hasHelper ? "helper" : "none";
}

/** Formats the value of a basic `Authorization` header. */
export function basicAuthorization({ user, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function decode(value: unknown): string {
  try {
    return typeof value === "string"
      ? new TextDecoder().decode(Uint8Array.from(atob(value), (c) => c.charCodeAt(0)))
      : "";
  } catch {
    return "";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a field of parsed JSON; undefined if it is absent. */
export function field(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
