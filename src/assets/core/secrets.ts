/** Secrets in assets: found by field, by shape and in connection URIs. A finding names the place, never the value. */

import { isList, isMap, mapTree, type Tree, type TreeMap } from "./tree.ts";

/** The mask that Superset and `--redact` put in the place of a secret. */
export const MASK = "XXXXXXXXXX";

/** A place that seems to hold a secret. */
export interface SecretFinding {
  /** Keys from the top, joined by dots. */
  readonly field: string;
  /** The detector's name: `uri_password`, `secret_key`, `private_key`, `token`. */
  readonly detector: string;
}

const SECRET_KEYS =
  /^(?:.*[_-])?(?:password|passwd|pwd|secret|secret_key|client_secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|bearer|credentials_info|service_account_info|keyfile_dict|encrypted_extra|masked_encrypted_extra|ssh_tunnel)$/i;

const SHAPES: readonly (readonly [detector: string, pattern: RegExp])[] = [
  ["uri_password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:(?!X{10}@)(?!\{\{)([^\s/@"']+)@/i],
  [
    "uri_parameter",
    /[?&](?:password|pwd|secret|token|access_token|api_key|apikey|sig|signature|private_key)=(?!X{10}|\{\{)[^&\s"']{4,}/i,
  ],
  ["private_key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  [
    "token",
    /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|AKIA[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{10,}|sk_live_[A-Za-z0-9]{16,}|sst_[A-Za-z0-9_-]{16,}|glpat-[\w-]{16,}|dapi[0-9a-f]{32}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})/,
  ],
  ["bearer", /\bBearer\s+[A-Za-z0-9._~+/-]{20,}=*/],
  ["sql_password", /\b(?:identified\s+by|password)\s*(?:=>?|:)?\s*'(?!X{10}')[^']{4,}'/i],
];

/** Finds secrets in a tree: in fields with the name of one, and in texts with the shape of one. */
export function findSecrets(tree: Tree): readonly SecretFinding[] {
  return walk(tree, []);
}

function walk(value: Tree | undefined, path: readonly string[]): readonly SecretFinding[] {
  if (isList(value)) return value.flatMap((each, index) => walk(each, [...path, String(index)]));
  if (isMap(value)) {
    return Object.entries(value).flatMap(([key, inner]) => {
      const inside = walk(inner, [...path, key]);
      return inside.length === 0 && SECRET_KEYS.test(key) && holdsSecret(inner)
        ? [{ field: [...path, key].join("."), detector: "secret_key" }]
        : inside;
    });
  }
  if (typeof value !== "string") return [];
  const shape = SHAPES.find(([, pattern]) => pattern.test(value));
  return shape === undefined ? [] : [{ field: path.join("."), detector: shape[0] }];
}

function holdsSecret(value: Tree): boolean {
  return typeof value === "string" && value.trim() !== "" && value !== MASK && !value.startsWith("{{");
}

/** Finds the secrets of an asset, without those that `allow` accepts (`PATH#FIELD`). */
export function secretsOf(
  { tree }: { readonly tree: TreeMap },
  { path, allow }: { readonly path: string; readonly allow: readonly string[] },
): readonly SecretFinding[] {
  return findSecrets(tree).filter(({ field }) => !allow.includes(`${path}#${field}`));
}

/** Puts the mask in the place of each secret that was found. */
export function maskSecrets(tree: Tree, findings: readonly SecretFinding[]): Tree {
  return mapTree(tree, (value, path) => {
    const finding = findings.find(({ field }) => field === path.join("."));
    if (typeof value !== "string" || finding === undefined) return value;
    if (finding.detector !== "uri_password") return MASK;
    // A text may hold more than its first secret.
    const rest = value.replace(/(:\/\/[^\s/:@"']*:)[^\s/@"']+@/g, `$1${MASK}@`);
    return SHAPES.some(([, pattern]) => pattern.test(rest)) ? MASK : rest;
  });
}

/** Puts the mask in the place of a secret within a name, which is printed and becomes the name of a file. */
export function maskUrl(name: string): string {
  const findings = findSecrets({ name });
  const masked = findings.length === 0 ? undefined : maskSecrets({ name }, findings);
  return isMap(masked) ? String(masked["name"]) : name;
}

/** Finds the fields that hold the mask. A push would write it in the place of a secret. */
export function findMasks(tree: Tree, path: readonly string[] = []): readonly string[] {
  if (isList(tree)) return tree.flatMap((each, index) => findMasks(each, [...path, String(index)]));
  if (isMap(tree)) return Object.entries(tree).flatMap(([key, inner]) => findMasks(inner, [...path, key]));
  return typeof tree === "string" && tree.includes(MASK) ? [path.join(".")] : [];
}
