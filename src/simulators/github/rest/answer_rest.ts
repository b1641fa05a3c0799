import { ApiError, notFound } from "../api_error.ts";
import type { Answer, Call } from "./call.ts";
import { DEPLOYMENT_ROUTES } from "./deployment_routes.ts";
import { STATUS_ROUTES } from "./status_routes.ts";
import { ISSUE_ROUTES } from "./issue_routes.ts";
import { LABEL_ROUTES } from "./label_routes.ts";
import { REACTION_ROUTES } from "./reaction_routes.ts";
import { REPO_ROUTES, ROOT_ROUTES } from "./repo_routes.ts";
import { Router } from "./routes.ts";
import { SEARCH_ROUTES } from "./search_routes.ts";

const REPOSITORY = new Router(
  LABEL_ROUTES,
  ISSUE_ROUTES,
  REACTION_ROUTES,
  DEPLOYMENT_ROUTES,
  STATUS_ROUTES,
  REPO_ROUTES,
);
const ROOT = new Router(ROOT_ROUTES, SEARCH_ROUTES);

/**
 * Returns the part of a path below the repository, or undefined if the path names another repository or none.
 */
function belowRepository(call: Omit<Call, "params" | "path">, path: string): string | undefined {
  const alias = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
  if (alias !== null) return Number(alias[1]) === call.world.repositoryId ? alias[2] ?? "" : undefined;
  const named = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path);
  if (named === null) return undefined;
  const full = `${named[1]}/${named[2]}`.toLowerCase();
  return full === call.urls.repository.toLowerCase() ? named[3] ?? "" : undefined;
}

/**
 * Returns the redirect that GitHub answers for a former name of the repository: 301 for reading, and 307 for
 * other methods, which keep their body; undefined for another path.
 */
function redirect(
  { world, urls, actor }: Omit<Call, "params" | "path">,
  { method, path }: { readonly method: string; readonly path: string },
): Answer | undefined {
  const [, name = "", rest = ""] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  const former = world.seed.formerNames.some((each) => each.toLowerCase() === name.toLowerCase());
  if (!former || world.people.rights(actor) === "none") return undefined;
  const url = `${urls.api}/repositories/${world.repositoryId}${rest}`;
  const message = method === "GET" ? "Moved Permanently" : "Temporary Redirect";
  return { status: method === "GET" ? 301 : 307, location: url, body: { message, url } };
}

/** Answers a REST request. An ApiError becomes an answer with its status. */
export function answerRest(
  call: Omit<Call, "params" | "path">,
  options: { readonly method: string; readonly path: string },
): Answer {
  try {
    const { method } = options;
    const elsewhere = redirect(call, options);
    if (elsewhere !== undefined) return elsewhere;
    const below = belowRepository(call, options.path);
    const hidden = below !== undefined && call.world.people.rights(call.actor) === "none";
    const route = hidden
      ? undefined
      : below === undefined
      ? ROOT.find(method, options.path)
      : REPOSITORY.find(method, below);
    if (route === undefined) throw notFound();
    return route.run({ ...call, params: route.params, path: below ?? options.path });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: error.body };
  }
}
