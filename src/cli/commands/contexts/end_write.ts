import { writeCopies } from "../../../contexts/app/write_context.ts";
import type { StoredContext } from "../../../contexts/ports/context_store.ts";
import type { CommandEnv } from "../../command.ts";
import { printChanges } from "./changes.ts";
import { type OpenContexts, printWritten } from "./shared.ts";

/** Ends a command that wrote a version: writes the copies and says so. A dry run prints what would change. */
export async function endWrite(
  env: CommandEnv,
  { ports, base }: OpenContexts,
  { written }: { readonly written: StoredContext },
): Promise<void> {
  const { id, newest: { version }, tree } = written;
  if (!env.values.flag("dry-run")) {
    await writeCopies(ports, written, env.signal);
    printWritten(env, { id, version });
    return;
  }
  const before = (await base.read(id, env.signal))?.tree ?? new Map();
  printChanges(env, {
    before,
    after: tree,
    redact: ports.settings.redact,
    about: { id, version, dry_run: true },
    equal: `The values of the context ${id} would stay as they are`,
  });
  endDryRun(env);
}

/** Says what comes after a dry run. */
export function endDryRun(env: CommandEnv): void {
  env.next("run it again without --dry-run");
}
