import { nodeId } from "../state/node_id.ts";
import { numberOfName } from "../state/number_of_name.ts";
import type { Urls } from "../state/urls.ts";
import { iso } from "../state/urls.ts";
import type { World } from "../state/world.ts";
import { userBody } from "./user_body.ts";

const LINKS = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

/** Returns the number of a repository. A fork has a number that follows from its name. */
export function repositoryNumber(world: World, repository: string): number {
  return repository === `${world.seed.owner}/${world.seed.name}`
    ? world.repositoryId
    : numberOfName(repository);
}

/** Makes the body that every mention of a repository has. */
export function minimalRepoBody(
  world: World,
  urls: Urls,
  options: { readonly repository: string },
): Readonly<Record<string, unknown>> {
  const { repository } = options;
  const [owner = "", name = ""] = repository.split("/");
  const id = repositoryNumber(world, repository);
  const url = urls.repo("", repository);
  return {
    id,
    node_id: nodeId("R", id),
    name,
    full_name: repository,
    private: world.seed.private,
    owner: userBody(urls, owner),
    html_url: urls.page(repository),
    description: null,
    fork: id !== world.repositoryId,
    url,
    ...Object.fromEntries(Object.entries(LINKS).map(([key, path]) => [key, url + path])),
  };
}

/** Makes the full body of a repository. */
export function repoBody(
  world: World,
  urls: Urls,
  options: { readonly repository: string },
): Readonly<Record<string, unknown>> {
  const { repository } = options;
  const at = iso(world.commits.get(world.seed.commits[0] ?? "")?.at ?? world.now());
  const page = urls.page(repository);
  return {
    ...minimalRepoBody(world, urls, options),
    clone_url: `${page}.git`,
    git_url: `git://github.com/${repository}.git`,
    ssh_url: `git@github.com:${repository}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: world.seed.defaultBranch,
    visibility: world.seed.private ? "private" : "public",
    archived: false,
    disabled: false,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks: 0,
    forks_count: 0,
    network_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    created_at: at,
    updated_at: at,
    pushed_at: at,
  };
}
