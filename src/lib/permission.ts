/** A person's role in a repository, weakest last. */
export type Permission = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** What asking for a person's permission gave. Whatever is not `known` counts as refused. */
export type PermissionAnswer =
  | { readonly kind: "known"; readonly permission: Permission }
  /** GitHub says there is no such person or no such role for us to see. */
  | { readonly kind: "not_found" }
  | { readonly kind: "error"; readonly message: string };

/** Whether the answer lets a person cause a build: `write`, `maintain` or `admin`; never on doubt. */
export function mayCauseBuild(answer: PermissionAnswer | undefined): boolean {
  return answer?.kind === "known" && ["write", "maintain", "admin"].includes(answer.permission);
}
