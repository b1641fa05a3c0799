import { parseLabel } from "../../core/labels/mod.ts";

/**
 * Returns the role of a label that people set: a trigger asks once, a setting stays on the pull request. Undefined for the
 * labels that Showtime writes and for all others.
 */
export function labelRole(name: string): "trigger" | "setting" | undefined {
  switch (parseLabel(name).kind) {
    case "trigger":
      return "trigger";
    case "freeze":
    case "blocked":
    case "flag":
    case "pr_ttl":
      return "setting";
    default:
      return undefined;
  }
}
