import { usageError } from "../../../lib/errors.ts";
import type { Permission } from "../../../lib/permission.ts";
import { JsonReader } from "./json_reader.ts";
import {
  AUTO_COLOR,
  colorProblem,
  descriptionProblem,
  LABEL_LIMITS,
  nameProblem,
} from "../state/label_rules.ts";
import { ROLES, RUN_STATUSES } from "../state/records.ts";
import type { Seed, SeedPull } from "./seed.ts";

const SHA = /^[0-9a-f]{40}$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(\[bot\])?$/;
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const FIRST_COMMIT = "ba5e0000".padEnd(40, "0");

function sha(reader: JsonReader, fallback?: string): string {
  return reader.matching(SHA, { what: "a commit hash of 40 lower-case hex digits", fallback: fallback });
}

function login(reader: JsonReader, fallback?: string): string {
  return reader.matching(LOGIN, { what: "a login", fallback: fallback });
}

function labelName(reader: JsonReader): string {
  const name = reader.text();
  const problem = typeof reader.value === "string" ? nameProblem(name) : undefined;
  if (problem !== undefined) reader.problem(problem.message ?? "a label needs a name");
  return name;
}

function unique(readers: readonly JsonReader[], keyOf: (reader: JsonReader) => unknown): void {
  const seen = new Map<unknown, string>();
  for (const reader of readers) {
    const key = keyOf(reader);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, reader.path);
    else if (key !== undefined) reader.problem(`is there already as ${first}`);
  }
}

function member(reader: JsonReader, key: string): unknown {
  const value = reader.value;
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function texts(reader: JsonReader): Record<string, string> {
  return Object.fromEntries(reader.entries().map(([path, item]) => [path, item.text()]));
}

function parseLabels(reader: JsonReader): Seed["labels"] {
  const items = reader.items();
  unique(items, (item) => {
    const name = member(item, "name");
    return typeof name === "string" ? name.trim().toLowerCase() : undefined;
  });
  return items.map((item) => {
    const { name, color, description } = item.object(["name", "color", "description"]);
    const tint = color.text(AUTO_COLOR);
    if (typeof color.value === "string" && colorProblem(tint) !== undefined) {
      color.problem(`must be 6 hex digits without "#", is "${tint}"`);
    }
    const text = description.value === null ? null : description.text("");
    const problem = text === null ? undefined : descriptionProblem(text);
    if (problem?.message !== undefined) description.problem(problem.message);
    return { name: labelName(name), color: tint, description: text === "" ? null : text };
  });
}

function parseHead(reader: JsonReader, defaults: { number: number; repository: string }): SeedPull["head"] {
  const head = reader.object(["sha", "ref", "repo"]);
  return {
    sha: sha(head.sha),
    ref: head.ref.text(`branch-${defaults.number}`),
    repo: head.repo.value === null
      ? null
      : head.repo.matching(REPOSITORY, { what: "a repository as owner/name", fallback: defaults.repository }),
  };
}

function parsePull(
  reader: JsonReader,
  defaults: { repository: string; author: string; commits: readonly string[] },
): SeedPull {
  const keys = [
    "number",
    "title",
    "body",
    "author",
    "state",
    "merged",
    "draft",
    "head",
    "base",
    "pusher",
    "labels",
    "files",
    "comments",
  ] as const;
  const pull = reader.object(keys);
  const number = pull.number.integer(1);
  const author = login(pull.author, defaults.author);
  const labels = pull.labels.items();
  unique(labels, (item) => typeof item.value === "string" ? item.value.trim().toLowerCase() : undefined);
  if (labels.length > LABEL_LIMITS.perIssue) {
    pull.labels.problem(`at most ${LABEL_LIMITS.perIssue} labels, there are ${labels.length}`);
  }
  const base = sha(pull.base, defaults.commits.at(-1) ?? FIRST_COMMIT);
  if (base !== "" && !defaults.commits.includes(base)) pull.base.problem("is not one of `commits`");
  const merged = pull.merged.flag(false);
  return {
    number,
    title: pull.title.text(`Pull request ${number}`),
    body: pull.body.text(""),
    author,
    state: pull.state.oneOf(["open", "closed"], merged ? "closed" : "open"),
    merged,
    draft: pull.draft.flag(false),
    head: parseHead(pull.head, { number, repository: defaults.repository }),
    base,
    pusher: login(pull.pusher, author),
    labels: labels.map(labelName),
    files: texts(pull.files),
    comments: pull.comments.items().map((item) => {
      const comment = item.object(["author", "body"]);
      return {
        author: login(comment.author),
        body: comment.body.matching(/\S/, { what: "a text that is not empty" }),
      };
    }),
  };
}

function parseRuns(reader: JsonReader, actor: string): Seed["runs"] {
  const items = reader.items();
  unique(items, (item) => member(item, "id"));
  return items.map((item) => {
    const run = item.object(["id", "run_attempt", "status", "conclusion", "actor"]);
    const status = run.status.oneOf(RUN_STATUSES, "in_progress");
    const conclusion = run.conclusion.value === null
      ? ""
      : run.conclusion.text(status === "completed" ? "success" : "");
    return {
      id: run.id.integer(1),
      attempt: run.run_attempt.integer(1, 1),
      status,
      conclusion: conclusion === "" ? null : conclusion,
      actor: login(run.actor, actor),
    };
  });
}

/** Reads a seed file's document. Throws AppError `bad_seed`, exit code 2, that names every problem with its path. */
export function parseSeed(json: unknown): Seed {
  const document = new JsonReader(json);
  const keys = [
    "repository",
    "private",
    "default_branch",
    "token_owner",
    "tokens",
    "collaborators",
    "labels",
    "files",
    "commits",
    "pulls",
    "runs",
    "rate_limit",
  ] as const;
  if (json === undefined) document.problem("is missing");
  const seed = document.object(keys);
  const repository = seed.repository.matching(REPOSITORY, { what: "a repository as owner/name" });
  const [owner = "", name = ""] = repository.split("/");
  const tokenOwner = login(seed.token_owner, "maxime");
  const collaborators: Record<string, Permission> = Object.fromEntries(
    seed.collaborators.entries().map(([person, role]) => {
      if (!LOGIN.test(person)) role.problem("the key must be a login");
      return [person, role.oneOf(ROLES)];
    }),
  );
  const commits = seed.commits.items().map((item) => sha(item));
  if (commits.length === 0) commits.push(FIRST_COMMIT);
  const pulls = seed.pulls.items();
  unique(pulls, (item) => member(item, "number"));
  const parsed: Seed = {
    owner,
    name,
    private: seed.private.flag(false),
    defaultBranch: seed.default_branch.text("master"),
    tokenOwner,
    tokens: Object.fromEntries(
      seed.tokens.entries().map(([token, person]) => [token, person.value === null ? null : login(person)]),
    ),
    collaborators: seed.collaborators.value === undefined ? { [tokenOwner]: "admin" } : collaborators,
    labels: parseLabels(seed.labels),
    files: texts(seed.files),
    commits,
    pulls: pulls.map((item) => parsePull(item, { repository, author: tokenOwner, commits })),
    runs: parseRuns(seed.runs, tokenOwner),
    rateLimit: seed.rate_limit.value === undefined ? undefined : seed.rate_limit.integer(1),
  };
  if (document.problems.length > 0) {
    throw usageError(
      "bad_seed",
      `Reading the seed: ${document.problems.join("; ")}`,
      "Correct the seed file, or leave --seed out to use the built-in one",
    );
  }
  return parsed;
}
