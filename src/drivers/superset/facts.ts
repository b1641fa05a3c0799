/** The rights of the account on an instance, and the version of the server. */

import { ASSET_KINDS, type AssetKind } from "../../assets/core/asset.ts";
import type { InstanceFacts, KindRights } from "../../assets/ports/superset.ts";
import { type Answer, field, jsonOf, list } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { formatQuery } from "./rison.ts";

/** Superset's names of the kinds in rights. Themes have none of their own here: they travel with dashboards. */
const RESOURCES: Readonly<Record<AssetKind, string>> = {
  database: "Database",
  theme: "Dashboard",
  dataset: "Dataset",
  chart: "Chart",
  dashboard: "Dashboard",
};

/** The account as the server sees it. */
export interface Account {
  readonly user: string | undefined;
  readonly id: number | undefined;
  readonly isAdmin: boolean | undefined;
  /** The server takes the account for an anonymous visitor, although it logged in. */
  readonly anonymous: boolean;
  /** Undefined on servers that do not say it to a token. */
  readonly rights: InstanceFacts["rights"] | undefined;
}

/** Asks the server who the account is: by `/me/roles/`, which servers before 6.1 refuse to a token. */
export async function readAccount(connection: Connection, signal: AbortSignal): Promise<Account> {
  const answer = await connection.read({ method: "GET", path: "/api/v1/me/roles/" }, signal);
  const result = field(jsonOf(answer), "result");
  if (answer.status !== 200 || result === undefined) {
    return { user: undefined, id: undefined, isAdmin: undefined, anonymous: false, rights: undefined };
  }
  const user = field(result, "username") ?? field(result, "email");
  const id = field(result, "userId") ?? field(result, "id");
  return {
    user: typeof user === "string" ? user : undefined,
    id: typeof id === "number" ? id : undefined,
    isAdmin: field(field(result, "roles"), "Admin") !== undefined,
    // An anonymous visitor gets an answer too: with the roles of the public, and without a person.
    anonymous: field(result, "is_anonymous") === true || field(result, "isAnonymous") === true ||
      typeof id !== "number" && typeof user !== "string",
    rights: rightsOfRoles(field(result, "roles")),
  };
}

function rightsOfRoles(roles: unknown): InstanceFacts["rights"] {
  const granted = new Set(
    Object.values(typeof roles === "object" && roles !== null ? roles : {}).flatMap((role) =>
      list(role).map((pair) => list(pair).join(" "))
    ),
  );
  return forKinds((kind) => ({
    read: granted.has(`can_read ${RESOURCES[kind]}`),
    write: granted.has(`can_write ${RESOURCES[kind]}`),
    export: granted.has(`can_export ${RESOURCES[kind]}`),
  }));
}

/** Asks for the rights of the account kind by kind. */
export async function readRights(
  connection: Connection,
  signal: AbortSignal,
): Promise<InstanceFacts["rights"]> {
  const kinds = ["database", "dataset", "chart", "dashboard"] as const;
  const answers = await Promise.all(kinds.map((kind) =>
    connection.read(
      { method: "GET", path: `/api/v1/${kind}/_info?q=${formatQuery({ keys: ["permissions"] })}` },
      signal,
    )
  ));
  const granted = new Map<AssetKind, readonly unknown[]>(
    kinds.map((kind, index) => [kind, permissionsOf(answers[index])]),
  );
  return forKinds((kind): KindRights => {
    const names = granted.get(kind === "theme" ? "dashboard" : kind) ?? [];
    return {
      read: names.includes("can_read"),
      write: names.includes("can_write"),
      export: names.includes("can_export"),
    };
  });
}

function permissionsOf(answer: Answer | undefined): readonly unknown[] {
  return answer?.status === 200 ? list(field(jsonOf(answer), "permissions")) : [];
}

function forKinds(rights: (kind: AssetKind) => KindRights): InstanceFacts["rights"] {
  return Object.fromEntries(ASSET_KINDS.map((kind) => [kind, rights(kind)])) as InstanceFacts["rights"];
}

/** Finds out the version: by `/version`, which servers from 6.1 on have, else by what the API's description names. */
export async function readVersion(
  connection: Connection,
  signal: AbortSignal,
): Promise<Pick<InstanceFacts, "version" | "supported" | "believed">> {
  const answer = await connection.read({ method: "GET", path: "/version" }, signal);
  const version = field(jsonOf(answer), "version_string");
  if (answer.status === 200 && typeof version === "string") {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const supported = major < 6 ? undefined : major === 6 && minor === 0 ? "6.0" : "6.1";
    return { version, supported, believed: "reported by /version" };
  }
  const description = await connection.read({ method: "GET", path: "/api/v1/_openapi" }, signal);
  const text = description.status === 200 ? new TextDecoder().decode(description.bytes) : "";
  const bundle = text.slice(text.indexOf('"/api/v1/assets/import/"')).slice(0, 6_000);
  if (/"encrypted_extra_secrets"/.test(bundle)) return detected("6.1", "6.1");
  if (/"sparse"/.test(bundle)) return detected("6.0", "6.0");
  if (text.includes('"/api/v1/assets/import/"')) return detected("5.0 or older", undefined);
  return {
    version: "unknown",
    supported: undefined,
    believed: "neither /version nor the API's description shows it",
  };
}

function detected(version: string, supported: InstanceFacts["supported"]) {
  return { version, supported, believed: "by the form fields that the API's description names" };
}
