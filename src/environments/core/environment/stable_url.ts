/** The address of a pull request that stays the same from commit to commit: `environment.url`. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { PlatformEnvironment } from "./environment.ts";
import { formatUrl } from "./names.ts";
import { describeOwner, type RepositoryIdentity } from "./ownership.ts";

/** The placeholders of `environment.url`. */
export const URL_PLACEHOLDERS: readonly string[] = ["pr", "repo"];

/** The most characters of a host that load balancers accept in a rule. */
const MOST_HOST_CHARACTERS = 128;
/** The most characters of a repository's name in a host, so that the rest of a label of 63 has room. */
const MOST_REPO_CHARACTERS = 40;
/** The longest values that the placeholders can get. */
const WIDEST = { pr: 1_234_567 as PrNumber, repo: `owner/${"r".repeat(MOST_REPO_CHARACTERS)}` };

/**
 * Returns what is expected of the template of a URL and not the case, as the words after "expected"; undefined if
 * every pull request gets a valid URL from it.
 */
export function findTemplateProblem(template: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#\s]*)(\/?)(.*)$/s.exec(template);
  if (parts === null) return "a URL that begins with http:// or https://";
  const [, , authority = "", , rest = ""] = parts;
  if (!authority.includes("{pr}")) {
    return "a URL with {pr} in its host, so that each pull request has its own";
  }
  if (rest !== "") return "a URL without a path, since a host of its own leads to each pull request";
  if (authority.includes("@")) return "a URL without a login";
  const port = /:(\d*)$/.exec(authority)?.[1];
  if (port?.includes("{") === true || /:[^:]*\{/.test(authority)) return "a URL with a port of digits";
  const unknown = [...authority.matchAll(/\{([^}]*)\}?/g)].find(({ 1: name = "" }) =>
    !URL_PLACEHOLDERS.includes(name)
  );
  if (unknown !== undefined) return "a URL with no other placeholders than {pr} and {repo}";
  const url = formatStableUrl(template, WIDEST);
  const host = url === undefined ? "" : hostOf(url);
  if (url === undefined || !isHostName(host)) return "a URL with a valid host name";
  if (host.length > MOST_HOST_CHARACTERS) {
    return `a URL with a host of at most ${MOST_HOST_CHARACTERS} characters`;
  }
  return undefined;
}

/**
 * Makes the URL of a pull request: fills `{pr}` and `{repo}` (the repository's name as it can stand in a host) into
 * the template. The result is a scheme, a host in lower case and a port that is not the scheme's usual one. Returns
 * undefined for a template that makes no URL.
 */
export function formatStableUrl(
  template: string,
  { pr, repo }: { readonly pr: PrNumber; readonly repo: string },
): string | undefined {
  const filled = template.replaceAll(
    /\{(pr|repo)\}/g,
    (_, name: string) => name === "pr" ? String(pr) : repoInHost(repo),
  );
  const url = URL.parse(filled);
  return url === null || url.host === "" ? undefined : `${url.protocol}//${url.host}`;
}

/** Returns the host of a URL, without its port: what a router or a rule compares. */
export function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}

/** Returns the host of a URL with its port, as people read it. */
export function shownHost(url: string): string {
  return url.replace(/^[a-z]+:\/\//, "").replace(/\/$/, "");
}

/**
 * Returns the URL that people are sent to for an environment: the stable one if it has one and people are sent to the
 * environment, else that of its address.
 */
export function urlToOpen(
  { address, stable, active }: {
    readonly address: string;
    readonly stable: string | undefined;
    readonly active: boolean;
  },
): string {
  return active && stable !== undefined ? stable : formatUrl(address);
}

/**
 * Checks that no other repository's environment has the host of `url`. Throws AppError `url_taken` (exit code 3).
 */
export function assertUrlFree(
  url: string,
  at: {
    readonly pr: PrNumber;
    readonly identity: RepositoryIdentity;
    /** Environments that belong to other repositories. */
    readonly elsewhere: readonly PlatformEnvironment[];
  },
): void {
  const { pr, identity, elsewhere } = at;
  const host = hostOf(url);
  const holder = elsewhere.find(({ managed, settings }) =>
    managed && settings.url !== undefined && hostOf(settings.url) === host
  );
  if (holder === undefined) return;
  throw new AppError(
    "url_taken",
    `Giving pull request #${pr} the address ${url}: ${holder.service} of ${
      describeOwner(holder, identity)
    } has this host`,
    {
      exitCode: EXIT.refused,
      hint: "Put {repo} into environment.url, or give each repository a domain of its own",
    },
  );
}

/** Returns the name of a repository as a part of a host can have it: `Super.Set_2` becomes `super-set-2`. */
function repoInHost(repo: string): string {
  const name = repo.slice(repo.indexOf("/") + 1).toLowerCase();
  const fits = name.replace(/[^a-z0-9]+/g, "-").replace(/^-/, "").slice(0, MOST_REPO_CHARACTERS);
  return fits.replace(/-$/, "") || "repository";
}

function isHostName(host: string): boolean {
  const parts = host.split(".");
  return host.length <= 253 && parts.every((part) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(part)) &&
    // A browser reads a host that ends in a number as an IPv4 address.
    !/^(?:\d+|0x[0-9a-f]*)$/.test(parts.at(-1) ?? "");
}
