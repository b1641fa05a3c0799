import { isBot } from "../state/people.ts";
import { userNode } from "../rest/mod.ts";
import { GqlObject } from "./gql_object.ts";
import type { Graph } from "./graph.ts";

/** Makes the node of a person or an app. GraphQL writes an app's login without `[bot]`. */
export function actorNode({ urls }: Graph, login: string): GqlObject {
  const name = login.replace(/\[bot\]$/, "");
  return new GqlObject(isBot(login) ? "Bot" : "User", {
    id: () => userNode(login),
    login: () => name,
    url: () => urls.page(isBot(login) ? `apps/${name}` : login),
    ...(isBot(login) ? {} : { name: () => login }),
  });
}

/** Makes the node of the viewer. GraphQL's viewer is a User with its whole login, even if it is an app. */
export function viewerNode({ urls }: Graph, login: string): GqlObject {
  return new GqlObject("User", {
    id: () => userNode(login),
    login: () => login,
    name: () => login,
    url: () => urls.page(login),
  });
}
