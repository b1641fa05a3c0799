import * as z from "zod";
import {
  flag,
  instant,
  list,
  matching,
  must,
  object,
  oneOf,
  text,
  uniqueList,
  wholeNumber,
} from "../json/fields.ts";
import {
  AUTO_COLOR,
  colorProblem,
  descriptionProblem,
  LABEL_LIMITS,
  nameProblem,
} from "../state/label_rules.ts";
import { ROLES, RUN_STATUSES, TIMELINE_ORDERS } from "../state/records.ts";

const FIRST_COMMIT = "ba5e0000".padEnd(40, "0");

const sha = matching(/^[0-9a-f]{40}$/, "a commit hash of 40 lower-case hex digits");
const login = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(\[bot\])?$/, "a login");
const repository = matching(/^[\w.-]+\/[\w.-]+$/, "a repository as owner/name");
const files = z.record(z.string(), text(), { error: must("an object") }).default({});

const labelName = text().superRefine((name, context) => {
  const problem = nameProblem(name);
  if (problem !== undefined) context.addIssue(problem.message ?? "a label needs a name");
});

/** GitHub compares labels without regard to letter case and to spaces around them. */
const labelKey = z.string().trim().toLowerCase();

const label = object({
  name: labelName,
  color: text().refine((color) => colorProblem(color) === undefined, {
    error: must('6 hex digits without "#"'),
  }).default(AUTO_COLOR),
  description: text().superRefine((description, context) => {
    const message = descriptionProblem(description)?.message;
    if (message !== undefined) context.addIssue(message);
  }).nullable().default(null),
});

/** The schema of a pull request in a seed. */
export const PullDocument = object({
  number: wholeNumber(1),
  title: text().optional(),
  body: text().default(""),
  author: login.optional(),
  state: oneOf(["open", "closed"]).optional(),
  merged: flag().default(false),
  draft: flag().default(false),
  head: object({
    sha,
    ref: text().optional(),
    repo: repository.nullable().optional(),
    date: instant().optional(),
  }),
  base: sha.optional(),
  pusher: login.optional(),
  labels: uniqueList(labelName, labelKey).max(LABEL_LIMITS.perIssue, {
    error: `at most ${LABEL_LIMITS.perIssue} labels fit on a pull request`,
  }).default([]),
  files,
  comments: list(object({ author: login, body: matching(/\S/, "a text that is not empty") })).default([]),
});

const run = object({
  id: wholeNumber(1),
  run_attempt: wholeNumber(1).default(1),
  status: oneOf(RUN_STATUSES).default("in_progress"),
  conclusion: text().nullable().optional(),
  actor: login.optional(),
  head_sha: sha.optional(),
  head_branch: text().optional(),
  head_repository: repository.optional(),
  created_at: instant().optional(),
});

const hook = object({
  url: text().refine((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""), {
    error: must("an http or https address"),
  }),
  secret: matching(/\S/, "a text that is not empty").optional(),
});

const commits = list(sha).default([]).transform((given) => given.length === 0 ? [FIRST_COMMIT] : given);

/** The base branch, and the base of each pull request if it is given and is a commit hash. */
const Bases = z.object({
  commits: z.array(sha),
  pulls: z.array(z.object({ base: sha.optional() }).catch({})),
});

/** Reports every pull request whose base is not a commit of the base branch. Other fields may be wrong. */
function checkBases(document: unknown, context: z.RefinementCtx): void {
  const bases = Bases.safeParse(document);
  if (!bases.success) return;
  const { commits, pulls } = bases.data;
  for (const [index, { base }] of pulls.entries()) {
    if (base === undefined || commits.includes(base)) continue;
    context.addIssue({ code: "custom", path: ["pulls", index, "base"], message: "is not one of `commits`" });
  }
}

/** The schema of a seed file, with the defaults that do not depend on other fields. */
export const SeedDocument = object({
  repository,
  repository_id: wholeNumber(1).optional(),
  former_names: list(repository).default([]),
  private: flag().default(false),
  default_branch: text().default("master"),
  token_owner: login.default("maxime"),
  tokens: z.record(z.string(), login.nullable(), { error: must("an object") }).default({}),
  collaborators: z.record(login, oneOf(ROLES), {
    error: (issue) => issue.code === "invalid_key" ? "the key must be a login" : must("an object")(issue),
  }).optional(),
  labels: uniqueList(label, z.object({ name: labelKey }).transform(({ name }) => name)).default([]),
  files,
  commits,
  pulls: uniqueList(PullDocument, z.object({ number: z.number() }).transform(({ number }) => number)).default(
    [],
  ),
  runs: uniqueList(run, z.object({ id: z.number() }).transform(({ id }) => id)).default([]),
  hooks: list(hook).default([]),
  timeline_order: oneOf(TIMELINE_ORDERS).default("pushes"),
  rate_limit: wholeNumber(1).optional(),
  required_checks: list(text()).default([]),
  ruleset_checks: list(text()).default([]),
  // Without `when`, zod would skip the check if any other field is wrong.
}).superRefine(checkBases, { when: () => true });
