import { isBot } from "../state/people.ts";
import { userNode } from "../rest/mod.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";

/** A person, or an app: GraphQL writes an app's login without `[bot]`. */
export function actorNode({ urls }: Graph, login: string): GqlObject {
  const name = login.replace(/\[bot\]$/, "");
  return new GqlObject(isBot(login) ? "Bot" : "User", {
    id: () => userNode(login),
    login: () => name,
    url: () => urls.page(isBot(login) ? `apps/${name}` : login),
    ...(isBot(login) ? {} : { name: () => login }),
  });
}

/** Whoever is signed in is a User, and keeps the whole login. */
export function viewerNode({ urls }: Graph, login: string): GqlObject {
  return new GqlObject("User", {
    id: () => userNode(login),
    login: () => login,
    name: () => login,
    url: () => urls.page(login),
  });
}
