import { planOnce } from "../../../environments/app/sync/sync_pull.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { type CommandEnv, type CommandSpec, PULL_ARGUMENT } from "../../command.ts";
import { renderPlan, renderSteps } from "../../render/mod.ts";
import { makeSyncOptions, runChange } from "./change.ts";

/** Removes a pull request's environments, as if the caller had set the stop trigger. */
export const STOP: CommandSpec = {
  name: "stop",
  args: [PULL_ARGUMENT],
  summary: "remove every environment of the pull request",
  description:
    "Does what the stop trigger does: removes the pull request's environments and every label of " +
    "Showtime but the one that blocks. Asks first on a terminal; without one, nothing waits for an answer.",
  examples: [
    ["stop 1234", "look at what would go, then say yes"],
    ["stop 1234 --force", "without a question"],
  ],
  options: [{ name: "force", short: "f", description: "do not ask" }],
  needs: "context",
  run: runStop,
};

async function runStop(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const request = { trigger: "stop", force: false } as const;
  const asks = env.terminal.can.ask && !env.values.flag("force") && !env.flags.json && !env.flags.dryRun;
  if (asks) {
    const { context } = await env.ports(pr, ["forge", "platform", "images"]);
    const { plan } = await planOnce(context, pr, makeSyncOptions(env, context, { request }), env.signal);
    if (plan.action === "destroy_environment") {
      env.lines([...renderPlan(plan, { style: env.style, dryRun: false }), ...renderSteps(plan, env.style)]);
      if (!await env.terminal.confirm(`Remove all of this from #${pr}?`)) {
        env.terminal.say("Nothing was removed");
        return EXIT.done;
      }
    }
  }
  return await runChange(env, pr, { request });
}
