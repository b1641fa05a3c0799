import { AppError } from "../../../lib/errors.ts";
import type { Plan } from "../../core/plan/mod.ts";
import type { RunIdentity } from "../run.ts";

/** Whose runs GitHub gives a token that only reads. */
const LIMITED: Readonly<Record<NonNullable<RunIdentity["limited"]>, string>> = {
  dependabot: "runs of Dependabot",
  fork: "runs of pull requests from forks",
};

/**
 * Describes why the removal of a closed pull request's environments is left to the cleanup. Undefined unless GitHub
 * refused a token that it made to read only: any other refusal is a missing permission, which a person can give.
 */
export function leftToCleanup(
  { identity }: { readonly identity: Pick<RunIdentity, "limited"> },
  { plan, error }: { readonly plan: Plan; readonly error: unknown },
): string | undefined {
  const { limited } = identity;
  const refused = error instanceof AppError && error.code === "forge_refused";
  if (limited === undefined || !refused || plan.reason !== "pr_closed") return undefined;
  return `Nothing of #${plan.pr} is removed now, because GitHub gives ${
    LIMITED[limited]
  } a token that only reads; ` +
    "the next cleanup removes it";
}
