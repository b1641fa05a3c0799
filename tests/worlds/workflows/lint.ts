/** What a security-minded maintainer looks for in a workflow, besides what a linter knows. */

import { readWorkflow, type WorkflowJob, type WorkflowStep } from "./workflow.ts";

/**
 * What is wrong with a workflow, each a sentence; empty where nothing is. `ledger` allows checkouts to keep the token
 * in jobs that run nothing but Showtime, which reads and writes a branch with it.
 */
export function reviewWorkflow(
  text: string,
  { ledger = false }: { readonly ledger?: boolean } = {},
): readonly string[] {
  const workflow = readWorkflow(text);
  return [
    ...reviewText(text),
    ...(workflow.permissions === undefined || Object.keys(workflow.permissions).length > 0
      ? ["the workflow does not begin without rights"]
      : []),
    ...Object.entries(workflow.jobs).flatMap(([id, job]) => reviewJob(id, job, { ledger })),
  ];
}

/** What can be seen without knowing what kind of file it is. */
export function reviewText(text: string): readonly string[] {
  const uses = [...text.matchAll(/\buses:\s*(.+)$/gm)].map(([, action = ""]) => action.trim());
  // A file of this repository is of the same commit.
  const loose = uses.filter((action) =>
    !action.startsWith("./") && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)
  );
  return [
    ...loose.map((action) => `\`${action}\` is not pinned by a commit with its version in a comment`),
    ...(/pull_request_target/.test(text) ? ["it runs on pull_request_target"] : []),
    ...(/permissions:\s*(?:write-all|read-all)/.test(text) ? ["it takes all rights"] : []),
    ...(/\bsecrets: inherit\b/.test(text) ? ["it hands on all secrets"] : []),
  ];
}

const TOKEN_LEFT = "the checkout leaves its token behind";

function reviewJob(
  id: string,
  job: WorkflowJob,
  { ledger }: { readonly ledger: boolean },
): readonly string[] {
  const known = ledger &&
    (job.steps ?? []).every(({ name, uses, run }) =>
      uses !== undefined || name?.startsWith("Install Showtime ") ||
      /^(?:[^\n]*\n)*showtime assets /.test(run ?? "")
    );
  return [
    ...(job.permissions === undefined ? [`job ${id} does not say its rights`] : []),
    // A job of another workflow says there how long it may take.
    ...(job["timeout-minutes"] === undefined && job.uses === undefined
      ? [`job ${id} may run for hours`]
      : []),
    ...(Object.values(job.env ?? {}).some((value) => /secrets\.|github\.token/.test(String(value)))
      ? [`job ${id} gives a secret to all of its steps`]
      : []),
    ...(job.steps ?? []).flatMap((step) =>
      reviewStep(step).filter((what) => !(known && what === TOKEN_LEFT)).map((what) =>
        `job ${id}, ${step.name ?? "a step"}: ${what}`
      )
    ),
  ];
}

/** Looks at a step of a workflow or of an action. */
export function reviewStep(step: WorkflowStep): readonly string[] {
  return [
    // Not even what is harmless today: text that becomes a script is to come through the environment.
    ...(/\$\{\{/.test(step.run ?? "") ? ["an expression stands inside the script"] : []),
    ...(/^actions\/checkout@/.test(step.uses ?? "") && String(step.with?.["persist-credentials"]) !== "false"
      ? [TOKEN_LEFT]
      : []),
  ];
}
