/** Finds the environment that runs without the content of its commit. */

import type { ShortSha } from "../../../../lib/ids.ts";
import type { Observation, Policy } from "../observation.ts";
import type { Step } from "../plan.ts";
import type { ShaView } from "../state.ts";
import { decideActive } from "./decide_active.ts";
import { fullShaOf } from "./plan_active.ts";

/**
 * Plans the push of content into the active environment, if the comment's record has no push with these settings to this
 * address. A push that failed is on record too, so it is not repeated. Without a comment there is no record to go by.
 */
export function planMissingContent(
  observation: Observation,
  { policy, views, target }: {
    readonly policy: Policy;
    readonly views: ReadonlyMap<ShortSha, ShaView>;
    readonly target: ShortSha;
  },
): readonly Step[] {
  if (policy.content === undefined || !policy.comments) return [];
  const short = decideActive(observation, { views, target });
  const view = short === undefined ? undefined : views.get(short);
  const address = view?.deployed?.address;
  if (view?.state !== "running" || address === undefined) return [];
  const { content } = observation.record;
  if (
    content?.sha === view.short && content.address === address && content.key === policy.content.key
  ) return [];
  const sha = fullShaOf(observation, view);
  if (sha === undefined) return [];
  const login = view.deployed?.settings.login;
  return [{ kind: "push_content", sha, login, address, serving: true }];
}
