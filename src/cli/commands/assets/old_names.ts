/** The commands under the names of the scripts that they replace. Each loads the command that it stands for. */

import { EXPORT_FOLDER } from "../../../assets/app/read_folder.ts";
import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { assetsTools, chooseInstance } from "./shared.ts";

/** The instance that `export_all` reads if none is named. */
const PRODUCTION = "superset-production";

/** Exports everything, into the configured folder if none is named. */
export async function runExportAll(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0] ?? PRODUCTION);
  const { exportTo } = await import("./export.ts");
  return await exportTo(env, { tools, instance, dir: env.args[1] ?? tools.config.dir });
}

/** Shows the mapping of databases. The files of the folder stay as they are: a push maps on its way. */
export async function runMapDatabaseUuids(env: CommandEnv): Promise<ExitCode> {
  const { runMap } = await import("./map.ts");
  return await runMap(env);
}

/** Pushes the folder, which must hold the last export of the source, to the target. */
export async function runSyncAssets(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const [source = "", target = ""] = env.args;
  const from = chooseInstance(tools, source);
  const instance = chooseInstance(tools, target);
  if (from === instance) {
    throw usageError(
      "same_instance",
      `Syncing ${source} to ${target}: they are the same instance`,
      "Name two instances",
    );
  }
  const dir = env.values.text("dir") ?? tools.config.dir;
  const last = (await tools.ports.sources.folder(dir).read())?.get(`${EXPORT_FOLDER}/last`)?.trim();
  if (last !== source) {
    const state = last === undefined ? "holds no whole export" : `holds the export of ${last}`;
    throw usageError(
      "export_missing",
      `Syncing ${source} to ${target}: ${dir} ${state}`,
      `Run "showtime assets export_all ${source}${dir === tools.config.dir ? "" : ` ${dir}`}" first`,
    );
  }
  const { pushTo } = await import("./push.ts");
  return await pushTo(env, { tools, instance, implied: { adopt: true, continueOnError: true } });
}
