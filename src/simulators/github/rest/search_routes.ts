import type { Pull } from "../state/records.ts";
import type { World } from "../state/world.ts";
import type { Answer, Call } from "./call.ts";
import { paged } from "./call.ts";
import { issueBody } from "./issue_body.ts";
import { pullsWithAll } from "./issue_routes.ts";
import type { Routes } from "./routes.ts";

/**
 * Finds pull requests, newest first. It obeys the qualifiers repo, is, state, author and label, and ignores
 * all others.
 */
function search(world: World, query: string): readonly Pull[] {
  const terms = [...query.matchAll(/(\w+):(?:"([^"]*)"|(\S+))/g)].map((match) => ({
    key: match[1] ?? "",
    value: match[2] ?? match[3] ?? "",
  }));
  const values = (key: string) =>
    terms.filter((term) => term.key === key).map((term) => term.value.toLowerCase());
  const repository = `${world.seed.owner}/${world.seed.name}`.toLowerCase();
  if (values("repo").some((value) => value !== repository) || values("is").includes("issue")) return [];
  const states = [...values("is"), ...values("state")].filter((value) =>
    value === "open" || value === "closed"
  );
  const authors = values("author");
  return pullsWithAll(world, values("label")).filter((pull) =>
    states.every((state) => state === pull.state) &&
    authors.every((author) => author === pull.author.toLowerCase())
  ).toSorted((a, b) => b.number - a.number);
}

function searchIssues(call: Call): Answer {
  const found = search(call.world, call.query.get("q") ?? "");
  const page = paged(
    call,
    found,
    { render: (pull) => ({ ...issueBody(call.world, call.urls, { pull }), body: pull.body, score: 1 }) },
  );
  return {
    ...page,
    body: { total_count: found.length, incomplete_results: false, search_type: "lexical", items: page.body },
  };
}

export const SEARCH_ROUTES: Routes = { "GET /search/issues": searchIssues };
