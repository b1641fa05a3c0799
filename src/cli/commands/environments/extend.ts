import { extendPull } from "../../../environments/app/sync/extend.ts";
import { assertWithinMaxAge } from "../../../environments/core/environment/expiry.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readTtl } from "../../read_arguments.ts";
import { extensionDocument, renderExtension } from "./commented/extension_report.ts";

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
  const extension = await extendPull(ports, pr, ttl, env.signal);
  const { dryRun, json } = env.flags;
  if (json) env.json(extensionDocument(env, { pr, extension, requests: ports.forge.requestCount() }));
  else env.lines(renderExtension(env, { extension, now: ports.forge.now() }));
  env.next(
    dryRun && extension.applied.length > 0
      ? "run it again without --dry-run"
      : `"showtime status ${pr}" shows the time left`,
  );
  return EXIT.done;
}
