/** Ledger, runs and lock of an instance in `.showtime/assets/<instance>/`, readable for this account only. */

import { dirname, join } from "node:path";
import { formatLedger, type Ledger, parseLedger } from "../../assets/core/ledger.ts";
import type { AssetStore, RunAsset, RunRecord, SnapshotFile } from "../../assets/ports/store.ts";
import { AppError, EXIT, usageError } from "../../lib/errors.ts";
import { describeFileError } from "./file_error.ts";
import { hideFolder, openSecret, readSecret, writeSecret } from "./secret_file.ts";

/** Makes the store of an instance in a folder of its own. */
export function makeAssetStore(folder: string, instance: string): AssetStore {
  const ledgerPath = join(folder, "ledger.json");
  const runsPath = join(folder, "runs");

  /** The rules of `.showtime` may be a person's, and may let Git track what lies below. Those of this folder outweigh them. */
  async function write(path: string, text: string): Promise<void> {
    await writeSecret(path, text);
    await hideFolder(folder);
  }

  async function readLedger(): Promise<Ledger> {
    const text = await readSecret(ledgerPath);
    return text === undefined ? { version: 1, assets: {} } : parseLedger(text, ledgerPath);
  }

  return {
    readLedger,
    async changeLedger(change) {
      // The lock of the instance is held: no other run on this machine writes.
      await write(ledgerPath, formatLedger(change(await readLedger())));
    },
    async runs() {
      const records: RunRecord[] = [];
      try {
        for await (const entry of Deno.readDir(runsPath)) {
          if (!entry.isDirectory) continue;
          const path = join(runsPath, entry.name, "run.json");
          const text = await readSecret(path);
          if (text === undefined) continue;
          const run = parseRun(text);
          if (run === undefined) throw notARun(path);
          records.push(run);
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      // Names have whole seconds, and two runs may begin within one.
      return records.sort((a, b) => `${a.started_at} ${a.run}` < `${b.started_at} ${b.run}` ? 1 : -1);
    },
    async begin(record, snapshot) {
      const run = join(runsPath, record.run);
      for (const { path, text } of snapshot) await write(join(run, "snapshot", path), text);
      // The record comes last: a run without one wrote nothing.
      await write(join(run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    async update(record) {
      await writeSecret(join(runsPath, record.run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    snapshot: (run) => readSnapshot(join(runsPath, run, "snapshot")),
    readRun: readRunFolder,
    async lock() {
      const file = await openSecret(join(folder, "lock"));
      await hideFolder(folder);
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

async function readSnapshot(root: string): Promise<readonly SnapshotFile[]> {
  const files: SnapshotFile[] = [];
  try {
    for await (const kind of Deno.readDir(root)) {
      if (!kind.isDirectory) continue;
      for await (const file of Deno.readDir(join(root, kind.name))) {
        const path = `${kind.name}/${file.name}`;
        if (file.isFile) files.push({ path, text: await Deno.readTextFile(join(root, path)) });
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(root, error);
  }
  return files;
}

/** An artifact may hold the run's folder below others: so deep is it looked for. */
const DEEPEST = 6;

/** Reads the one run that a folder holds, itself or somewhere below. */
async function readRunFolder(folder: string): ReturnType<AssetStore["readRun"]> {
  const fail = (why: string) =>
    usageError(
      "run_unknown",
      `Reading a run from ${folder}: ${why}`,
      "Give the folder of one run, with run.json and snapshot/ in it",
    );
  const places = await findRuns(folder, 0);
  const [place, other] = places;
  if (place === undefined) throw fail("there is no run.json");
  if (other !== undefined) throw fail(`it holds ${places.length} runs`);
  const text = await readSecret(join(place, "run.json")) ?? "";
  const run = parseRun(text);
  if (run === undefined) throw fail("run.json is no record of a run");
  return { run, snapshot: await readSnapshot(join(place, "snapshot")) };
}

async function findRuns(folder: string, depth: number): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name === "run.json") return [folder];
      if (entry.isDirectory && depth < DEEPEST) {
        found.push(...await findRuns(join(folder, entry.name), depth + 1));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(folder, error);
  }
  return found.sort();
}

function notARun(path: string): AppError {
  return usageError(
    "run_unreadable",
    `Reading ${path}: it is no record of a run`,
    `Restore it, or move ${dirname(path)} away: then nobody can roll back that run`,
  );
}

/** Parses the record of a run; undefined if it is something else. */
function parseRun(text: string): RunRecord | undefined {
  try {
    const run = JSON.parse(text) as Partial<RunRecord>;
    const assets = Array.isArray(run.assets) ? run.assets as readonly Partial<RunAsset>[] : undefined;
    const whole = typeof run.run === "string" && typeof run.url === "string" && assets !== undefined &&
      assets.every(({ uuid, kind, action, owners }) =>
        [uuid, kind, action].every((each) => typeof each === "string") && Array.isArray(owners)
      );
    return whole ? run as RunRecord : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(path: string, cause: unknown): AppError {
  return usageError(
    "run_unknown",
    `Reading ${path}: ${describeFileError(cause)}`,
    "Give the folder of one run",
  );
}
