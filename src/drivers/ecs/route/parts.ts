import {
  assertOurs,
  judgeOwner,
  readEpoch,
  type RepositoryIdentity,
} from "../../../environments/core/environment/ownership.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { readOwner, type Tags } from "../tags.ts";
import { nameInArn } from "./names.ts";

/** The pull request and the run that a rule or a target group is changed for. */
export interface RouteOwner extends RepositoryIdentity {
  readonly pr: PrNumber;
  readonly epoch: number;
}

/** Whether a rule or a target group is tagged as made by Showtime for a repository. */
export function isOurs(tags: Tags, identity: RepositoryIdentity): boolean {
  return tags["showtime_managed"] === "true" && judgeOwner(readOwner(tags), identity) === "own";
}

/** Whether a rule or a target group was made for a pull request of the repository. */
export function isOfPull(tags: Tags, owner: RepositoryIdentity & { readonly pr: PrNumber }): boolean {
  return isOurs(tags, owner) && tags["pr"] === String(owner.pr);
}

/** Checks that a rule or a target group may be changed. Throws AppError `not_ours` or `stale_epoch`. */
export function assertPart(
  part: { readonly arn: string; readonly tags: Tags },
  options: RouteOwner & { readonly action: string },
): void {
  const { arn, tags } = part;
  const group = nameInArn(arn);
  assertOurs({
    what: group === "" ? `the load balancer's rule ${arn}` : `the target group "${group}"`,
    managed: tags["showtime_managed"] === "true",
    legacy: false,
    ...readOwner(tags),
    epoch: readEpoch(tags["showtime_epoch"]),
    removal: group === ""
      ? `aws elbv2 delete-rule --rule-arn ${arn}`
      : `aws elbv2 delete-target-group --target-group-arn ${arn}`,
  }, options);
}
