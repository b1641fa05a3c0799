import { type Config, requireForPlatform } from "../../../config/mod.ts";
import { findPrices } from "../../../environments/core/cost/prices.ts";
import { runDoctor } from "../../../environments/app/doctor/doctor.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { Finding } from "../../../lib/finding.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import type { Wiring, WiringRequest } from "../../wiring_types.ts";
import type { Style } from "../../render/style.ts";
import { wrapText } from "../../render/mod.ts";

const SIGNS: Readonly<Record<Finding["status"], string>> = { ok: "✓", warning: "!", failure: "✗" };
const INDENT = 3;

/** Checks everything that a run needs. */
export async function runDoctorCommand(env: CommandEnv): Promise<ExitCode> {
  const { flags, terminal, style, signal } = env;
  // The doctor looks at what a real run needs, also if the flags ask for a dry run.
  const real = { ...flags, dryRunGithub: false, dryRunAws: false, dryRunDocker: false };
  const findings = await examine(await env.wiring(), { flags: real, terminal, pr: undefined }, signal);
  const failed = findings.filter(({ status }) => status === "failure").length;
  if (flags.json) {
    env.json({ healthy: failed === 0, checks: findings.map((each) => ({ ...each, fix: each.fix ?? null })) });
  } else {
    env.lines(findings.flatMap((each) => renderFinding(each, style)));
  }
  if (failed > 0) {
    terminal.say(`${failed} of ${findings.length} checks failed`);
    return EXIT.incomplete;
  }
  env.next('"showtime start <pr>" brings an environment up');
  return EXIT.done;
}

/** Gives the doctor what it looks at: each part is made once, and a part that cannot be made is a finding. */
export async function examine(
  wiring: Wiring,
  request: WiringRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const clock = await wiring.clock(request);
  return await runDoctor({
    async config() {
      const { config, sources, assumed } = await wiring.config(request);
      requireForPlatform(config, config.platform);
      return {
        platform: config.platform,
        assumed,
        unpriced: unpricedIn(config),
        sources: [...new Set([...sources.values()].map(({ kind }) => kind))],
      };
    },
    forge: async () => ({
      forge: await wiring.forge(request),
      repo: (await wiring.repository(request)).repo,
    }),
    diagnoses: () => wiring.diagnoses(request),
    platform: () => wiring.platform(request),
    now: () => clock.now(),
  }, signal);
}

/** Says why no price is known although the cost is to be shown. The architecture of a template is not read here. */
function unpricedIn({ cost, platform, aws, build }: Config): string | undefined {
  if (cost === undefined || platform === "docker" || cost.perHour !== undefined) return undefined;
  const architecture = build.platform?.includes("arm64") === true ? "ARM64" : "X86_64";
  const { vcpu, gb } = { ...findPrices(aws.region, architecture), ...cost.prices };
  if (vcpu !== undefined && gb !== undefined) return undefined;
  return `no prices of ${architecture} in ${aws.region ?? "an unknown region"} are known`;
}

function renderFinding({ name, status, detail, fix }: Finding, style: Style): readonly string[] {
  const paint = { ok: style.good, warning: style.warm, failure: style.bad }[status];
  const layout = { columns: style.columns, indent: INDENT };
  const plain = `${SIGNS[status]} ${name}:`;
  const [first = "", ...rest] = wrapText(`${plain} ${stripControls(detail)}`, layout);
  // If the terminal is too narrow for the name, nothing is painted.
  const painted = first.startsWith(plain)
    ? `${paint(SIGNS[status])} ${style.bold(name)}${first.slice(plain.length - 1)}`
    : first;
  const remedy = fix === undefined
    ? []
    : wrapText(`${" ".repeat(INDENT)}to fix it: ${stripControls(fix)}`, layout);
  return [painted, ...rest, ...remedy];
}
