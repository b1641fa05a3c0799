import { explainPull } from "../../../environments/app/show/explain.ts";
import { describeRealEnvironment } from "../../../environments/app/sync/dry_rules.ts";
import { DEFAULT_OPTIONS } from "../../../environments/app/sync/make_policy.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { describeStep } from "../../../environments/core/plan/mod.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { renderPlan, wrapFact, wrapText } from "../../render/mod.ts";

const INDENT = 3;
const GAP = 2;

/** Explains what a sync would decide. */
export async function runExplain(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const { plan, observed, inputs, wouldChange } = await explainPull(ports, pr, options, env.signal);
  const real = describeRealEnvironment(ports, observed.observation.allLabels);
  if (real !== undefined) env.terminal.warn(real);
  if (env.flags.json) {
    env.json({
      pr,
      target_sha: plan.target,
      rule: plan.rule,
      action_needed: plan.action,
      action_reason: plan.reason,
      build_needed: plan.build,
      because: plan.because,
      steps: plan.steps.map(describeStep),
      inputs,
      would_change: wouldChange,
    });
    return EXIT.done;
  }
  const { style } = env;
  // On a terminal of 80 columns the hash of a commit fits beside its name.
  const widest = style.columns === undefined ? 40 : Math.floor(style.columns / 2) - INDENT - GAP;
  const width = Math.min(widest, Math.max(0, ...inputs.map(({ name }) => stripControls(name).length)));
  env.lines([
    style.bold("What was seen"),
    ...inputs.flatMap(({ name, value }) =>
      wrapFact({ name: stripControls(name), value: stripControls(value) }, {
        style,
        indent: INDENT,
        width: width + GAP,
      })
    ),
    style.bold("What is decided"),
    ...renderPlan(plan, { style, dryRun: true }),
    style.bold("What would change it"),
    ...(wouldChange.length === 0
      ? ["   nothing that was tried"]
      : wouldChange.flatMap((each) =>
        wrapText(" ".repeat(INDENT) + stripControls(each), { columns: style.columns, indent: INDENT + 2 })
      )),
  ]);
  const { lock } = observed.observation;
  if (plan.steps.length > 0 && lock.kind === "held" && lock.alive) {
    env.next(
      lock.owner === undefined
        ? `no run writes a lock like this one: "showtime unlock ${pr}" removes it`
        : `wait for the run that holds the lock: until it ends, "showtime sync ${pr}" changes nothing and exits 4`,
    );
    return EXIT.done;
  }
  env.next(
    plan.steps.length === 0 ? `"showtime status ${pr}" shows what there is` : `"showtime sync ${pr}" does it`,
  );
  return EXIT.done;
}
