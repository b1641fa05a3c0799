/** Checks before a plan is applied that the image which it builds or deploys is not another repository's. */

import { AppError } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { ImageOwner } from "../../core/environment/image_owner.ts";
import type { Plan, Policy } from "../../core/plan/mod.ts";
import type { Images } from "../../ports/images.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** Returns what decides whether this repository may replace or remove an image. */
export function imageOwnerOf({ identity, observation }: ObservedPull, image: string): ImageOwner {
  const { platform } = observation;
  return { ...identity, inUse: platform !== "as_labels" && platform.some((each) => each.image === image) };
}

/**
 * Throws AppError `not_ours` (exit code 3) if the plan would replace or deploy the image of another repository.
 * An image that a person named is theirs to choose. If the store does not answer, the build asks it again and
 * records the failure.
 */
export async function checkImageOwner(
  ports: { readonly images: Pick<Images, "checkOwner"> },
  at: { readonly plan: Plan; readonly policy: Policy; readonly observed: ObservedPull },
  signal: AbortSignal,
): Promise<void> {
  const { plan, policy, observed } = at;
  const image = plan.steps.flatMap((step) => {
    if (step.kind === "build") return [step.image];
    return step.kind === "deploy" ? [step.bringUp.image] : [];
  })[0];
  if (image === undefined || image !== policy.imageOf(shortSha(plan.target))) return;
  try {
    await ports.images.checkOwner(image, imageOwnerOf(observed, image), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError) || error.code === "not_ours") throw error;
  }
}
