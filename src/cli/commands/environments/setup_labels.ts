import { setupLabels } from "../../../environments/app/setup/setup_labels.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";

/** Creates or repairs the definitions of the labels whose names never change. */
export async function runSetupLabels(env: CommandEnv): Promise<ExitCode> {
  const { dryRun } = env.flags;
  const { ports } = await env.ports(undefined, ["forge"]);
  const labels = await setupLabels(ports, { dryRun }, env.signal);
  if (env.flags.json) env.json({ labels, dry_run: dryRun });
  else {
    const rows = labels.map((
      { name, change },
    ) => [{ text: name }, { text: dryRun ? dryWord(change) : change }]);
    env.lines(renderTable([{ title: "LABEL" }, { title: "CHANGE" }], rows, { style: env.style }));
  }
  env.next(
    dryRun
      ? "run it again without --dry-run"
      : 'add the start trigger to a pull request; "showtime labels" lists them all',
  );
  return EXIT.done;
}

function dryWord(change: "created" | "repaired" | "unchanged"): string {
  return change === "unchanged" ? change : `would be ${change}`;
}
