import { isReferenceAt, isSecretAt, remedyForSecret } from "./assets/secret_references.ts";
import { nearest } from "../lib/nearest.ts";
import type { Layer } from "./layer.ts";
import { quote } from "../lib/quote.ts";
import type { ConfigProblem, ProblemCode } from "./problems.ts";
import { findMisplaced } from "./environments/placeholders.ts";
import { ConfigFile } from "./environments/schema.ts";
import {
  accepts,
  isText,
  keysAt,
  leavesOf,
  settingKind,
  type SettingPath,
  settingPaths,
} from "./schema_walk.ts";
import { isTree } from "./tree.ts";

/** Lists the problems of one source's settings, each key checked by itself. */
export function checkLayer(layer: Layer): readonly ConfigProblem[] {
  const result = ConfigFile.safeParse(layer.tree);
  const problems = new Map(misplacedIn(layer).map((problem) => [problem.path, problem]));
  if (result.success) return [...problems.values()];
  for (const issue of result.error.issues) {
    const path = issue.path.map(String);
    const found = issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(layer, [...path, key]))
      : [wrongValue(layer, { path, issue })];
    // If two rules fail for one value, the first says enough.
    for (const problem of found) if (!problems.has(problem.path)) problems.set(problem.path, problem);
  }
  return [...problems.values()];
}

/** Lists the words in braces that were probably meant as placeholders and are not filled in. */
function misplacedIn(layer: Layer): readonly ConfigProblem[] {
  return leavesOf(layer.tree).flatMap(([path, value]): ConfigProblem[] =>
    (Array.isArray(value) ? value : [value]).flatMap((each) => {
      const misplaced = findMisplaced(path.join("."), each);
      if (misplaced === undefined) return [];
      const { written, near, filled } = misplaced;
      return [{
        ...layer.where(path, "value"),
        code: "wrong_value",
        path: shown(path),
        message: `${quote(written)} is not filled in ${filled ? "as it is written" : "here"}`,
        remedy: filled ? `did you mean ${quote(near)}?` : "write the value itself",
      }];
    })
  );
}

function unknownKey(layer: Layer, path: SettingPath): ConfigProblem {
  const section = path.slice(0, -1);
  const key = path.at(-1) ?? "";
  return {
    ...layer.where(path, "key"),
    code: "unknown_key",
    path: shown(path),
    message: "unknown key",
    remedy: remedyForKey(key, section),
  };
}

function remedyForKey(key: string, section: SettingPath): string {
  const where = NOT_IN_THE_FILE[[...section, key].join(".").toLowerCase()];
  if (where !== undefined) return where;
  if (key === "<<") {
    return "YAML 1.2 has no merge keys: write the keys here, or give the whole map by its alias";
  }
  const dotted = [...section, ...key.split(".")];
  if (key.includes(".") && settingKind(dotted) !== undefined) {
    return `write each part on a line of its own, indented: ${
      key.split(".").map((part) => `${part}:`).join(" ")
    }`;
  }
  const keys = keysAt(section);
  const near = nearest(key, keys);
  if (near !== undefined) return `did you mean ${quote(near)}?`;
  const elsewhere = settingPaths().find((path) => path.at(-1) === key);
  if (elsewhere !== undefined) return `did you mean ${quote(elsewhere.join("."))}?`;
  return `remove it; the keys here are ${keys.join(", ")}`;
}

const NOT_IN_THE_FILE: Readonly<Record<string, string>> = {
  "region": "set the variable AWS_REGION instead",
  "aws": "set the variable AWS_REGION instead",
  "ecs.region": "set the variable AWS_REGION instead",
  "ecr_repository": "give the repository's address in build.image",
  "ecs.ecr_repository": "give the repository's address in build.image",
  "ecs.repository": "give the repository's address in build.image",
  "docker.load": "set the variable DOCKER_LOAD instead",
};

interface SchemaIssue {
  readonly code: string;
  readonly message: string;
  readonly values?: readonly unknown[];
  readonly issues?: readonly { readonly message: string }[];
}

function wrongValue(layer: Layer, { path, issue }: { path: SettingPath; issue: SchemaIssue }): ConfigProblem {
  const badName = issue.code === "invalid_key";
  const value = valueAt(layer.tree, path);
  const found = badName
    ? quote(path.at(-1) ?? "")
    : describe(value, { hidden: isPrivate(path, value), isTextWanted: isText(path) });
  const expected = (badName ? issue.issues?.[0]?.message : undefined) ?? issue.message;
  return {
    ...layer.where(path, badName ? "key" : "value"),
    code: codeOf(issue),
    path: shown(path),
    message: `expected ${badName ? "a name of " : ""}${expected}, found ${found}`,
    remedy: remedyForValue(value, { path, issue }),
  };
}

function codeOf(issue: SchemaIssue): ProblemCode {
  return issue.code === "invalid_type" ? "wrong_type" : "wrong_value";
}

function remedyForValue(value: unknown, { path, issue }: { path: SettingPath; issue: SchemaIssue }): string {
  if (issue.code === "invalid_key") return "rename it";
  if (value === null || value === undefined) return "give it a value, or remove the key";
  if (isReferenceAt(path)) return remedyForSecret(path, value);
  if (typeof value === "string" && path.length > 0 && !isText(path)) {
    const fromText = remedyForText(value, path);
    if (fromText !== undefined) return fromText;
  }
  if (typeof value === "number" && accepts(path, "1h") && !accepts(path, String(value))) {
    return "give it a unit: s, m, h or d";
  }
  if ((value === 1 || value === 0) && accepts(path, true)) return value === 1 ? "write true" : "write false";
  const allowed = (issue.values ?? []).map(String);
  const near = isPrivate(path, value) ? undefined : remedyFor(path, value) ?? nearest(String(value), allowed);
  if (near !== undefined) return `did you mean ${quote(near)}?`;
  if (path.join(".") === "version") return "write 1, or use the release of Showtime the file was written for";
  if (allowed.length > 1) return "write one of them";
  if (path.length === 0) {
    return `write key: value on each line${Array.isArray(value) ? ", without dashes" : ""}`;
  }
  if (settingKind(path) === "section") return `indent its keys below it: ${keysAt(path).join(", ")}`;
  const isMeantAsText = isTree(value) ? isText(path) : accepts(path, String(value));
  return isMeantAsText && !Array.isArray(value) ? "put it in quotes" : "correct the value";
}

/** Says how a text is written as the list, number or boolean that is wanted. */
function remedyForText(value: string, path: SettingPath): string | undefined {
  if (accepts(path, [value])) return `write [${/[[\]{},]/.test(value) ? quote(value) : value}]`;
  const number = value.trim() === "" ? NaN : Number(value.replaceAll("_", ""));
  if (accepts(path, number)) return `write ${number} without quotes`;
  if (accepts(path, true)) return /^(?:true|yes|on|y|1)$/i.test(value) ? "write true" : "write false";
  return undefined;
}

/** Finds the text that was probably meant, by correcting common small mistakes. */
function remedyFor(path: SettingPath, value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const [, amount, unit] = /^\s*(\d{1,6})\s*(ms|m(?!o)|[shdw])/i.exec(value) ?? [];
  const guesses = [
    value.trim(),
    value.trim().toLowerCase(),
    unit === undefined ? value : `${amount}${unit.toLowerCase()}`,
    `/${value}`,
    value.replace(/[:@][^/]*$/, ""),
    value.replace(/[\u2018-\u201F\u00AB\u00BB]/g, ""),
  ];
  return guesses.find((guess) => guess !== value && guess !== "/" && accepts(path, guess));
}

/** Whether a value may be a secret, which a message must not repeat. */
function isPrivate(path: SettingPath, value: unknown): boolean {
  // A person may have put a login, or a query with a token, into an address; or the password in the place of `auth`.
  const isAddress = /url$/.test(String(path.at(-1))) || String(value).includes("://");
  if (isAddress && /[@?#]/.test(String(value)) || path.at(-1) === "auth") return true;
  // The address of a hook is a secret by itself.
  if (isSecretAt(path) || (path[0] === "context" && isReferenceAt(path))) return true;
  return settingKind(path.slice(0, -1)) === "map" && settingKind(path) === "leaf";
}

function describe(
  value: unknown,
  { hidden, isTextWanted }: { readonly hidden: boolean; readonly isTextWanted: boolean },
): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isTree(value)) return "a map";
  const kind = typeof value === "number"
    ? "the number "
    : typeof value === "string" && !isTextWanted
    ? "the text "
    : "";
  if (hidden) {
    return typeof value === "number"
      ? "a number"
      : typeof value === "boolean"
      ? "true or false"
      : "other text";
  }
  return kind + (typeof value === "string" ? quote(value) : String(value));
}

function valueAt(tree: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, tree);
}

function shown(path: SettingPath): string {
  // In a path only unusual keys are quoted, so that it stays readable.
  return path.map((key) => /^[\w-]+$/.test(key) ? key : quote(key)).join(".");
}
