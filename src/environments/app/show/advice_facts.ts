import type { AdviceFacts } from "../../core/comment/mod.ts";
import { shortSha } from "../../../lib/ids.ts";
import { activeSha } from "../../core/labels/mod.ts";
import { isTargetTrusted, type Observation, type Policy } from "../../core/plan/mod.ts";

/** Derives what the advice to people depends on. */
export function adviceFacts(
  observation: Observation,
  policy: Pick<Policy, "autoSync">,
): AdviceFacts {
  const { labels, headSha } = observation;
  const head = shortSha(headSha);
  const environments = [...labels.environments.values()].filter(({ status }) => status !== undefined);
  const runs = environments.find(({ sha }) => sha === activeSha(labels, head));
  const tried = environments.find(({ sha }) => sha === head) ?? environments.at(-1);
  const status = (runs ?? tried)?.status;
  return {
    open: observation.open,
    blocked: labels.blocked[0],
    frozen: labels.frozen[0],
    state: status === undefined
      ? "none"
      : status === "running"
      ? "running"
      : status === "asleep"
      ? "asleep"
      : status === "failed" || status === "unknown"
      ? "failed"
      : "working",
    waits: environments.length > 0 &&
      !environments.some(({ sha, serves }) =>
        sha === head || (sha === runs?.sha && serves?.includes(head) === true)
      ),
    pushes: policy.autoSync === "never"
      ? "off"
      : policy.autoSync === "always" || isTargetTrusted(observation)
      ? "update"
      : "approval",
  };
}
