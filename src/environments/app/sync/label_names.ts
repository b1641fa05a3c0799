/** Names of labels on a pull request, as a session knows them. */

import type { ShortSha } from "../../../lib/ids.ts";
import type { Status } from "../../core/labels/mod.ts";
import type { Session } from "./session.ts";

/** Status labels of a SHA other than `keep`. */
export function statusNames(
  session: Session,
  { sha, keep }: { readonly sha: ShortSha; readonly keep: Status },
): readonly string[] {
  return session.labels.ours.flatMap(({ label, name }) =>
    label.kind === "status" && label.sha === sha && label.status !== keep ? [name] : []
  );
}

/** The pointers to environments being prepared. */
export function preparingNames(session: Session): readonly string[] {
  return session.labels.ours.flatMap(({ label, name }) => label.kind === "preparing" ? [name] : []);
}
