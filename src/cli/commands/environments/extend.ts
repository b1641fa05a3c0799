import { extendPull } from "../../../environments/app/sync/extend.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { type CommandEnv, type CommandSpec, PULL_ARGUMENT } from "../../command.ts";
import { readTtl } from "../../read_arguments.ts";
import { renderEnvironment } from "../../render/mod.ts";

/** Prolongs an environment's life from now. */
export const EXTEND: CommandSpec = {
  name: "extend",
  args: [
    PULL_ARGUMENT,
    { name: "ttl", description: "from now on: 90m, 24h, 7d, 2w, or close", required: true },
  ],
  summary: "prolong the time to live, from now",
  description:
    "Writes the active environment's time-to-live so that it lives at least so long from now. Cleanup " +
    "removes what has expired whenever it is run: its schedule is the real precision.",
  examples: [
    ["extend 1234 24h", "keep it for another day"],
    ["extend 1234 close", "keep it until the pull request closes"],
  ],
  options: [],
  needs: "context",
  run: runExtend,
};

async function runExtend(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const ttl = readTtl(env.args[1] ?? "", "<ttl>");
  const { context } = await env.ports(
    pr,
    ["forge", "platform", "images", "clock"],
    env.flags.dryRun ? { dryRunGithub: true } : {},
  );
  const { view, applied } = await extendPull(context, pr, ttl, env.signal);
  const { style, flags: { dryRun, json } } = env;
  if (json) {
    env.json({
      pr,
      action_needed: "no_action",
      action_reason: "extended",
      applied: dryRun ? [] : applied,
      environment: view,
      requests: context.forge.requestCount(),
      ...(dryRun ? { dry_run: true } : {}),
    });
  } else {
    const did = applied.map((sentence) =>
      dryRun ? `Would: say that ${sentence}` : `${style.good("✓")} ${sentence}`
    );
    env.lines([
      ...(did.length === 0 ? ["It lives that long already"] : did),
      ...renderEnvironment(view, { style, now: context.forge.now() }),
    ]);
  }
  env.next(
    dryRun && applied.length > 0
      ? "run it again without --dry-run"
      : `"showtime status ${pr}" shows the time left`,
  );
  return EXIT.done;
}
