/** Decides and reports the decision as `key=value` pairs for a workflow; writes nothing. */

import { type PrNumber, shortSha } from "../../../lib/ids.ts";
import {
  buildsAfterWake,
  describeRefusal,
  type Observation,
  personMay,
  type Plan,
  type Policy,
  viewShas,
  viewTriggers,
} from "../../core/plan/mod.ts";
import { servedHead } from "../../core/labels/mod.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { mainView, servedSha, type ViewPorts } from "../show/environment_view.ts";
import { readWithLabelFallback } from "../show/label_fallback.ts";
import { describeRealEnvironment, type DryValues } from "./dry_rules.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { ObservePorts } from "../observe/observe_pull.ts";
import { planOnce, type SyncOptions } from "./sync_pull.ts";

/** The ports and values of a decision that changes nothing. */
export interface CheckPorts extends ObservePorts, DryValues {
  readonly links: ViewPorts["links"];
  readonly terminal: Pick<Terminal, "warn" | "say">;
}

/** Returns the pairs in the documented order, without those that do not apply. */
export async function checkOnly(
  ports: CheckPorts,
  pr: PrNumber,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { result, unasked } = await readWithLabelFallback(
    ports,
    (seeing) => planOnce(seeing, pr, options, signal),
    signal,
  );
  if (unasked !== undefined) {
    ports.terminal.warn(
      `The platform could not be asked, so the decision is what the labels say: ${unasked}`,
    );
  }
  const { plan, observed, policy } = result;
  const { observation } = observed;
  const real = describeRealEnvironment(ports, observation.allLabels);
  if (real !== undefined) ports.terminal.warn(real);
  return {
    ...decisionOf(plan, { observation, policy }),
    ...authorityOf(ports, { plan, policy, observation, served: servedSha(mainView(ports, observed)) }),
  };
}

function decisionOf(
  plan: Plan,
  { observation, policy }: { readonly observation: Observation; readonly policy: Policy },
): Readonly<Record<string, string>> {
  return {
    build_needed: String(plan.build || buildsAfterWake(observation, { policy, plan })),
    sync_needed: String(plan.steps.length > 0),
    pr_number: String(observation.pr),
    target_sha: plan.target,
    action_needed: plan.action,
    action_reason: plan.reason,
  };
}

function authorityOf(
  ports: CheckPorts,
  at: {
    readonly plan: Plan;
    readonly policy: Policy;
    readonly observation: Observation;
    readonly served: string;
  },
): Readonly<Record<string, string>> {
  const { plan, policy, observation, served } = at;
  const triggers = viewTriggers(observation, policy);
  // The person who set the trigger counts. If the plan acts, that is an authorized trigger, else a refused
  // one: its refusal is the reason why nothing happens.
  const acts = plan.action !== "blocked" && plan.action !== "no_action";
  const trigger = triggers.find((each) => each.authorized === acts) ?? triggers[0];
  const person = trigger === undefined ? observation.actor : trigger.by;
  const answer = person === undefined ? undefined : observation.people.get(person);
  const judged = ports.identity.inActions || trigger !== undefined;
  const status = judged ? authStatus(observation, person) : "skipped_not_actions";
  if (person !== undefined && observation.actor !== undefined && person !== observation.actor) {
    ports.terminal.say(
      `permission_level and auth_status are those of ${stripControls(person)}, who set the trigger; ` +
        `github_actor is ${stripControls(observation.actor)}`,
    );
  }
  const views = viewShas(observation);
  const target = views.get(shortSha(plan.target));
  const blocked = plan.reason === "blocked"
    ? "existing_blocked_label"
    : plan.reason === "not_authorized"
    ? "authorization_failed"
    : plan.reason === "over_limit" || plan.reason === "over_budget"
    ? plan.reason
    : undefined;
  const names = observation.labels.triggers.map(({ name }) => name);
  const refused = judged && status !== "authorized"
    ? trigger?.refusal ?? describeRefusal(observation, person)
    : undefined;
  return {
    github_actor: observation.actor ?? "",
    permission_level: answer?.kind === "known"
      ? answer.permission
      : answer?.kind === "not_found"
      ? "none"
      : "unknown",
    auth_status: status,
    environment_sha: served,
    ...(blocked === undefined ? {} : { blocked_reason: blocked }),
    ...(names.length === 0 ? {} : { trigger_labels: names.join(",") }),
    ...(target === undefined || target.state === "absent"
      ? servesToo(observation) ? { target_show_status: "running" } : {}
      : { target_show_status: target.labeled?.status ?? target.state }),
    ...(views.size === 0 ? {} : {
      has_previous_shows: String(
        [...views.values()].some((each) => each !== target && each.state !== "absent"),
      ),
    }),
    ...(refused === undefined ? {} : { auth_error: stripControls(refused) }),
  };
}

/** Whether a label says that the environment of an earlier commit serves the head too: the head counts as running. */
function servesToo({ labels, headSha, target }: Observation): boolean {
  return target === headSha &&
    labels.active.some((runs) => servedHead(labels, { runs, head: headSha }) !== undefined);
}

function authStatus(observation: Observation, person: string | undefined): string {
  if (personMay(observation, person)) return "authorized";
  const answer = person === undefined ? undefined : observation.people.get(person);
  if (answer?.kind === "not_found") return "denied_404";
  // A bot is always refused, whatever its role.
  return answer?.kind === "known" || person?.endsWith("[bot]") === true
    ? "denied_insufficient_perms"
    : "error";
}
