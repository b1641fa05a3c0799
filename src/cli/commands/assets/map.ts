import { type ProposedMapping, showMapping } from "../../../assets/app/map_databases.ts";
import { isMapped } from "../../../assets/core/mapping/databases.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { assetsTools, chooseInstance } from "./shared.ts";

const REASONS: Readonly<Record<ProposedMapping["reason"], string>> = {
  mapped: "databases.map says so",
  same_uuid: "the UUID is the same",
  same_name: "the name is the same",
  unmapped: "nothing leads anywhere",
  not_there: "databases.map names a database that is not there",
  other_dialect: "the dialects differ",
  database_taken: "UUID and name belong to two databases",
};

/** Shows which database of an instance stands for which of the folder. */
export async function runMap(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const dir = env.values.text("dir") ?? tools.config.dir;
  const rows = await showMapping(instance, tools.ports, { dir }, env.signal);
  const lacking = rows.filter((row) => !isMapped(row));
  if (env.flags.json) {
    env.json({
      databases: rows.map(({ from, to, reason, proposal }) => ({
        from: from.name,
        to: to?.name ?? null,
        reason,
        proposal: proposal ?? null,
      })),
      requests: instance.server.requests,
    });
  } else {
    env.lines(renderTable(
      [{ title: "FOLDER" }, { title: instance.settings.name.toUpperCase() }, { title: "WHY", wraps: true }],
      rows.map(({ from, to, reason, proposal }) => [
        { text: from.name },
        { text: to?.name ?? "-" },
        { text: `${REASONS[reason]}${proposal === undefined ? "" : `; "${proposal}" may be meant`}` },
      ]),
      { style: env.style },
    ));
  }
  const proposals = lacking.filter(({ proposal }) => proposal !== undefined);
  if (proposals.length > 0) {
    const map = proposals.map(({ from, proposal }) =>
      `${JSON.stringify(from.name)}: ${JSON.stringify(proposal)}`
    ).join(", ");
    env.next(`Write into assets.instances.${instance.settings.name}.databases: map: { ${map} }`);
  }
  return lacking.length === 0 ? EXIT.done : EXIT.refused;
}
