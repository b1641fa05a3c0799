import { explainPull, type Explanation } from "../../../environments/app/show/explain.ts";
import { describeRealEnvironment } from "../../../environments/app/sync/dry_rules.ts";
import { DEFAULT_OPTIONS } from "../../../environments/app/sync/make_policy.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { describeCodes, describeDecision, describeStep } from "../../../environments/core/plan/mod.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv, CommandPorts } from "../../command.ts";
import { renderPlan, renderSteps, wrapFact, wrapText } from "../../render/mod.ts";
import { adviseAround } from "../../advise_around.ts";
import { askAboutLabels, FIND_OBSTACLE, readOrLabels, RULES_PAGE } from "./shared.ts";

const INDENT = 3;
const GAP = 2;

/** Explains what a sync would decide. */
export async function runExplain(env: CommandEnv): Promise<ExitCode> {
  const pr = await env.shownPull();
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const { result, incomplete } = await readOrLabels(
    ports,
    (seeing) => explainPull(seeing, pr, options, env.signal),
    env.signal,
  );
  const real = describeRealEnvironment(ports, result.observed.observation.allLabels);
  if (real !== undefined) env.terminal.warn(real);
  askAboutLabels(env, result.observed.observation.nearMisses);
  if (env.flags.json) env.json(documentOf(result, incomplete));
  else {
    env.lines(renderExplanation(env, result));
    env.next(incomplete.length > 0 ? FIND_OBSTACLE : nextStep(ports, result));
  }
  return incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
}

function documentOf({ plan, inputs, wouldChange }: Explanation, incomplete: readonly string[]) {
  return {
    pr: plan.pr,
    target_sha: plan.target,
    rule: plan.rule,
    action_needed: plan.action,
    action_reason: plan.reason,
    build_needed: plan.build,
    because: plan.because,
    steps: plan.steps.map(describeStep),
    inputs: inputs.map(({ name, value }) => ({ name, value })),
    would_change: wouldChange,
    incomplete,
  };
}

/** Renders the decision first, then why, what was seen, and what would change it. */
function renderExplanation(
  { style, flags: { verbose } }: CommandEnv,
  { plan, inputs, variations }: Explanation,
): readonly string[] {
  // On a terminal of 80 columns the hash of a commit fits beside its name.
  const widest = style.columns === undefined ? 40 : Math.floor(style.columns / 2) - INDENT - GAP;
  const width = Math.min(widest, Math.max(0, ...inputs.map(({ name }) => stripControls(name).length)));
  const sentence = (text: string) =>
    wrapText(" ".repeat(INDENT) + stripControls(text), { columns: style.columns, indent: INDENT + 2 });
  return [
    style.bold("What is decided"),
    ...renderPlan({ ...plan, because: [] }, { style, dryRun: false, codes: verbose }),
    ...renderSteps(plan, style),
    style.bold("Why"),
    ...plan.because.flatMap(sentence),
    style.bold("What was seen"),
    ...inputs.flatMap(({ name, value, words }) =>
      wrapFact(
        { name: stripControls(name), value: stripControls(verbose ? value : words ?? value) },
        { style, indent: INDENT, width: width + GAP },
      )
    ),
    style.bold("What would change it"),
    ...(variations.length === 0
      ? ["   nothing that was tried"]
      : variations.flatMap(({ what, plan: other }) =>
        sentence(
          `${what}: ${describeDecision(other)}${other.build ? "; an image would be built" : ""}${
            verbose ? ` (${describeCodes(other)})` : ""
          }`,
        )
      )),
    "Statuses and rules are explained at",
    `   ${style.link(RULES_PAGE, RULES_PAGE)}`,
  ];
}

function nextStep(
  ports: Pick<CommandPorts<never>, "settings">,
  { plan, observed }: Explanation,
): string {
  const { pr } = plan;
  const { lock } = observed.observation;
  if (plan.steps.length > 0 && lock.kind === "held" && lock.alive) {
    return lock.owner === undefined
      ? `no run writes a lock like this one: "showtime unlock ${pr}" removes it`
      : `wait for the run that holds the lock: until it ends, "showtime sync ${pr}" changes nothing and exits 4`;
  }
  const around = plan.action === "no_action" || plan.action === "blocked"
    ? adviseAround(ports, observed)
    : undefined;
  if (plan.reason === "over_limit" || plan.reason === "over_budget") {
    return '"showtime list --wide" shows what there is';
  }
  if (around !== undefined && plan.reason !== "not_authorized" && plan.reason !== "housekeeping") {
    return around;
  }
  return plan.steps.length === 0
    ? `"showtime status ${pr}" shows what there is`
    : `"showtime sync ${pr}" does it`;
}
