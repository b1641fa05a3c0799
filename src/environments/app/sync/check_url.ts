/** Checks before a plan is applied that the address which it gives the pull request is not another repository's. */

import { assertUrlFree } from "../../core/environment/stable_url.ts";
import type { Plan } from "../../core/plan/mod.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** Throws AppError `url_taken` (exit code 3) if an environment of another repository has the host. */
export function checkUrl(plan: Plan, { identity, elsewhere }: ObservedPull): void {
  const url = plan.steps.find((step) => step.kind === "deploy")?.bringUp.settings.url;
  if (url !== undefined) assertUrlFree(url, { pr: plan.pr, identity, elsewhere });
}
