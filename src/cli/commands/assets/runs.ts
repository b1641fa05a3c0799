import { applyPrune, planPrune } from "../../../assets/app/prune.ts";
import type { Instance } from "../../../assets/app/assets_ports.ts";
import { applyRollback, findRun, prepareRollback, readRun } from "../../../assets/app/rollback.ts";
import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
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
  const work = rollback.prepared.plan.filter(({ action }) => action === "update" || action === "create");
  const conflicts = [
    ...rollback.prepared.plan.filter(({ action }) => action === "conflict"),
    ...rollback.conflicts.map((each) => ({ ...each, action: "conflict" })),
  ];
  const rows = [
    ...work.map(({ kind, name, action }) => ({ kind, name, what: action, message: "as before the run" })),
    ...rollback.deletions.map(({ kind, name }) => ({
      kind,
      name,
      what: "delete",
      message: "the run created it",
    })),
    ...conflicts.map(({ kind, name, message }) => ({ kind, name, what: "conflict", message })),
    ...rollback.kept.map(({ kind, name, message }) => ({ kind, name, what: "kept", message })),
  ];
  if (!env.flags.json && rows.length > 0) env.lines(renderAssets(env, rows));
  if (conflicts.length > 0) {
    throw new AppError("assets_edited", `Undoing ${run.run}: ${conflicts.length} assets were edited since`, {
      exitCode: EXIT.refused,
      hint: "Look at them, then use --force to undo the run nevertheless",
    });
  }
  const count = work.length + rollback.deletions.length;
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
    if (env.flags.json) {
      env.json({ run: null, instance: instance.settings.name, undoes: run.run, assets: rows });
    }
    return EXIT.done;
  }
  if (!yes && !await env.terminal.confirm(`Undo ${run.run} on ${instance.settings.name}?`)) return EXIT.done;
  const result = await applyRollback(instance, tools.ports, {
    rollback,
    continueOnError: true,
    inActions: tools.inActions,
  }, env.signal);
  env.terminal.progress(undefined);
  const results = [
    ...result.assets.filter(({ action }) => action !== "unchanged")
      .map(({ uuid, kind, name, action, result, message }) => ({
        uuid,
        kind,
        name,
        action,
        result,
        message,
      })),
    ...result.deleted.map(({ uuid, kind, name, result, message }) => ({
      uuid,
      kind,
      name,
      action: "delete",
      result,
      message,
    })),
  ];
  if (env.flags.json) {
    env.json({
      run: result.run ?? null,
      instance: instance.settings.name,
      undoes: run.run,
      assets: results.map((each) => ({ ...each, message: each.message ?? null })),
      summary: countMap(results.map(({ result }) => result)),
      requests: instance.server.requests,
    });
  }
  const bad = results.filter(({ result }) => result !== "done");
  if (!env.flags.json && bad.length > 0) {
    env.lines(renderAssets(env, bad.map((each) => ({ ...each, what: each.result }))));
  }
  env.terminal.say(`${instance.settings.name}: ${countWords(results.map(({ result }) => result))}`);
  return bad.length > 0 ? EXIT.failed : EXIT.done;
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
    ...(done?.assets ??
      deletions.map((each) => ({ ...each, result: "planned" as const, message: undefined }))),
    ...kept.map((each) => ({ ...each, result: "skipped" as const })),
  ];
  if (env.flags.json) {
    env.json({
      run: done?.run ?? null,
      instance: instance.settings.name,
      assets: rows.map(({ uuid, kind, name, result, message }) => ({
        uuid,
        kind,
        name,
        action: result === "skipped" ? "skip" : "delete",
        result,
        message: message ?? null,
      })),
      summary: countMap(rows.map(({ result }) => result)),
      requests: instance.server.requests,
      incomplete: observed.incomplete,
    });
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
