/** Plays a plan's steps on an observation: what the next look would see if every step went well. Pure. */

import { expiryOf } from "../../src/environments/core/environment/expiry.ts";
import { formatServiceName, serviceNameOf } from "../../src/environments/core/environment/names.ts";
import { shortSha } from "../../src/lib/ids.ts";
import { formatLabel, type Label, readLabels } from "../../src/environments/core/labels/mod.ts";
import {
  diffLabels,
  type LabelFacts,
  labelsFor,
  type Observation,
  type Plan,
  planPull,
  type Policy,
  type Step,
} from "../../src/environments/core/plan/mod.ts";

/** The observation after a plan. */
export function playPlan(observation: Observation, plan: Plan): Observation {
  return plan.steps.reduce((seen, step) => playStep(seen, step), observation);
}

/** Plans and plays until nothing is left to do; undefined where that takes more than `rounds`. */
export function settle(
  observation: Observation,
  policy: Policy,
  options: { readonly rounds?: number } = {},
): Observation | undefined {
  let seen = observation;
  for (let round = 0; round < (options.rounds ?? 5); round++) {
    const plan = planPull(seen, policy);
    if (plan.steps.length === 0) return seen;
    // A command is asked for once.
    seen = { ...playPlan(seen, plan), request: undefined };
  }
  return undefined;
}

function playStep(seen: Observation, step: Step): Observation {
  switch (step.kind) {
    case "record_intent": {
      const { bringUp, status, build } = step;
      const noted = { ...seen, record: { ...seen.record, notice: undefined } };
      return describe(noted, {
        sha: shortSha(bringUp.sha),
        status,
        createdAt: bringUp.createdAt,
        ttl: bringUp.ttl,
        requestedBy: bringUp.requestedBy,
        address: undefined,
        active: seen.labels.active.includes(shortSha(bringUp.sha)),
        preparing: build || !bringUp.inPlace,
      });
    }
    case "consume_triggers":
    case "remove_labels":
      return relabel(seen, { add: [], remove: step.names });
    case "settle":
      return {
        ...seen,
        platform: platformOf(seen).map((each) =>
          each.service === serviceNameOf(step.environment) ? { ...each, unsettled: false } : each
        ),
      };
    case "build":
      return { ...seen, imageExists: true };
    case "deploy":
      return deploy(seen, step.bringUp);
    case "sleep":
      return sleep(seen, step);
    case "wake": {
      const short = shortSha(step.bringUp.sha);
      return {
        ...seen,
        platform: platformOf(seen).map((each) =>
          each.short === short
            ? { ...each, healthy: true, condition: "running", address: "10.0.0.9:8080", sleep: undefined }
            : each
        ),
      };
    }
    case "push_content":
      return seen;
    case "activate": {
      const { bringUp } = step;
      const sha = shortSha(bringUp.sha);
      const pointers = seen.labels.ours.flatMap(({ label, name }) =>
        (label.kind === "active" && label.sha !== sha) || label.kind === "preparing" ? [name] : []
      );
      return describe(relabel(seen, { add: [], remove: pointers }), {
        sha,
        status: "running",
        createdAt: bringUp.createdAt,
        ttl: bringUp.ttl,
        requestedBy: bringUp.requestedBy,
        address: platformOf(seen).find((each) => each.short === sha)?.address,
        active: true,
        preparing: false,
      });
    }
    case "retire": {
      const { deployed, short } = step.retirement;
      const service = deployed === undefined ? undefined : serviceNameOf(deployed);
      const carried = seen.labels.environments.get(short ?? shortSha(seen.target))?.labels ?? [];
      const gone = { ...seen, platform: platformOf(seen).filter((each) => each.service !== service) };
      return relabel(gone, { add: [], remove: short === undefined ? [] : carried.map(({ name }) => name) });
    }
    case "repair_labels":
      return relabel(seen, { add: step.add, remove: step.remove.map(({ name }) => name) });
    case "refresh_comment":
      return { ...seen, record: { ...seen.record, shown: undefined } };
    case "drop_comments":
      return { ...seen, record: { ...seen.record, spareComments: [] } };
    case "drop_lock":
      return { ...seen, lock: { kind: "free" } };
    case "report_status":
      return { ...seen, headStatus: step.status };
    case "notice":
      return { ...seen, record: { ...seen.record, notice: step.key } };
  }
}

function sleep(
  seen: Observation,
  { sleep: { short, since, cause }, triggers }: Extract<Step, { kind: "sleep" }>,
): Observation {
  const present = seen.allLabels.environments.get(short)?.labels ?? [];
  const outdated = present.filter(({ label }) => label.kind === "status" || label.kind === "address");
  const relabeled = relabel(seen, {
    add: [{ kind: "status", sha: short, status: "asleep" }],
    remove: [...outdated.map(({ name }) => name).filter((name) => !name.endsWith(" asleep")), ...triggers],
  });
  return {
    ...relabeled,
    record: { ...relabeled.record, sleep: { sha: short, since, cause } },
    platform: platformOf(seen).map((each) =>
      each.short === short
        ? {
          ...each,
          healthy: false,
          condition: "exited",
          address: undefined,
          sleep: { marked: false, since },
        }
        : each
    ),
  };
}

function platformOf(seen: Observation) {
  return seen.platform === "as_labels" ? [] : seen.platform;
}

function deploy(seen: Observation, bringUp: Extract<Step, { kind: "deploy" }>["bringUp"]): Observation {
  const short = shortSha(bringUp.sha);
  return {
    ...seen,
    platform: [
      ...platformOf(seen).filter((each) => each.short !== short),
      {
        platform: "docker",
        pr: seen.pr,
        sha: bringUp.sha,
        short,
        service: formatServiceName(seen.pr, short),
        address: "10.0.0.9:8080",
        healthy: true,
        condition: "running",
        image: bringUp.image,
        settings: bringUp.settings,
        requestedBy: bringUp.requestedBy,
        createdAt: bringUp.createdAt,
        expiresAt: expiryOf(bringUp.createdAt, bringUp.ttl),
        epoch: 1,
        repo: seen.repo,
        managed: true,
        legacy: false,
        unsettled: false,
      },
    ],
  };
}

/** Writes everything that the labels of one SHA are to say. */
function describe(seen: Observation, facts: LabelFacts): Observation {
  const present = seen.labels.environments.get(facts.sha)?.labels ?? [];
  const { add, remove } = diffLabels(present, labelsFor(facts));
  return relabel(seen, { add: [{ kind: "marker" }, ...add], remove: remove.map(({ name }) => name) });
}

function relabel(
  seen: Observation,
  change: { readonly add: readonly Label[]; readonly remove: readonly string[] },
): Observation {
  const present = seen.allLabels.ours.map(({ name }) => name);
  const added = change.add.map((label) => formatLabel(label)).filter((name) => !present.includes(name));
  const allLabels = readLabels(
    [...present, ...added, ...seen.allLabels.foreign].filter((name) => !change.remove.includes(name)),
  );
  const origins = new Map(seen.origins);
  for (const name of added) {
    origins.set(name, { login: "maxime", bot: false, own: true, at: seen.now, approves: seen.target });
  }
  return { ...seen, allLabels, labels: allLabels, origins };
}
