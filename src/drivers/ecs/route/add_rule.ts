import { AppError } from "../../../lib/errors.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { Tags } from "../tags.ts";
import { priorityFor } from "./names.ts";
import type { RouteOwner } from "./parts.ts";
import { forwardAction, readRules, type RuleFacts } from "./rules.ts";

/** The most attempts to find a priority that no other rule has. */
const PRIORITY_ATTEMPTS = 6;

/** Adds a rule of a pull request that leads to one group, after the rules that it has. */
export async function addRule(
  deps: EcsDependencies,
  { owner, host, group, own, rules, listener }: {
    readonly owner: RouteOwner;
    readonly host: string;
    readonly group: string;
    readonly own: readonly RuleFacts[];
    readonly rules: readonly RuleFacts[];
    readonly listener: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const action = forwardAction([{ arn: group, weight: 1 }]);
  const above = Math.max(0, ...own.map(({ priority }) => priority));
  let taken = new Set(rules.map(({ priority }) => priority));
  for (let attempt = above === 0 ? 0 : 1;; attempt++) {
    const priority = await priorityFor({ pr: owner.pr, host, attempt, taken, above });
    try {
      await elb.createRule(
        { listener, host, priority, action, tags: ruleTags(owner, deps.clock.now()) },
        signal,
      );
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "priority_in_use") throw error;
      const now = readRules(await elb.rules(listener, signal));
      // The answer to an earlier attempt was lost: the rule is there.
      if (now.some((each) => each.hosts.includes(host) && each.groups.some(({ arn }) => arn === group))) {
        return;
      }
      if (attempt >= PRIORITY_ATTEMPTS) throw error;
      taken = new Set(now.map((each) => each.priority));
    }
  }
}

/** Returns the tags of a rule that is created at `now`. It outlives commits, so it names none. */
function ruleTags({ pr, repo, repoId, epoch }: RouteOwner, now: number): Tags {
  return {
    showtime_managed: "true",
    pr: String(pr),
    showtime_epoch: String(epoch),
    showtime_repo: repo,
    showtime_created: String(Math.floor(now / 1000)),
    ...(repoId === undefined ? {} : { showtime_repo_id: String(repoId) }),
  };
}
