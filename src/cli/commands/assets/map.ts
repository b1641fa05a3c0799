import type { Instance } from "../../../assets/app/assets_ports.ts";
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

/** Shows which database of an instance stands for which of the folder. `--write` writes what is proposed. */
export async function runMap(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const dir = env.values.text("dir") ?? tools.config.dir;
  const found = await showMapping(instance, tools.ports, { dir }, env.signal);
  const proposals = proposalsOf(found);
  const writes = env.values.flag("write") && Object.keys(proposals).length > 0;
  const file = writes ? await writeProposals(env, { name: instance.settings.name, proposals }) : undefined;
  const rows = writes
    ? await showMapping(withDatabases(instance, proposals), tools.ports, { dir }, env.signal)
    : found;
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
      file: file ?? null,
      written: writes ? proposals : {},
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
  const { name } = instance.settings;
  const words = Object.entries(proposals).map(([from, to]) => `"${from}" is "${to}"`).join(", ");
  if (file !== undefined) env.terminal.say(`${file}: ${words}`);
  else if (words !== "") env.next(`"showtime assets map ${name} --write" writes that ${words}`);
  return lacking.length === 0 ? EXIT.done : EXIT.refused;
}

function proposalsOf(rows: readonly ProposedMapping[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rows.flatMap(({ from, proposal }) => proposal === undefined ? [] : [[from.name, proposal] as const]),
  );
}

/** Writes proposals into the map of an instance in the configuration file. Returns the path of the file. */
async function writeProposals(
  env: CommandEnv,
  { name, proposals }: { readonly name: string; readonly proposals: Readonly<Record<string, string>> },
): Promise<string> {
  const [{ addDatabases }, { openConfig }] = await Promise.all([
    import("../../../config/mod.ts"),
    import("./edit_instances.ts"),
  ]);
  const { path, change } = await openConfig(env);
  await change((text) => addDatabases(text, name, proposals));
  return path;
}

function withDatabases(instance: Instance, added: Readonly<Record<string, string>>): Instance {
  const { databases } = instance.settings;
  const settings = { ...instance.settings, databases: { ...databases, map: { ...databases.map, ...added } } };
  return { ...instance, settings };
}
