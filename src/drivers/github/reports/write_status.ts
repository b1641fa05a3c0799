import { AppError } from "../../../lib/errors.ts";
import type { CommitStatus } from "../../../ports/commit_status.ts";
import { oneLine, textAt } from "../json.ts";
import type { Context } from "../repository.ts";

const LONGEST_DESCRIPTION = 140;

/** Writes a status of a commit. Throws AppError `status_refused` if GitHub does not accept it. */
export async function writeStatus(
  { client, owner, name, repo }: Context,
  { sha, context, state, description, url }: CommitStatus,
  signal: AbortSignal,
): Promise<void> {
  const { status, data } = await client.rest("POST /repos/{owner}/{repo}/statuses/{sha}", {
    what: `Writing a status in "${repo}"`,
    signal,
    resend: true,
    parameters: {
      owner,
      repo: name,
      sha,
      state,
      context,
      description: Array.from(oneLine(description)).slice(0, LONGEST_DESCRIPTION).join(""),
      ...(url === undefined ? {} : { target_url: url }),
    },
    answers: [403, 404, 422],
  });
  if (status === 201) return;
  const reason = oneLine(textAt(data, "message") ?? `status ${status}`);
  throw new AppError(
    "status_refused",
    `Writing a status in "${repo}": GitHub refused it (${reason})`,
    {
      hint: status === 422
        ? "Check that the commit is in the repository; GitHub takes at most 1,000 statuses of one name for a commit"
        : "Give the token the permission statuses (write): in a workflow `statuses: write` in the " +
          '"permissions:" block of the job',
    },
  );
}
