import { notFound } from "../api_error.ts";
import { nodeId } from "../state/node_id.ts";
import type { Run } from "../state/records.ts";
import { iso } from "../state/urls.ts";
import type { Answer, Call } from "./call.ts";
import { numberParam, ok, paged } from "./call.ts";
import { minimalRepoBody } from "./repo_body.ts";
import type { Routes } from "./routes.ts";
import { userBody } from "./user_body.ts";

function runBody({ world, urls }: Call, run: Run): Readonly<Record<string, unknown>> {
  const url = urls.repo(`/actions/runs/${run.id}`);
  const who = { name: run.actor, email: "person@example.com" };
  return {
    id: run.id,
    name: "Showtime",
    node_id: nodeId("WFR", run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId("EV", `suite-${run.id}`),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: ".github/workflows/showtime.yml",
    run_number: run.id,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    url,
    html_url: urls.page(`${urls.repository}/actions/runs/${run.id}`),
    display_title: "Showtime",
    pull_requests: [],
    created_at: iso(run.createdAt),
    updated_at: iso(run.updatedAt),
    run_started_at: iso(run.createdAt),
    actor: userBody(urls, run.actor),
    triggering_actor: userBody(urls, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: urls.repo(`/check-suites/${run.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: urls.repo("/actions/workflows/1"),
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: "Commit",
      timestamp: iso(run.createdAt),
      author: who,
      committer: who,
    },
    repository: minimalRepoBody(world, urls, { repository: urls.repository }),
    head_repository: run.headRepository === null
      ? null
      : minimalRepoBody(world, urls, { repository: run.headRepository }),
  };
}

function oneRun(call: Call): Answer {
  const run = call.world.runs.get(numberParam(call, "id"));
  if (run === undefined) throw notFound();
  return ok(runBody(call, run));
}

/** Lists workflow runs, newest first. */
function listRuns(call: Call): Answer {
  const filters: Readonly<Record<string, (run: Run) => string | null>> = {
    head_sha: (run) => run.headSha,
    branch: (run) => run.headBranch,
    event: (run) => run.event,
    actor: (run) => run.actor,
    status: (run) => call.query.get("status") === run.conclusion ? run.conclusion : run.status,
  };
  const found = call.world.runs.values().filter((run) =>
    Object.entries(filters).every(([name, read]) =>
      call.query.get(name) === null || call.query.get(name) === read(run)
    )
  ).toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const page = paged(call, found, { render: (run) => runBody(call, run) });
  return "body" in page ? { ...page, body: { total_count: found.length, workflow_runs: page.body } } : page;
}

/** The routes of workflow runs below `/repos/<owner>/<name>`. */
export const RUN_ROUTES: Routes = {
  "GET /actions/runs": listRuns,
  "GET /actions/runs/:id": oneRun,
};
