import { setupLabels } from "../../../environments/app/setup/setup_labels.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv, CommandSpec } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";

/** Creates or repairs the definitions of the labels whose names never change. */
export const SETUP_LABELS: CommandSpec = {
  name: "setup-labels",
  args: [],
  summary: "create or repair the label definitions",
  description:
    "Gives the labels that people add their definitions, with colour and description, so that they can " +
    "be picked on GitHub. Writes only what differs.",
  examples: [
    ["setup-labels", "once for a repository"],
    ["setup-labels --dry-run", "see what differs"],
  ],
  options: [],
  needs: "context",
  run: runSetupLabels,
};

async function runSetupLabels(env: CommandEnv): Promise<ExitCode> {
  const { dryRun } = env.flags;
  const { context } = await env.ports(undefined, ["forge"]);
  const labels = await setupLabels(context, { dryRun }, env.signal);
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
