/** Ledger, runs and lock of an instance in `.showtime/assets/<instance>/`, readable for this account only. */

import { join } from "node:path";
import { formatLedger, type Ledger, parseLedger } from "../../assets/core/ledger.ts";
import type { AssetStore, RunRecord, SnapshotFile } from "../../assets/ports/store.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import { openSecret, readSecret, writeSecret } from "./secret_file.ts";

/** Makes the store of an instance in a folder of its own. */
export function makeAssetStore(folder: string, instance: string): AssetStore {
  const ledgerPath = join(folder, "ledger.json");
  const runsPath = join(folder, "runs");

  async function readLedger(): Promise<Ledger> {
    const text = await readSecret(ledgerPath);
    return text === undefined ? { version: 1, assets: {} } : parseLedger(text, ledgerPath);
  }

  return {
    readLedger,
    async changeLedger(change) {
      // The lock of the instance is held: no other run on this machine writes.
      await writeSecret(ledgerPath, formatLedger(change(await readLedger())));
    },
    async runs() {
      const records: RunRecord[] = [];
      try {
        for await (const entry of Deno.readDir(runsPath)) {
          const text = entry.isDirectory
            ? await readSecret(join(runsPath, entry.name, "run.json"))
            : undefined;
          if (text !== undefined) records.push(JSON.parse(text) as RunRecord);
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      // Names have whole seconds, and two runs may begin within one.
      return records.sort((a, b) => `${a.started_at} ${a.run}` < `${b.started_at} ${b.run}` ? 1 : -1);
    },
    async begin(record, snapshot) {
      const run = join(runsPath, record.run);
      for (const { path, text } of snapshot) await writeSecret(join(run, "snapshot", path), text);
      // The record comes last: a run without one wrote nothing.
      await writeSecret(join(run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    async update(record) {
      await writeSecret(join(runsPath, record.run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    async snapshot(run) {
      const files: SnapshotFile[] = [];
      const root = join(runsPath, run, "snapshot");
      try {
        for await (const kind of Deno.readDir(root)) {
          for await (const file of Deno.readDir(join(root, kind.name))) {
            const path = `${kind.name}/${file.name}`;
            files.push({ path, text: await Deno.readTextFile(join(root, path)) });
          }
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      return files;
    },
    async lock() {
      const file = await openSecret(join(folder, "lock"));
      if (!await file.tryLock(true)) {
        file.close();
        throw new AppError(
          "assets_locked",
          `Changing ${instance}: another run on this machine is changing it`,
          {
            exitCode: EXIT.busy,
            hint: "Wait until it ends, then run it again. A run that was killed holds no lock",
          },
        );
      }
      return {
        [Symbol.asyncDispose]: async () => {
          await file.unlock();
          file.close();
        },
      };
    },
  };
}
