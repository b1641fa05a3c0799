/** References to secrets: `${env:SHOWTIME_NAME}`, of which the program reads no other names, and `${file:PATH}`. */

/** Matches a reference. */
export const REFERENCE = /^\$\{(?:env:SHOWTIME_(?!.*__)[A-Z0-9_]+|file:[^}]+)\}$/;

/** The keys of a login whose value is a secret. */
export const SECRET_KEYS = ["password", "token", "client_secret"] as const;

/** The keys of a login that may be references too. */
const TEXT_KEYS = ["username", "client_id"];

/** The secrets of contexts, by dotted key. The first two must be references. */
const CONTEXT_SECRETS = [
  "context.slack.token",
  "context.trigger.token",
  "context.datasources.redis.password",
];

/** The settings of contexts that may be references too. */
const CONTEXT_TEXTS = ["context.slack.url", "context.trigger.url", "context.datasources.redis.url"];

/** Whether a setting is a secret: of an instance's login, or of contexts. */
export function isSecretAt(path: readonly string[]): boolean {
  return isLogin(path) && SECRET_KEYS.some((key) => key === path[4]) ||
    CONTEXT_SECRETS.includes(path.join("."));
}

/** Whether a setting may be a reference. */
export function isReferenceAt(path: readonly string[]): boolean {
  return isSecretAt(path) || CONTEXT_TEXTS.includes(path.join(".")) ||
    isLogin(path) && TEXT_KEYS.includes(path[4] ?? "");
}

function isLogin(path: readonly string[]): boolean {
  return path.length === 5 && path[0] === "assets" && path[1] === "instances" && path[3] === "auth";
}

/** Names the variable for a secret: `SHOWTIME_QA_PASSWORD` for the password of `qa`. */
export function secretVariable(instance: string, key: string): string {
  const name = `${instance}_${key}`.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^_|_$/g, "");
  return `SHOWTIME_${name}`;
}

/** Makes a name that the program reads of any variable's name: `SHOWTIME_DB_PASSWORD` of `db__password`. */
export function readableVariable(name: string): string {
  const plain = name.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return plain.startsWith("SHOWTIME_") ? plain : `SHOWTIME_${plain}`;
}

/** Says how to write a secret. The value is not repeated, unless it is a reference itself. */
export function remedyForSecret(path: readonly string[], value: unknown): string {
  const [, kind, name = ""] = /^\$\{\s*(\w+)\s*:\s*([^}]*)\}$/.exec(String(value)) ?? [];
  if (kind?.toLowerCase() === "env" && /^\w+$/.test(name)) {
    const variable = readableVariable(name);
    return `the program reads only such variables: write \${env:${variable}}, and set ${variable}`;
  }
  const [place, key] = path[0] === "context" ? path.slice(-2) : [path[2], path[4]];
  const variable = secretVariable(place ?? "", key ?? "");
  return `write \${env:${variable}}, and put the value into the variable ${variable}`;
}
