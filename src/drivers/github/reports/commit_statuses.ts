import { AppError } from "../../../lib/errors.ts";
import type { CommitStatuses } from "../../../ports/commit_status.ts";
import { type GithubForgeOptions, makeContext } from "../forge.ts";
import { oneLine, textAt } from "../json.ts";

const LONGEST_DESCRIPTION = 140;

/** Makes the statuses of a repository's commits. Throws AppError `bad_repository` (exit code 2). */
export function makeGithubCommitStatuses(options: GithubForgeOptions): CommitStatuses {
  const { client, owner, name: repo } = makeContext(options);
  return {
    async write({ sha, context, state, description, url }, signal) {
      const { status, data } = await client.rest("POST /repos/{owner}/{repo}/statuses/{sha}", {
        what: `Writing a status in "${options.repo}"`,
        signal,
        resend: true,
        parameters: {
          owner,
          repo,
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
        `Writing a status in "${options.repo}": GitHub refused it (${reason})`,
        {
          hint: "Give the token the permission statuses (write)",
        },
      );
    },
  };
}
