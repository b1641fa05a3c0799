/** The judgement of the environment that people are sent to, which is due if the target is left alone. */

import { type FullSha, type ShortSha, shortSha } from "../../../../lib/ids.ts";
import { bringUp, isWaking, servesAlready } from "../bring_up.ts";
import { decideActive } from "./decide_active.ts";
import type { Observation } from "../observation.ts";
import { isOnOtherMachine } from "./other_machine.ts";
import type { Plan, Step } from "../plan.ts";
import { updateDue } from "../settings.ts";
import { type Situation, survey } from "../situation.ts";
import type { ShaView } from "../state.ts";

/** The steps that bring an environment up from its image. */
export const BRINGING: readonly Step["kind"][] = [
  "record_intent",
  "deploy",
  "wake",
  "push_content",
  "activate",
];

/** The part of a plan that is about the active environment. */
export interface ActivePlan extends Pick<Plan, "rule" | "reason" | "action" | "steps" | "because"> {
  readonly short: ShortSha;
  /** Whether neither the environment nor its image is left: its address and its status are withdrawn. */
  readonly lost: boolean;
}

/**
 * Judges the active environment if it is not the target: it is updated if its settings differ, and restored if the
 * platform lost it. Both happen from its own image; nothing is built. Undefined if it is in order.
 */
export function planActive(situation: Situation): ActivePlan | undefined {
  const { observation, policy, views, target } = situation;
  const short = decideActive(observation, { views, target });
  const view = short === undefined || short === target ? undefined : views.get(short);
  const imageGone = observation.activeImageExists === false;
  switch (view?.state) {
    case "running": {
      const differs = updateDue(observation, { policy, view });
      if (differs.length === 0) return undefined;
      const settings = differs.join(", ");
      if (imageGone) {
        return planWithoutImage(
          situation,
          view,
          `${view.short} keeps running as it was: its image is gone, so its settings cannot be changed (${settings})`,
        );
      }
      return planFromImage(situation, view, {
        rule: 15,
        reason: "settings_changed",
        because: `The deployed settings of ${view.short} differ: ${settings}`,
      });
    }
    case "drifted":
      if (isOnOtherMachine(observation, view)) return undefined;
      if (imageGone) return planWithoutImage(situation, view, `${describeLoss(view)}, and its image is gone`);
      return planFromImage(situation, view, { rule: 10, reason: "drifted", because: describeLoss(view) });
    case "in_progress":
      if (imageGone && view.deployed === undefined) {
        return planWithoutImage(situation, view, `${describeLoss(view)}, and its image is gone`);
      }
      return planFromImage(situation, view, {
        rule: 6,
        reason: "resumed",
        wake: isWaking(observation, view),
        serves: servesAlready(view) || (imageGone && view.deployed?.healthy === true),
        because: `The run that worked on ${view.short} died: its work is continued`,
      });
    case "failed":
      // What the platform keeps without an address, as a stopped container, cannot answer either.
      if (!imageGone || view.deployed?.address !== undefined) return undefined;
      return planWithoutImage(
        situation,
        view,
        `${view.short} ${
          view.deployed === undefined ? "is not there any more" : "does not run"
        }, and its image is gone`,
      );
    default:
      return undefined;
  }
}

function describeLoss({ short, deployed }: ShaView): string {
  const seen = deployed === undefined ? "does not have it" : `has it ${deployed.condition}, not healthy`;
  return `The labels say that ${short} is running, but the platform ${seen}`;
}

/** Plans to bring the active environment up from its image. No other environment of the pull request is touched. */
function planFromImage(
  situation: Situation,
  view: ShaView,
  how: {
    readonly rule: number;
    readonly reason: "settings_changed" | "drifted" | "resumed";
    readonly serves?: boolean;
    readonly wake?: boolean;
    readonly because: string;
  },
): ActivePlan | undefined {
  const { observation, policy } = situation;
  const { short } = view;
  const sha = fullShaOf(observation, view);
  if (sha === undefined) {
    return planWithoutImage(situation, view, `${how.because}; the full hash of ${short} is not on record`);
  }
  const own = survey({ ...observation, target: sha, request: undefined }, {
    ...policy,
    ttl: undefined,
    givenImage: undefined,
  });
  const { action, steps } = bringUp(own, { ...how, build: false });
  return {
    ...how,
    short,
    lost: false,
    action,
    steps: steps.filter(({ kind }) => BRINGING.includes(kind)),
    because: [how.because],
  };
}

/** Plans to say that the active environment cannot be brought up: only a trigger builds. */
function planWithoutImage(situation: Situation, view: ShaView, because: string): ActivePlan {
  const { observation, target } = situation;
  return {
    short: view.short,
    rule: 10,
    reason: "image_gone",
    action: "no_action",
    // An address that the platform still has may answer again.
    lost: view.state !== "running" && view.deployed?.address === undefined &&
      observation.platform !== "as_labels",
    steps: [],
    because: [because, `A start trigger builds ${target}`],
  };
}

/** Finds the full hash of an environment: the platform's tags, the comment's record and the timeline have it. */
export function fullShaOf(observation: Observation, { short, deployed }: ShaView): FullSha | undefined {
  return deployed?.sha ?? observation.record.shas?.get(short) ??
    observation.commits.find((sha) => shortSha(sha) === short);
}
