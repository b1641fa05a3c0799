/**
 * A process that writes a context: `writer.ts '{"settings": …, "name": "k1", "times": 1}'`. Each write sets `state.<name>`
 * to its number and appends `<name>-<number>` to `state.list`, and then its version is printed.
 */

import { writeContext, writeCopies } from "../../../src/contexts/app/write_context.ts";
import type { CopySettings, StoreSettings } from "../../../src/contexts/core/settings.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextCopies, makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { ID, NEVER } from "./store_world.ts";

/** The work of the process. */
export interface WriterOrder {
  readonly settings: StoreSettings;
  readonly name: string;
  readonly times: number;
  /** Copies that are written after each version. */
  readonly copies?: readonly CopySettings[];
}

/** Starts the process. */
export function startWriter(order: WriterOrder, script: string = import.meta.url): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      `--config=${new URL("../../../deno.json", import.meta.url).pathname}`,
      script,
      JSON.stringify(order),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Makes the writes of an order, and reports each version. */
export async function write(
  { settings, name, times, copies: copySettings = [] }: WriterOrder,
  report: (version: number) => void,
): Promise<void> {
  const clock = makeClock();
  const store = await makeContextStore(settings, { clock, keep: 50 });
  const copies = await makeContextCopies(copySettings, { clock, keep: 50, actor: name });
  for (let number = 1; number <= times; number++) {
    const written = await writeContext(
      { store, clock, actor: name, random: Math.random },
      {
        id: ID,
        change: () => ({
          operations: [
            { op: "set", path: ["state", name], value: number },
            { op: "append", path: ["state", "list"], value: `${name}-${number}` },
          ],
        }),
        waitMs: 120_000,
      },
      NEVER,
    );
    await writeCopies({ copies, store, warn: console.error }, written, NEVER);
    report(written.newest.version);
  }
  await store.close();
}

if (import.meta.main) await write(JSON.parse(Deno.args[0] ?? ""), console.log);
