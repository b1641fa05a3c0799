import { showStatus } from "../../../assets/app/show_status.ts";
import { validateFolder } from "../../../assets/app/validate_folder.ts";
import { NONE_SELECTED, selectsAll } from "../../../assets/core/select.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { assetsDocument } from "./document.ts";
import { assetsTools, chooseInstance, countMap, countWords, readSelection, renderAssets } from "./shared.ts";

const STATES: Readonly<Record<string, string>> = {
  in_step: "in step",
  ahead: "ahead: changed in the folder",
  behind: "behind: changed on the instance",
  both: "changed on both sides",
  only_there: "only on the instance",
};

/** Shows how the folder and an instance stand to each other. */
export async function runAssetsStatus(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const dir = env.values.text("dir") ?? tools.config.dir;
  const selection = await readSelection(env, instance);
  const { assets, incomplete } = await showStatus(instance, tools.ports, { dir, selection }, env.signal);
  env.terminal.progress(undefined);
  const differing = assets.filter(({ state }) => state !== "in_step");
  if (env.flags.json) {
    const summary = countMap(assets.map(({ state }) => state));
    env.json(assetsDocument(instance, { assets, incomplete, more: { summary } }));
  } else {
    if (differing.length > 0) {
      env.lines(
        renderAssets(
          env,
          differing.map(({ kind, name, state }) => ({ kind, name, what: STATES[state] ?? state })),
        ),
      );
    }
    env.terminal.say(countWords(assets.map(({ state }) => state)) || "Nothing to compare");
  }
  for (const sentence of incomplete) env.terminal.warn(sentence);
  if (assets.length === 0 && !selectsAll(selection)) env.terminal.warn(NONE_SELECTED);
  const name = instance.settings.name;
  env.next(
    differing.length === 0
      ? `${name} and ${dir} are in step`
      : `"showtime assets diff ${dir} ${name}" shows the differences, "showtime assets plan ${name}" what a push would do`,
  );
  if (incomplete.length > 0) return EXIT.incomplete;
  return differing.length > 0 && env.values.flag("exit-code") ? EXIT.differences : EXIT.done;
}

/** Checks the folder without a server. */
export async function runValidate(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const dir = env.args[0] ?? tools.config.dir;
  const { problems, assets } = await validateFolder(tools.ports, dir);
  if (env.flags.json) {
    env.json({
      problems: problems.map(({ path, field, code, message, line }) => ({
        path,
        field: field ?? null,
        code,
        message,
        line: line ?? null,
      })),
      summary: { assets, problems: problems.length },
    });
  } else if (problems.length > 0) {
    env.lines(
      renderTable(
        [{ title: "WHERE", shrinks: true }, { title: "PROBLEM", wraps: true }],
        problems.map((each) => [
          {
            text: `${each.path}${each.line === undefined ? "" : `:${each.line}`}${
              each.field === undefined ? "" : `#${each.field}`
            }`,
          },
          { text: each.message },
        ]),
        { style: env.style },
      ),
    );
  }
  env.terminal.say(`${dir}: ${assets} assets, ${problems.length} problem${problems.length === 1 ? "" : "s"}`);
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}
