import { listAt, textAt, valueAt } from "../json.ts";
import { type Context, queryRepository } from "../repository.ts";

/**
 * Lists the checks that branch protection and rulesets require for the default branch; undefined if GitHub does not show
 * them to this token.
 */
export async function readRequiredChecks(
  context: Context,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { repository, issues } = await queryRepository(context, {
    what: `Reading the required checks of "${context.repo}"`,
    select: `id defaultBranchRef { refUpdateRule { requiredStatusCheckContexts } rules(first: 100) { nodes {
      parameters { ... on RequiredStatusChecksParameters { requiredStatusChecks { context } } } } } }`,
    tolerate: ({ path }) => path[0] === "defaultBranchRef",
  }, signal);
  if (issues.length > 0) return undefined;
  const branch = valueAt(repository, "defaultBranchRef");
  return [
    ...listAt(branch, "refUpdateRule", "requiredStatusCheckContexts").map(String),
    ...listAt(branch, "rules", "nodes").flatMap((node) =>
      listAt(node, "parameters", "requiredStatusChecks").flatMap((check) => textAt(check, "context") ?? [])
    ),
  ];
}
