/** Adds the status of the head commit to a plan that has nothing else to do. */

import { isStatus, wantedStatus } from "../news/mod.ts";
import type { Observation, Policy } from "./observation.ts";
import type { Plan } from "./plan.ts";

/**
 * Returns the plan, with a step that writes the head's status if no other step is due and the status is not the one that
 * the commit is to have. Every other step writes it by itself, after the labels. While another run is at work, that run
 * writes it.
 */
export function withStatus(
  plan: Plan,
  { observation, policy }: { readonly observation: Observation; readonly policy: Policy },
): Plan {
  const { lock, open, headSha, labels, headStatus: present, record: { failure, update } } = observation;
  if (policy.status === undefined || plan.steps.length > 0) return plan;
  if (lock.kind === "held" && lock.alive) return plan;
  const { required } = policy.status;
  const status = wantedStatus({ open, headSha, labels, failure, update, present, required });
  if (status === undefined || present === undefined || isStatus(present, status)) return plan;
  const settled = plan.rule === 17 && plan.reason !== "frozen";
  return {
    ...plan,
    ...(settled ? { rule: 16, reason: "housekeeping" } : {}),
    steps: [{ kind: "report_status", status }],
    because: [...plan.because, `The status of ${headSha} is not set yet, or out of date`],
  };
}
