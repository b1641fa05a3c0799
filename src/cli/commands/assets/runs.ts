import { applyPrune, planPrune } from "../../../assets/app/prune.ts";
import type { Instance } from "../../../assets/app/assets_ports.ts";
import type { Uuid } from "../../../assets/core/asset.ts";
import { applyRollback, findRun, prepareRollback, readRun } from "../../../assets/app/rollback.ts";
import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { errorDocument } from "../../print_error.ts";
import { renderTable } from "../../render/table.ts";
import { assetsDocument, type DocumentAsset, type DocumentParts } from "./document.ts";
import { assetsTools, chooseInstance, countMap, countWords, mustAsk, renderAssets } from "./shared.ts";

/** Lists the runs that are recorded on this machine. */
export async function runRuns(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const runs = await instance.store.runs();
  if (env.flags.json) {
    env.json({
      instance: instance.settings.name,
      runs: runs.map(({ run, command, state, started_at, undoes, assets }) => ({
        run,
        command,
        state,
        started_at,
        undoes: undoes ?? null,
        summary: countMap(assets.map(({ action }) => action)),
      })),
    });
  } else if (runs.length > 0) {
    env.lines(renderTable(
      [{ title: "RUN" }, { title: "WHAT" }, { title: "STATE" }, { title: "ASSETS", wraps: true }],
      runs.map(({ run, command, state, undoes, assets }) => [
        { text: run },
        { text: undoes === undefined ? command : `${command} of ${undoes}` },
        { text: state === "running" ? "was killed" : state.replaceAll("_", " ") },
        { text: countWords(assets.map(({ action }) => action)) },
      ]),
      { style: env.style },
    ));
  }
  env.next(
    runs.length === 0
      ? `No run is recorded here for ${instance.settings.name}`
      : `"showtime assets rollback ${instance.settings.name} ${runs[0]?.run}" undoes the newest`,
  );
  return EXIT.done;
}

/** Undoes a run. */
export async function runRollback(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const yes = mustAsk(env, `Undoing a run on ${instance.settings.name}`);
  await using _lock = env.flags.dryRun ? undefined : await instance.store.lock();
  const { run, snapshot } = await chooseRun(env, instance);
  const rollback = await prepareRollback(instance, tools.ports, {
    run,
    snapshot,
    dir: env.values.text("dir") ?? tools.config.dir,
    force: env.values.flag("force"),
  }, env.signal);
  env.terminal.progress(undefined);
  const { prepared, deletions } = rollback;
  const work = prepared.plan.filter(({ action }) => action === "update" || action === "create");
  const conflicts = [...prepared.plan.filter(({ action }) => action === "conflict"), ...rollback.conflicts];
  const planned = [
    ...work.map((asset) => ({ ...asset, result: "planned", message: "as before the run" })),
    ...deletions.map((asset) => ({
      ...asset,
      action: "delete",
      result: "planned",
      message: "the run created it",
    })),
    ...conflicts.map((asset) => ({ ...asset, action: "conflict", result: "skipped" })),
    ...rollback.kept.map((asset) => ({ ...asset, action: "skip", result: "skipped" })),
  ];
  const document = (assets: readonly DocumentAsset[], more: Pick<DocumentParts, "run" | "more"> = {}) =>
    assetsDocument(instance, {
      run: more.run,
      assets: assets.map(({ uuid, kind, name, action, result, reason, message, fields }) => {
        const path = prepared.paths.get(uuid as Uuid);
        return { uuid, kind, name, path, action, result, reason, message, fields };
      }),
      incomplete: rollback.observed.incomplete,
      more: { undoes: run.run, ...more.more },
    });
  if (!env.flags.json && planned.length > 0) {
    env.lines(
      renderAssets(
        env,
        planned.map((each) => ({ ...each, what: each.action === "skip" ? "kept" : each.action })),
      ),
    );
  }
  if (conflicts.length > 0) {
    const error = conflictError(run.run, conflicts);
    if (!env.flags.json) throw error;
    env.json(document(planned, { more: { error: errorDocument(error) } }));
    return error.exitCode;
  }
  const count = work.length + deletions.length;
  if (env.flags.dryRun || count === 0) {
    if (!env.flags.dryRun) {
      await applyRollback(
        instance,
        tools.ports,
        { rollback, continueOnError: true, inActions: false },
        env.signal,
      );
    }
    env.terminal.say(count === 0 ? `Nothing is left of ${run.run}` : `${count} assets would change`);
    if (env.flags.json) env.json(document(planned));
    return EXIT.done;
  }
  if (!yes && !await env.terminal.confirm(`Undo ${run.run} on ${instance.settings.name}?`)) return EXIT.done;
  const done = await applyRollback(instance, tools.ports, {
    rollback,
    continueOnError: true,
    inActions: tools.inActions,
  }, env.signal);
  env.terminal.progress(undefined);
  const results = [
    ...done.assets.filter(({ action }) => action !== "unchanged"),
    ...done.deleted.map((each) => ({ ...each, action: "delete" })),
  ];
  if (env.flags.json) env.json(document(results, { run: done.run }));
  const bad = results.filter(({ result }) => result !== "done");
  if (!env.flags.json && bad.length > 0) {
    env.lines(renderAssets(env, bad.map((each) => ({ ...each, what: each.result }))));
  }
  env.terminal.say(`${instance.settings.name}: ${countWords(results.map(({ result }) => result))}`);
  return bad.length > 0 ? EXIT.failed : EXIT.done;
}

function conflictError(
  run: string,
  conflicts: readonly { readonly reason?: string | undefined }[],
): AppError {
  const count = `${conflicts.length} asset${conflicts.length === 1 ? "" : "s"}`;
  const [edited, others] = [
    conflicts.filter(isEdit).length,
    conflicts.filter((each) => !isEdit(each)).length,
  ];
  const said = others === 0
    ? `${count} ${edited === 1 ? "was" : "were"} edited on the instance since`
    : `${count} cannot be put back or deleted as they are now`;
  return new AppError("assets_edited", `Undoing ${run}: ${said}`, {
    exitCode: EXIT.refused,
    hint: conflicts.every((each) => isEdit(each) || each.reason === undefined)
      ? "Look at the conflicts, then use --force to undo the run nevertheless"
      : "Resolve the conflicts that are no edits on the instance: --force does not override them",
  });
}

function isEdit({ reason }: { readonly reason?: string | undefined }): boolean {
  return reason === "edited";
}

/** Finds the run to undo with its snapshot: in a folder with `--from`, else among the runs that are recorded here. */
async function chooseRun(env: CommandEnv, instance: Instance) {
  const from = env.values.text("from");
  if (from === undefined) {
    const run = await findRun(instance, env.args[1]);
    return { run, snapshot: await instance.store.snapshot(run.run) };
  }
  if (env.args[1] === undefined) return await readRun(instance, from);
  throw usageError(
    "run_twice",
    `Undoing a run on ${instance.settings.name}: a run and --from are both given`,
    "Give one of them",
  );
}

const PLANNED = { result: "planned", reason: undefined, message: undefined } as const;

/** Lists, or deletes, what was pushed and the folder has dropped. */
export async function runPrune(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const yes = env.values.flag("yes") && !env.flags.dryRun;
  await using _lock = yes ? await instance.store.lock() : undefined;
  const dir = env.values.text("dir") ?? tools.config.dir;
  const plan = await planPrune(instance, tools.ports, { dir }, env.signal);
  const { observed, deletions, kept } = plan;
  const done = yes ? await applyPrune(instance, tools.ports, plan, env.signal) : undefined;
  env.terminal.progress(undefined);
  const rows = [
    ...(done?.assets ?? deletions.map((each) => ({ ...each, ...PLANNED }))),
    ...kept.map((each) => ({ ...each, result: "skipped" as const })),
  ];
  if (env.flags.json) {
    env.json(assetsDocument(instance, {
      run: done?.run,
      assets: rows.map(({ uuid, kind, name, result, reason, message }) => {
        const action = result === "skipped" ? "skip" : "delete";
        return { uuid, kind, name, action, result, reason, message };
      }),
      incomplete: observed.incomplete,
    }));
  } else if (rows.length > 0) {
    env.lines(renderAssets(
      env,
      rows.map(({ kind, name, result, message }) => ({
        kind,
        name,
        what: result === "done"
          ? "deleted"
          : result === "planned"
          ? "delete"
          : result === "skipped"
          ? "kept"
          : "failed",
        message,
      })),
    ));
  }
  if (observed.incomplete.length > 0) {
    for (const sentence of observed.incomplete) env.terminal.warn(sentence);
    return EXIT.incomplete;
  }
  if (deletions.length === 0) env.terminal.say(`Nothing to prune on ${instance.settings.name}`);
  else if (done === undefined) {
    env.next(`"showtime assets prune ${instance.settings.name} --yes" deletes them`);
  } else env.next(`"showtime assets rollback ${instance.settings.name} ${done.run}" brings them back`);
  return done?.assets.some(({ result }) => result === "failed") ? EXIT.failed : EXIT.done;
}
