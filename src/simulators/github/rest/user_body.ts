import type { Permission } from "../../../lib/permission.ts";
import { nodeId } from "../state/node_id.ts";
import { isBot } from "../state/people.ts";
import { numberOfName } from "../state/number_of_name.ts";
import type { Urls } from "../state/urls.ts";

export function userNode(login: string): string {
  return nodeId(isBot(login) ? "BOT" : "U", login);
}

/** Makes the body of a person, an app or an organization. */
export function userBody(urls: Urls, login: string): Readonly<Record<string, unknown>> {
  const url = urls.user(login);
  return {
    login,
    id: numberOfName(login),
    node_id: userNode(login),
    avatar_url: `https://avatars.githubusercontent.com/u/${numberOfName(login)}?v=4`,
    gravatar_id: "",
    url,
    html_url: urls.page(isBot(login) ? `apps/${encodeURIComponent(login.replace("[bot]", ""))}` : login),
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: isBot(login) ? "Bot" : "User",
    site_admin: false,
  };
}

/** Makes the body of the person who is signed in. */
export function viewerBody(urls: Urls, login: string): Readonly<Record<string, unknown>> {
  const since = "2015-07-01T00:00:00Z";
  return {
    ...userBody(urls, login),
    name: login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: since,
    updated_at: since,
  };
}

/**
 * Returns the `permission` that the endpoint gives for a role. Maintain counts as write, and triage as read.
 */
export function legacyPermission(role: Permission): string {
  return role === "maintain" ? "write" : role === "triage" ? "read" : role;
}

export function permissionBody(
  urls: Urls,
  login: string,
  options: { readonly role: Permission },
): Readonly<Record<string, unknown>> {
  const { role } = options;
  const roleName = role === "none" ? "" : role;
  const rank = ["none", "read", "triage", "write", "maintain", "admin"].indexOf(role);
  const permissions = {
    admin: rank >= 5,
    maintain: rank >= 4,
    push: rank >= 3,
    triage: rank >= 2,
    pull: rank >= 1,
  };
  return {
    permission: legacyPermission(role),
    role_name: roleName,
    user: { ...userBody(urls, login), permissions, role_name: roleName },
  };
}
