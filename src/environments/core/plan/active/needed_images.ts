import { type ShortSha, shortSha } from "../../../../lib/ids.ts";
import { decideActive } from "./decide_active.ts";
import type { Observation, Policy } from "../observation.ts";
import { type SettingsPolicy, updateDue } from "../settings.ts";
import { type ShaView, viewShas } from "../state.ts";

/** The images whose existence a decision depends on; undefined if it does not. */
export interface NeededImages {
  readonly target: string | undefined;
  readonly active: string | undefined;
}

/** Finds the images that bringing back or updating the target and the active environment needs. */
export function neededImages(
  observation: Observation,
  policy: SettingsPolicy & Pick<Policy, "imageOf">,
): NeededImages {
  if (observation.platform === "as_labels" || !observation.open) {
    return { target: undefined, active: undefined };
  }
  const views = viewShas(observation);
  const target = shortSha(observation.target);
  const imageFor = (short: ShortSha | undefined): string | undefined => {
    const view = short === undefined ? undefined : views.get(short);
    return view !== undefined && needsImage(observation, { policy, view })
      ? ownImage(view, policy)
      : undefined;
  };
  const active = decideActive(observation, { views, target });
  return { target: imageFor(target), active: active === target ? undefined : imageFor(active) };
}

function needsImage(
  observation: Observation,
  { policy, view }: { readonly policy: SettingsPolicy; readonly view: ShaView },
): boolean {
  if (view.state === "in_progress" || view.state === "drifted") return true;
  if (view.state === "running") return updateDue(observation, { policy, view }).length > 0;
  return view.state === "failed" && view.deployed === undefined &&
    view.short !== shortSha(observation.target);
}

/** Returns the image that Showtime built. The store of an image that a person named is not asked. */
function ownImage({ short, deployed }: ShaView, { imageOf }: Pick<Policy, "imageOf">): string | undefined {
  const built = imageOf(short);
  return deployed?.image === undefined || deployed.image === built ? built : undefined;
}
