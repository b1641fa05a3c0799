/** Finds names of labels that are on the pull request, as its writer last wrote them. */

import type { ShortSha } from "../../../lib/ids.ts";
import type { Status } from "../../core/labels/mod.ts";
import type { PullWriter } from "./pull_writer.ts";

/** Lists the status labels of a SHA, except `keep`. */
export function statusNames(
  writer: PullWriter,
  { sha, keep }: { readonly sha: ShortSha; readonly keep: Status },
): readonly string[] {
  return writer.labels.ours.flatMap(({ label, name }) =>
    label.kind === "status" && label.sha === sha && label.status !== keep ? [name] : []
  );
}

/** Lists the pointers to environments that are being prepared. */
export function preparingNames(writer: PullWriter): readonly string[] {
  return writer.labels.ours.flatMap(({ label, name }) => label.kind === "preparing" ? [name] : []);
}
