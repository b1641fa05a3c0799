/** Names of labels on a pull request, as a writer knows them. */

import type { ShortSha } from "../../../lib/ids.ts";
import type { Status } from "../../core/labels/mod.ts";
import type { PullWriter } from "./pull_writer.ts";

/** Status labels of a SHA other than `keep`. */
export function statusNames(
  writer: PullWriter,
  { sha, keep }: { readonly sha: ShortSha; readonly keep: Status },
): readonly string[] {
  return writer.labels.ours.flatMap(({ label, name }) =>
    label.kind === "status" && label.sha === sha && label.status !== keep ? [name] : []
  );
}

/** The pointers to environments being prepared. */
export function preparingNames(writer: PullWriter): readonly string[] {
  return writer.labels.ours.flatMap(({ label, name }) => label.kind === "preparing" ? [name] : []);
}
