import { exportAssets, exportExitCode, secretsError } from "../../../assets/app/export_assets.ts";
import { NONE_SELECTED, selectsAll } from "../../../assets/core/select.ts";
import type { ExitCode } from "../../../lib/errors.ts";
import type { Instance } from "../../../assets/app/assets_ports.ts";
import type { CommandEnv } from "../../command.ts";
import type { AssetsTools } from "../../wiring_types.ts";
import { assetsDocument } from "./document.ts";
import { assetsTools, chooseInstance, countWords, readSelection, renderAssets } from "./shared.ts";

/** Makes the folder what an instance holds. */
export async function runExport(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  return await exportTo(env, {
    tools,
    instance: chooseInstance(tools, env.args[0]),
    dir: env.args[1] ?? tools.config.dir,
  });
}

/** Exports an instance into a folder. */
export async function exportTo(
  env: CommandEnv,
  { tools, instance, dir }: {
    readonly tools: AssetsTools;
    readonly instance: Instance;
    readonly dir: string;
  },
): Promise<ExitCode> {
  await tools.ports.sources.folder(dir).assertWritable();
  const options = {
    dir,
    selection: await readSelection(env, instance),
    force: env.values.flag("force"),
    allowRemovals: env.values.flag("allow-removals"),
    redact: env.values.flag("redact"),
  };
  const result = await exportAssets(instance, tools.ports, options, env.signal);
  env.terminal.progress(undefined);
  const code = exportExitCode(result, options);
  const actions = result.assets.map(({ action }) => action);
  if (env.flags.json) {
    const more = { secrets: result.secrets, others: result.others };
    env.json(assetsDocument(instance, { assets: result.assets, incomplete: result.incomplete, more }));
  } else {
    const changed = result.assets.filter(({ action }) => action !== "unchanged");
    env.lines(
      renderAssets(
        env,
        changed.map(({ kind, name, action, message }) => ({ kind, name, what: action, message })),
      ),
    );
    env.terminal.say(`${dir}: ${countWords(actions) || "nothing to export"}`);
  }
  for (const sentence of result.incomplete) env.terminal.warn(sentence);
  if (result.assets.length === 0 && !selectsAll(options.selection)) env.terminal.warn(NONE_SELECTED);
  if (result.others.length > 0) {
    env.terminal.say(
      `${result.others.length} file${
        result.others.length === 1 ? "" : "s"
      } of assets that ${instance.settings.name} does not have: ${result.others.slice(0, 5).join(", ")}`,
    );
  }
  if (code === 3) env.fail(secretsError(result.secrets));
  else if (actions.includes("create")) env.next(`"git status ${dir}" shows the new files`);
  else if (actions.some((each) => each === "update" || each === "delete")) {
    env.next(`"git diff ${dir}" shows what changed`);
  }
  return code;
}
