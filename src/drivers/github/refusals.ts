/** Explains why GitHub refuses a request: each kind of refusal has its own next step. */

import { AppError } from "../../lib/errors.ts";
import { oneLine } from "./json.ts";

/** A refusal as GitHub words it. */
export interface Refusal {
  readonly message: string;
  /** The headers of the answer by lower-case name; empty for an error in a GraphQL answer. */
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** The permissions that the request needs, as a workflow's `permissions:` block writes them. */
  readonly rights: readonly string[];
}

/** Makes the AppError for a request that GitHub refuses: `forge_archived`, else `forge_refused`. */
export function refused(what: string, refusal: Refusal): AppError {
  const message = oneLine(refusal.message);
  const special = SPECIAL.find(({ test }) => test.test(message));
  if (special !== undefined) {
    return new AppError(special.code, `${what}: ${special.state} (${message})`, { hint: special.hint });
  }
  const sso = refusal.headers["x-github-sso"];
  if (sso !== undefined || /\bSAML\b|\bSSO\b/.test(message)) {
    return new AppError(
      "forge_refused",
      `${what}: the organization demands single sign-on, which the token has not passed (${message})`,
      { hint: ssoHint(String(sso ?? "")) },
    );
  }
  return new AppError("forge_refused", `${what}: GitHub refused the request (${message})`, {
    hint: rightsHint(message, neededRights(refusal)),
  });
}

/** Whether GitHub says that the repository is archived. GraphQL has no type of its own for that. */
export function isArchived(message: string): boolean {
  return ARCHIVED.test(message);
}

const ARCHIVED = /\barchived\b.*\bread-only\b|\bread-only\b.*\barchived\b/i;

const SPECIAL: readonly {
  readonly test: RegExp;
  readonly code: "forge_archived" | "forge_refused";
  readonly state: string;
  readonly hint: string;
}[] = [
  {
    test: ARCHIVED,
    code: "forge_archived",
    state: "the repository is archived, and GitHub takes no changes of it",
    hint: "Unarchive the repository, or remove its environments from the platform with " +
      '"showtime cleanup --force", which leaves the labels',
  },
  {
    test: /\bsuspended\b/i,
    code: "forge_refused",
    state: "the account of the token is suspended",
    hint: "Use the token of another account; GitHub Support says why this one is suspended",
  },
  {
    test: /\bIP allow ?list\b/i,
    code: "forge_refused",
    state: "the organization does not let this machine's address in",
    hint:
      "Add the address to the organization's IP allow list, or run this on a machine whose address is on it",
  },
];

function ssoHint(header: string): string {
  const url = /\burl=(https:\/\/[^\s;,]+)/.exec(header)?.[1];
  const where = url === undefined ? 'on GitHub under "Personal access tokens", "Configure SSO"' : `at ${url}`;
  return `Authorize the token for the organization ${where}`;
}

/** Returns the permissions that the answer names, else those that this kind of request needs. */
function neededRights({ headers, rights }: Refusal): readonly string[] {
  const header = String(headers["x-accepted-github-permissions"] ?? "");
  // A semicolon separates sets of permissions, each of which suffices.
  const named = (header.split(";")[0] ?? "").split(",").flatMap((each) => {
    const [, name, level] = /^\s*([a-z_]+)=(read|write|admin)\s*$/.exec(each) ?? [];
    return name === undefined ? [] : [`${name.replaceAll("_", "-")}: ${level}`];
  });
  return named.length > 0 ? named : rights;
}

function rightsHint(message: string, rights: readonly string[]): string {
  const list = rights.map((each) => `"${each}"`).join(" and ");
  if (/by personal access token/i.test(message)) {
    return `Give the fine-grained token the permission ${list} in its settings on GitHub`;
  }
  if (/by integration/i.test(message)) {
    return `Add ${list} to the "permissions:" block of the workflow's job; the token of another app needs it in ` +
      "the app's settings";
  }
  return `Give the token the permission ${list}: in a workflow in the "permissions:" block of the job, else in ` +
    "the token's settings. `showtime doctor` shows what it has";
}

/** The permissions of a request that only reads, and of each mutation. */
const READING = ["contents: read", "issues: read", "pull-requests: read"];
const MUTATIONS: Readonly<Record<string, readonly string[]>> = {
  addComment: ["pull-requests: write"],
  addLabelsToLabelable: ["issues: write", "pull-requests: write"],
  createDeploymentStatus: ["deployments: write"],
  createLabel: ["issues: write"],
  deleteIssueComment: ["pull-requests: write"],
  deleteLabel: ["issues: write"],
  removeLabelsFromLabelable: ["issues: write", "pull-requests: write"],
  updateIssueComment: ["pull-requests: write"],
  updateLabel: ["issues: write"],
};

/** Returns the permissions that a GraphQL document with these mutations needs; without one, those of a query. */
export function rightsOfFields(names: readonly string[]): readonly string[] {
  return names.length === 0 ? READING : [...new Set(names.flatMap((name) => MUTATIONS[name] ?? []))];
}

/** Returns the permission that a request to the REST API needs. */
export function rightsOfRoute(route: string): readonly string[] {
  const level = route.startsWith("GET ") ? "read" : "write";
  const [, area] = /\/(actions|contents|deployments|labels|pulls)\b/.exec(route) ?? [];
  switch (area) {
    case undefined:
      return READING;
    case "labels":
      return [`issues: ${level}`];
    case "pulls":
      return [`pull-requests: ${level}`];
    default:
      return [`${area}: ${level}`];
  }
}
