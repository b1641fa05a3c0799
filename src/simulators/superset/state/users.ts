/** The accounts of a server and their rights. */

import { type Kind } from "./kinds.ts";

/** The roles. Gamma sees nothing until it is given something. */
export const ROLES = ["Admin", "Alpha", "Gamma"] as const;

/** A role. */
export type Role = typeof ROLES[number];

/** An account. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}

const RIGHTS = ["can_read", "can_write", "can_export"] as const;

/** Whether a role has a right on a kind. */
export function hasRight(
  role: Role,
  { kind, right }: { readonly kind: Kind; readonly right: string },
): boolean {
  if (role === "Admin") return true;
  if (role === "Alpha") return kind !== "database" || right === "can_read";
  return kind === "chart" || kind === "dashboard" || kind === "theme" || right === "can_read";
}

/** Lists the rights of a role on a kind. */
export function rightsOf(role: Role, kind: Kind): readonly string[] {
  return RIGHTS.filter((right) => hasRight(role, { kind, right }));
}
