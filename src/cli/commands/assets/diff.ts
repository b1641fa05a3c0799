import { loadSide, type Side } from "../../../assets/app/load_side.ts";
import { differencesOf } from "../../../assets/core/diff/differences.ts";
import {
  countDifferences,
  renderDiffHtml,
  renderDiffMarkdown,
} from "../../../assets/core/diff/render_diff.ts";
import { NONE_SELECTED, selectsAll } from "../../../assets/core/select.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { documentAsset } from "./document.ts";
import { assetsTools, readSelection, renderDifferences } from "./shared.ts";

/** The action that would make the first side the second, by change. */
const ACTIONS = { added: "create", removed: "delete", changed: "update" } as const;

/** Compares two sides, each a folder, a revision, a ZIP or an instance. */
export async function runDiff(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const [before = "", after = ""] = env.args;
  const load = async (name: string, rows?: Side["rows"]) => {
    // An owner has another number on each instance.
    const selection = await readSelection(env, tools.instance(name));
    const request = {
      dir: tools.config.dir,
      selection,
      rows,
      instanceOf: (each: string) => tools.instance(each),
    };
    return await loadSide(tools.ports, { ...request, name }, env.signal);
  };
  // An instance comes first: it knows the numbers, owners and tags of the other side's files.
  const isLast = tools.instance(before) === undefined;
  const first = await load(isLast ? after : before);
  const second = await load(isLast ? before : after, first.rows);
  const [old, young] = isLast ? [second, first] : [first, second];
  env.terminal.progress(undefined);
  const differences = differencesOf(old.assets, young.assets);
  const format = env.flags.json ? "json" : env.values.text("format") ?? "text";
  const sides = { before, after };
  const incomplete = [...old.incomplete, ...young.incomplete];
  if (format === "json") {
    const changes = { added: 0, removed: 0, changed: 0 };
    for (const { change } of differences) changes[change] += 1;
    env.json({
      run: null,
      instance: null,
      before,
      after,
      assets: differences.map((each) =>
        documentAsset({
          ...each,
          path: young.paths.get(each.uuid) ?? old.paths.get(each.uuid),
          action: ACTIONS[each.change],
        })
      ),
      summary: changes,
      requests: old.requests + young.requests,
      incomplete,
    });
  } else if (format === "markdown") {
    env.lines(renderDiffMarkdown(differences, { sides }).trimEnd().split("\n"));
  } else if (format === "html") env.lines(renderDiffHtml(differences, sides).trimEnd().split("\n"));
  else {
    env.lines(renderDifferences(env, differences));
    env.terminal.say(countDifferences(differences));
  }
  for (const sentence of incomplete) env.terminal.warn(sentence);
  const chosen = old.assets.size + young.assets.size;
  if (chosen === 0 && !selectsAll(await readSelection(env, undefined))) env.terminal.warn(NONE_SELECTED);
  if (incomplete.length > 0) return EXIT.incomplete;
  return differences.length > 0 && env.values.flag("exit-code") ? EXIT.differences : EXIT.done;
}
