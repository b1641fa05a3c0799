import type { Tags } from "../tags.ts";

/** Tags as the SDK has them, by key. */
export function readTags(
  tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined,
): Tags {
  return Object.fromEntries((tags ?? []).map(({ key = "", value = "" }) => [key, value]));
}

/** Tags as the SDK wants them. */
export function tagList(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** The name at the end of an ARN: of a service, a task, a revision. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
