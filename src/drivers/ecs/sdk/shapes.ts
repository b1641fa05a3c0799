import type { Tags } from "../tags.ts";

/** Converts the SDK's list of tags to an object by key. */
export function readTags(
  tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined,
): Tags {
  return Object.fromEntries((tags ?? []).map(({ key = "", value = "" }) => [key, value]));
}

/** Converts tags to the list that the SDK takes. */
export function tagList(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Returns the name at the end of an ARN, such as that of a service, task or revision. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
