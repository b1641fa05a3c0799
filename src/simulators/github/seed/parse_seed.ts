import type * as z from "zod";
import { numberOfName } from "../state/number_of_name.ts";
import { readJson } from "../json/read_json.ts";
import { PullDocument, SeedDocument } from "./seed_document.ts";
import type { Seed, SeedPull } from "./seed.ts";

type Document = z.infer<typeof SeedDocument>;

/**
 * Reads the document of a seed file. Throws AppError `bad_seed` (exit code 2) that names every problem with
 * its path.
 */
export function parseSeed(json: unknown): Seed {
  const document = readJson(SeedDocument, json, {
    code: "bad_seed",
    action: "Reading the seed",
    hint: "Correct the seed file, or leave --seed out to use the built-in one",
  });
  const [owner = "", name = ""] = document.repository.split("/");
  const tokenOwner = document.token_owner;
  return {
    owner,
    name,
    repositoryId: document.repository_id ?? idOfName(document.repository),
    formerNames: document.former_names,
    private: document.private,
    defaultBranch: document.default_branch,
    tokenOwner,
    tokens: document.tokens,
    collaborators: document.collaborators ?? { [tokenOwner]: "admin" },
    labels: document.labels.map((label) => ({ ...label, description: label.description || null })),
    files: document.files,
    commits: document.commits,
    pulls: document.pulls.map((pull) => seedPull(pull, document)),
    runs: document.runs.map(({ id, run_attempt, status, conclusion, actor = tokenOwner, ...run }) => ({
      id,
      attempt: run_attempt,
      status,
      conclusion: (conclusion === undefined && status === "completed" ? "success" : conclusion) || null,
      actor,
      headSha: run.head_sha ?? document.commits.at(-1) ?? "",
      headBranch: run.head_branch ?? document.default_branch,
      headRepository: run.head_repository ?? document.repository,
      createdAt: run.created_at,
    })),
    hooks: document.hooks.map(({ url, secret }) => ({ url, secret })),
    timelineOrder: document.timeline_order,
    rateLimit: document.rate_limit,
    requiredChecks: document.required_checks,
    rulesetChecks: document.ruleset_checks,
  };
}

/** The id that GitHub has given the repository of the built-in seed. */
const SUPERSET_ID = 39464018;

/** Returns an id that follows from the name, so that two repositories differ. */
function idOfName(repository: string): number {
  return repository.toLowerCase() === "apache/superset" ? SUPERSET_ID : numberOfName(repository);
}

/**
 * Reads a pull request that is opened later, as a seed describes one. Throws AppError `bad_control` (exit code 2) that
 * names every problem with its path.
 */
export function parsePull(json: unknown, seed: Seed): SeedPull {
  const pull = readJson(PullDocument, json, { code: "bad_control", action: "Opening a pull request" });
  return seedPull(pull, {
    repository: `${seed.owner}/${seed.name}`,
    token_owner: seed.tokenOwner,
    commits: [...seed.commits],
  });
}

function seedPull(
  pull: z.infer<typeof PullDocument>,
  document: Pick<Document, "repository" | "token_owner" | "commits">,
): SeedPull {
  const { number, merged, head, author = document.token_owner } = pull;
  return {
    number,
    title: pull.title ?? `Pull request ${number}`,
    body: pull.body,
    author,
    state: pull.state ?? (merged ? "closed" : "open"),
    merged,
    draft: pull.draft,
    head: {
      sha: head.sha,
      ref: head.ref ?? `branch-${number}`,
      repo: head.repo === undefined ? document.repository : head.repo,
      date: head.date,
    },
    base: pull.base ?? document.commits.at(-1) ?? "",
    pusher: pull.pusher ?? author,
    labels: pull.labels,
    files: pull.files,
    comments: pull.comments,
  };
}
