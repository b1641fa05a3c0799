import { Refusal, type WireObject } from "../wire.ts";

/** How one listing is cut into pages. */
export interface PageRule {
  /** Where the listing is in its answer. */
  readonly list: string;
  /** Items of a page where the request does not say. */
  readonly usual: number;
  readonly most: number;
}

/** The listings that moto gives whole, whatever was asked for. */
export const PAGED: Readonly<Record<string, PageRule>> = {
  "ecs:ListServices": { list: "serviceArns", usual: 10, most: 100 },
  "ecs:ListTasks": { list: "taskArns", usual: 100, most: 100 },
  "ecs:ListTaskDefinitions": { list: "taskDefinitionArns", usual: 100, most: 100 },
  "ecs:ListTaskDefinitionFamilies": { list: "families", usual: 100, most: 100 },
  "ecs:ListClusters": { list: "clusterArns", usual: 100, most: 100 },
  "ecr:DescribeImages": { list: "imageDetails", usual: 100, most: 1000 },
  "ecr:ListImages": { list: "imageIds", usual: 100, most: 1000 },
};

/** Cuts the page that was asked for out of a whole listing. */
export function cutPage(
  whole: WireObject,
  { rule, input }: { readonly rule: PageRule; readonly input: WireObject },
): WireObject {
  const { list, usual, most } = rule;
  // Images that are asked for by name come all at once.
  if (list === "imageDetails" && Array.isArray(input["imageIds"])) return whole;
  const items = whole[list];
  if (!Array.isArray(items)) return whole;
  const size = readSize(input["maxResults"], { usual, most });
  const start = readToken(input["nextToken"], items.length);
  const end = start + size;
  const rest = { ...whole, [list]: items.slice(start, end) };
  return end < items.length ? { ...rest, nextToken: writeToken(end) } : rest;
}

function readSize(
  asked: unknown,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  if (asked === undefined) return usual;
  if (typeof asked === "number" && asked >= 1 && asked <= most) return asked;
  throw new Refusal("InvalidParameterException", `maxResults must be between 1 and ${most}.`);
}

function writeToken(start: number): string {
  return btoa(`page:${start}`);
}

function readToken(token: unknown, length: number): number {
  if (token === undefined) return 0;
  const start = typeof token === "string" ? /^page:(\d+)$/.exec(decode(token))?.[1] : undefined;
  if (start !== undefined && Number(start) <= length) return Number(start);
  throw new Refusal("InvalidParameterException", "Invalid token");
}

function decode(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}
