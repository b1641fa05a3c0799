import { EXIT, type ExitCode } from "../../core/errors.ts";
import { stripControls } from "../../core/sanitize.ts";
import type { CommandEnv, CommandSpec } from "../command.ts";
import type { Check } from "../wiring_types.ts";

/** Checks everything that a run needs. */
export const DOCTOR: CommandSpec = {
  name: "doctor",
  args: [],
  summary: "check what a run needs, and say how to mend it",
  description:
    "Checks token, scopes, permission, docker, cloud credentials, network and configuration. Changes " +
    "nothing.",
  examples: [["doctor", "look for what is wrong"]],
  options: [],
  needs: "config",
  run: runDoctor,
};

const SIGNS: Readonly<Record<Check["status"], string>> = { ok: "✓", warning: "!", failure: "✗" };

async function runDoctor(env: CommandEnv): Promise<ExitCode> {
  const { flags, terminal, style, signal } = env;
  const checks = await (await env.wiring()).doctor({ flags, terminal, pr: undefined }, signal);
  const failed = checks.filter(({ status }) => status === "failure").length;
  if (flags.json) {
    env.json({ healthy: failed === 0, checks: checks.map((each) => ({ ...each, fix: each.fix ?? null })) });
  } else {
    const paints = { ok: style.good, warning: style.warm, failure: style.bad };
    env.lines(checks.flatMap(({ name, status, detail, fix }) => [
      `${paints[status](SIGNS[status])} ${style.bold(name)}: ${stripControls(detail)}`,
      ...(fix === undefined ? [] : [`   to mend it: ${stripControls(fix)}`]),
    ]));
  }
  if (failed > 0) {
    terminal.say(`${failed} of ${checks.length} checks failed`);
    return EXIT.failed;
  }
  env.next('"showtime start <pr>" brings an environment up');
  return EXIT.done;
}
