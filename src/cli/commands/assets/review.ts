/** The review of a plan in a comment on a pull request: `--pr` of plan and push, and `--expect`. */

import type { Instance } from "../../../assets/app/assets_ports.ts";
import type { PreparedPush } from "../../../assets/app/push/prepare_push.ts";
import type { Review } from "../../../assets/app/review/believed_plan.ts";
import { assertExpectedPlan, readExpectedPlan } from "../../../assets/app/review/expected_plan.ts";
import { writePlan } from "../../../assets/app/review/write_plan.ts";
import { AppError, EXIT, usageError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { CommandEnv } from "../../command.ts";
import { readPull } from "../../read_arguments.ts";
import type { AssetsTools } from "../../wiring_types.ts";

interface Subject {
  readonly tools: AssetsTools;
  readonly instance: Instance;
}

/** Reads `--pr`; undefined without it. Throws AppError (exit code 2) for the URL of another repository. */
export function readReviewPull(env: CommandEnv): PrNumber | undefined {
  return env.values.read("pr", (text) => {
    const { pr, repo } = readPull(text, env.variables["GITHUB_SERVER_URL"]);
    if (repo === undefined) return pr;
    throw usageError(
      "pull_malformed",
      `Reading --pr: a URL names a repository of its own`,
      `Give the number alone, as in --pr ${pr}`,
    );
  });
}

/** Writes the plan to the pull request and says what happened to the comment. */
export async function writeReview(
  env: CommandEnv,
  { tools, instance, prepared, pr }: Subject & { readonly prepared: PreparedPush; readonly pr: PrNumber },
): Promise<void> {
  const dir = env.values.text("dir") ?? tools.config.dir;
  const change = await writePlan(await reviewOf(tools, pr), {
    instance: instance.settings.name,
    dir,
    prepared,
    paths: prepared.paths,
    allowedSecrets: tools.ports.allowedSecrets,
  }, env.signal);
  env.terminal.say(`The comment on pull request #${pr} is ${change}`);
}

/**
 * Reads the plan that `--expect` or `--pr` asks for. The returned function throws AppError `digest_differs` (exit
 * code 3) for another plan.
 */
export async function readExpectation(
  env: CommandEnv,
  { tools, instance }: Subject,
): Promise<(prepared: PreparedPush) => void> {
  const pr = readReviewPull(env);
  const digest = env.values.text("expect");
  const { name } = instance.settings;
  if (pr === undefined) {
    return (prepared) => {
      if (digest === undefined || digest === prepared.digest) return;
      throw new AppError("digest_differs", `Pushing to ${name}: the plan is not the expected one any more`, {
        exitCode: EXIT.refused,
        hint: `Plan again; its digest is ${prepared.digest} now`,
      });
    };
  }
  if (digest !== undefined) {
    throw usageError(
      "expected_twice",
      `Pushing to ${name}: --expect and --pr are both given`,
      "Give one of them",
    );
  }
  const expected = await readExpectedPlan(await reviewOf(tools, pr), name, env.signal);
  return (prepared) => assertExpectedPlan(expected, prepared, { instance: name, pr });
}

async function reviewOf(tools: AssetsTools, pr: PrNumber): Promise<Review> {
  return { comments: await tools.reviewComments(), pr, trustedBots: tools.trustedBots };
}
