import { contextUnknown, readContext } from "../../../contexts/app/read_context.ts";
import { writeCopies } from "../../../contexts/app/write_context.ts";
import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { endDryRun } from "./end_write.ts";
import { printJson, withContext, withContexts } from "./shared.ts";

/** Writes the configured copies again. */
export async function runExport(env: CommandEnv): Promise<ExitCode> {
  return await withContext(env, async ({ ports }, id) => {
    if (ports.copies.length === 0) {
      throw usageError(
        "copies_missing",
        `Writing copies of the context ${id}: context.datasources names no file besides the primary`,
        "Add a shellfile, yamlfile, jsonfile or idfile",
      );
    }
    const stored = await readContext(ports.store, id, env.signal);
    await writeCopies(ports, stored, env.signal);
    const copies = ports.copies.map(({ name }) => name);
    const dryRun = env.values.flag("dry-run");
    if (env.flags.json) {
      printJson(env, { id, version: stored.newest.version, copies, ...dryRun ? { dry_run: true } : {} });
    } else env.lines(copies);
    if (dryRun) endDryRun(env);
  });
}

/** Lists the contexts of the store. */
export async function runList(env: CommandEnv): Promise<ExitCode> {
  return await withContexts(env, async ({ ports: { store } }) => {
    const contexts = await store.list(env.signal);
    if (env.flags.json) {
      printJson(env, { contexts });
      return;
    }
    if (contexts.length === 0) {
      env.terminal.say(`There is no context in ${store.name}`);
      return;
    }
    env.lines(renderTable(
      [{ title: "ID" }, { title: "VERSION" }, { title: "TIME" }],
      contexts.map(({ id, version, time }) => [
        { text: id },
        { text: String(version) },
        { text: time.replace(/\.\d+Z$/, "Z") },
      ]),
      { style: env.style },
    ));
  });
}

/** Removes a context with its history. */
export async function runDelete(env: CommandEnv): Promise<ExitCode> {
  return await withContext(env, async ({ ports: { store } }, id) => {
    if (!await store.remove(id, env.signal)) throw contextUnknown(id, store);
    const dryRun = env.values.flag("dry-run");
    if (env.flags.json) printJson(env, { id, deleted: !dryRun, ...dryRun ? { dry_run: true } : {} });
    else env.terminal.say(`The context ${id} ${dryRun ? "would be" : "is"} deleted`);
    if (dryRun) endDryRun(env);
  });
}
