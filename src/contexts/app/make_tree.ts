import type { ContextId } from "../core/context_id.ts";
import { appFilesError, formatPlace } from "../core/app_file/app_problem.ts";
import { addVariables, buildTree } from "../core/app_file/build_tree.ts";
import { checkApp } from "../core/app_file/check_app.ts";
import { mergeApp, mergeAsOriginal } from "../core/app_file/merge_app.ts";
import { checkTemplate } from "../core/template/mod.ts";
import { applyOperations, type Operation } from "../core/tree/operations.ts";
import type { Path } from "../core/tree/path.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { AppFiles } from "../ports/app_files.ts";
import { loadApp } from "./load_app.ts";
import { renderText } from "./render_scope.ts";

/** The parts of the first version of a context. */
export interface TreeRequest {
  readonly id: ContextId;
  /** The name under `cicd-contexts`. */
  readonly context: string;
  /** The app file and the folder of its bases; undefined for a context that has only its state. */
  readonly app:
    | {
      readonly file: string;
      readonly basesDir: string | undefined;
      /** Reads and merges the files by the original tool's rules. */
      readonly asOriginal?: boolean;
    }
    | undefined;
  /** Changes that are made before the variables are rendered, or a function that makes them for the tree. */
  readonly operations: readonly Operation[] | ((tree: ValueMap) => readonly Operation[]);
}

/**
 * Makes the tree of a new context: configuration, macros, state, then the changes, then the variables, which
 * see all of that. Throws AppError of {@link loadApp}, {@link buildTree} and {@link renderText}.
 */
export async function makeTree(
  { id, context, app, operations }: TreeRequest,
  { appFiles, random }: { readonly appFiles: AppFiles; readonly random: () => number },
): Promise<ValueMap> {
  const change = (tree: ValueMap) =>
    applyOperations(tree, typeof operations === "function" ? operations(tree) : operations);
  if (app === undefined) return change(buildTree({ id, context, app: undefined }));
  const { file, basesDir, asOriginal = false } = app;
  const loaded = await loadApp({ app: file, basesDir, asOriginal }, appFiles);
  const merged = mergeApp({ ...loaded, ...asOriginal ? { rule: mergeAsOriginal } : {} });
  const problems = asOriginal
    ? []
    : checkApp({ merged, context, checkTemplate: (text) => checkTemplate(text) });
  if (problems.length > 0) throw appFilesError(problems);
  const placeOf = (path: Path) => formatPlace(merged.placeOf(path));
  const tree = change(buildTree({ id, context, app: { merged, raw: loaded.app } }));
  return addVariables(tree, {
    merged,
    render: (template, { tree, name }) =>
      renderText(template, { tree, random }, {
        at: `variables.${name} (${placeOf(["variables", name])})`,
        placeOfMacro: (macro) => placeOf(["jinja2-macros", macro]),
      }),
  });
}
