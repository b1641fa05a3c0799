import { extendPull } from "../../../environments/app/sync/extend.ts";
import { assertWithinMaxAge } from "../../../environments/core/environment/expiry.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readTtl } from "../../read_arguments.ts";
import { renderDone, renderEnvironment, renderSentence } from "../../render/mod.ts";

/** Prolongs an environment's life from now. */
export async function runExtend(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const ttl = readTtl(env.args[1] ?? "", "<ttl>");
  const { ports } = await env.ports(
    pr,
    ["forge", "platform", "images", "clock"],
    env.flags.dryRun ? { dryRunGithub: true } : {},
  );
  assertWithinMaxAge(ttl, { maxAgeMs: ports.settings.maxAgeMs, where: "<ttl>" });
  const { view, applied } = await extendPull(ports, pr, ttl, env.signal);
  const { style, flags: { dryRun, json } } = env;
  if (json) {
    env.json({
      pr,
      action_needed: "no_action",
      action_reason: "extended",
      applied: dryRun ? [] : applied,
      environment: view,
      requests: ports.forge.requestCount(),
      ...(dryRun ? { dry_run: true } : {}),
    });
  } else {
    const did = applied.flatMap((sentence) =>
      dryRun ? renderSentence(`Would: say that ${sentence}`, style) : renderDone(sentence, style)
    );
    env.lines([
      ...(did.length === 0 ? ["It already lives that long"] : did),
      ...renderEnvironment(view, { style, now: ports.forge.now() }),
    ]);
  }
  env.next(
    dryRun && applied.length > 0
      ? "run it again without --dry-run"
      : `"showtime status ${pr}" shows the time left`,
  );
  return EXIT.done;
}
