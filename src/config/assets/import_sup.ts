/** Instances of the command line `sup`, from its file `~/.sup/config.yml`. */

import { nearest } from "../../lib/nearest.ts";
import { usageError } from "../../lib/errors.ts";
import { isTree, type Tree } from "../tree.ts";
import { readYaml } from "../yaml.ts";
import { readableVariable, secretVariable } from "./secret_references.ts";
import type { WrittenInstance } from "./written_instance.ts";

/** A secret that the person puts into a variable. */
export interface WantedVariable {
  readonly variable: string;
  /** The key of the file that has the secret: `password`. The secret itself is not repeated. */
  readonly key: string;
  /** The variable that the file names; undefined if the secret is written out there. */
  readonly was: string | undefined;
}

/** An instance of the file. */
export interface ImportedInstance {
  readonly name: string;
  readonly instance: WrittenInstance;
  readonly variables: readonly WantedVariable[];
  /** Sentences about what the file says and this program does not. */
  readonly notes: readonly string[];
}

/** An instance of the file that cannot be imported. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** Reads the instances of the file. Throws AppError `sup_unreadable` (exit code 2) if there are none. */
export function importSup(path: string, text: string): {
  readonly instances: readonly ImportedInstance[];
  readonly leftOut: readonly LeftOut[];
} {
  const { value, problems } = readYaml(path, text);
  const section = isTree(value) ? value["superset_instances"] : undefined;
  if (problems.some(({ code }) => code === "syntax") || !isTree(section)) {
    throw usageError(
      "sup_unreadable",
      `Reading ${path}: it has no superset_instances`,
      "Name the file of sup that has them, or add each instance with `showtime assets instances add`",
    );
  }
  const instances: ImportedInstance[] = [];
  const leftOut: LeftOut[] = [];
  for (const [written, entry] of Object.entries(section)) {
    const name = written.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const result = !isTree(entry)
      ? "it is no map"
      : name === ""
      ? "its name has no letter"
      : instances.some((each) => each.name === name)
      ? `its name becomes ${name}, which is taken`
      : readInstance(name, entry);
    if (typeof result === "string") leftOut.push({ name: written, reason: result });
    else instances.push(result);
  }
  return { instances, leftOut };
}

const KEYS = [
  "url",
  "auth_method",
  "username",
  "password",
  "jwt_token",
  "oauth_authorization_url",
  "oauth_token_url",
  "oauth_client_id",
  "oauth_client_secret",
  "oauth_username",
  "oauth_password",
  "oauth_scope",
  "oauth_token_type",
] as const;

type Key = typeof KEYS[number];

function readInstance(name: string, entry: Tree): ImportedInstance | string {
  const variables: WantedVariable[] = [];
  const text = (key: Key) => {
    const value = entry[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  /** Returns a reference in place of a secret. */
  const secret = (key: Key, ours: string) => {
    const value = text(key);
    if (value === undefined) return undefined;
    const was = variableOf(value);
    const variable = was === undefined ? secretVariable(name, ours) : readableVariable(was);
    if (variable !== was) variables.push({ variable, key, was });
    return `\${env:${variable}}`;
  };
  /** Returns text; a variable becomes a reference. */
  const plain = (key: Key) => {
    const value = text(key);
    const was = value === undefined ? undefined : variableOf(value);
    if (was === undefined) return value;
    const variable = readableVariable(was);
    if (variable !== was) variables.push({ variable, key, was });
    return `\${env:${variable}}`;
  };
  const url = text("url");
  if (url === undefined) return "it has no url";
  for (const key of ["url", "oauth_authorization_url", "oauth_token_url"] as const) {
    if (!/^https?:\/\/[^\s?#@]+$/.test(text(key) ?? url)) return `its ${key} is no plain address`;
  }
  const oauth = {
    token_url: text("oauth_token_url"),
    client_id: plain("oauth_client_id"),
    client_secret: secret("oauth_client_secret", "client_secret"),
    scope: text("oauth_scope"),
  };
  const auth = chosen(text("auth_method") ?? "username_password", {
    oauth: { method: "oauth", authorization_url: text("oauth_authorization_url"), ...oauth },
    client: { method: "client_credentials", ...oauth },
    password: { method: "password", username: plain("username"), password: secret("password", "password") },
    token: { method: "token", token: secret("jwt_token", "token") },
  });
  if (typeof auth === "string") return auth;
  const used = new Set(Object.values(auth));
  return {
    name,
    instance: { url: url.replace(/\/+$/, ""), auth },
    // Secrets of the other methods stay where they are.
    variables: variables.filter(({ variable }) => used.has(`\${env:${variable}}`)),
    notes: notesOn(entry),
  };
}

type Login = Readonly<Record<string, string | undefined>> & { readonly method: string };

/** Chooses the login as sup does: a person's if there is an address for that, else the client's own. */
function chosen(
  method: string,
  logins: Readonly<Record<"oauth" | "client" | "password" | "token", Login>>,
): WrittenInstance["auth"] | string {
  const login = method === "oauth"
    ? logins.oauth["authorization_url"] === undefined ? logins.client : logins.oauth
    : method === "jwt"
    ? logins.token
    : method === "username_password"
    ? logins.password
    : undefined;
  if (login === undefined) {
    const near = nearest(method, ["username_password", "jwt", "oauth"]);
    return `its auth_method is not known${near === undefined ? "" : `; ${near} may be meant`}`;
  }
  const needed = {
    password: ["username", "password"],
    token: ["token"],
    oauth: ["authorization_url", "token_url", "client_id"],
    client_credentials: ["token_url", "client_id", "client_secret"],
  }[login.method] ?? [];
  const lacking = needed.filter((key) => login[key] === undefined);
  if (lacking.length > 0) return `for the method ${login.method} it lacks ${lacking.join(" and ")}`;
  return Object.fromEntries(
    Object.entries(login).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function notesOn(entry: Tree): readonly string[] {
  const notes: string[] = [];
  if (entry["oauth_username"] || entry["oauth_password"]) {
    notes.push(
      "oauth_username and oauth_password are left out: a password is not given to an identity provider",
    );
  }
  const others = Object.keys(entry).filter((key) => !KEYS.some((each) => each === key));
  if (others.length > 0) notes.push(`left out, because nothing here stands for it: ${others.join(", ")}`);
  return notes;
}

function variableOf(value: string): string | undefined {
  return /^\$\{\s*ENV\s*:\s*(\w+)\s*\}$/i.exec(value)?.[1];
}
