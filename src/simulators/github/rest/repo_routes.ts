import { ApiError, forbidden, notFound } from "../api_error.ts";
import { fileAt, resolveCommit } from "../state/commits.ts";
import { isBot } from "../state/people.ts";
import type { Answer, Call } from "./call.ts";
import { ok, textParam } from "./call.ts";
import { commitBody, compareBody } from "./commit_body.ts";
import { repoBody } from "./repo_body.ts";
import type { Routes } from "./routes.ts";
import { RUN_ROUTES } from "./run_routes.ts";
import { permissionBody, viewerBody } from "./user_body.ts";

function permission(call: Call): Answer {
  const { people } = call.world;
  people.require(call.actor, "write", {
    message: "Must have push access to view collaborator permission.",
  });
  const login = textParam(call, "login");
  if (isBot(login) && people.given(login) === undefined) throw notFound(`${login} is not a user`);
  return ok(permissionBody(call.urls, login, { role: people.roleOf(login) }));
}

function commit(call: Call): Answer {
  const expression = textParam(call, "ref");
  const found = resolveCommit(call.world, expression);
  if (found === undefined) throw new ApiError("unprocessable", `No commit found for SHA: ${expression}`);
  return ok(commitBody(call.urls, found));
}

function compare(call: Call): Answer {
  const [left = "", right = ""] = textParam(call, "basehead").split("...");
  const end = (name: string) => resolveCommit(call.world, name.replace(/^[^:]*:/, ""));
  const base = end(left);
  const head = end(right);
  if (base === undefined || head === undefined) throw notFound();
  return ok(compareBody(call.world, call.urls, { base, head }));
}

/** Makes 40 hex digits that stand for a blob's hash. The same text has the same digits. */
function blobHash(text: string): string {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 0xffffffff;
  return hash.toString(16).padStart(8, "0").repeat(5);
}

function contents(call: Call): Answer {
  const { world, urls } = call;
  const path = textParam(call, "path");
  const ref = call.query.get("ref");
  const at = resolveCommit(world, ref ?? "HEAD");
  if (at === undefined) throw notFound(`No commit found for the ref ${ref}`);
  const text = fileAt(world, { path, sha: at.sha });
  if (text === undefined) throw notFound();
  if (/\braw\b/.test(call.accept)) return { status: 200, text };
  const bytes = new TextEncoder().encode(text);
  const url = urls.repo(`/contents/${encodeURI(path)}?ref=${ref ?? world.seed.defaultBranch}`);
  const page = urls.page(`${urls.repository}/blob/${at.sha}/${encodeURI(path)}`);
  const git = urls.repo(`/git/blobs/${blobHash(text)}`);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return ok({
    type: "file",
    encoding: "base64",
    size: bytes.length,
    name: path.split("/").at(-1),
    path,
    content: btoa(binary).replace(/.{60}/g, "$&\n") + "\n",
    sha: blobHash(text),
    url,
    git_url: git,
    html_url: page,
    download_url: page.replace("/blob/", "/raw/"),
    _links: { self: url, git, html: page },
  });
}

/** The routes below `/repos/<owner>/<name>`. */
export const REPO_ROUTES: Routes = {
  "GET ": (call) => ok(repoBody(call.world, call.urls, { repository: call.urls.repository })),
  "GET /collaborators/:login/permission": permission,
  ...RUN_ROUTES,
  "GET /commits/*ref": commit,
  "GET /compare/*basehead": compare,
  "GET /contents/*path": contents,
};

function user(call: Call): Answer {
  if (call.actor === undefined) throw new ApiError("unauthorized", "Requires authentication");
  if (isBot(call.actor)) throw forbidden("Resource not accessible by integration");
  return ok(viewerBody(call.urls, call.actor));
}

/** The routes that belong to no repository. */
export const ROOT_ROUTES: Routes = {
  "GET /user": user,
  "GET /rate_limit": ({ rate }) => ok({ resources: { core: rate, search: rate, graphql: rate }, rate }),
};
