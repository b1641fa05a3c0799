/** Ledger, runs and lock of an instance in `.showtime/assets/<instance>/`, readable for this account only. */

import { dirname, join } from "node:path";
import type { AssetStore, Ledger, RunAsset, RunRecord, SnapshotFile } from "../../assets/ports/store.ts";
import { AppError, EXIT, toError, usageError } from "../../lib/errors.ts";

const SECRET_MODE = 0o600;

/** Makes the store of an instance in a folder of its own. */
export function makeAssetStore(folder: string, instance: string): AssetStore {
  const ledgerPath = join(folder, "ledger.json");
  const runsPath = join(folder, "runs");

  async function readLedger(): Promise<Ledger> {
    const text = await readText(ledgerPath);
    return text === undefined ? { version: 1, assets: {} } : parseLedger(text, ledgerPath);
  }

  return {
    readLedger,
    async changeLedger(change) {
      // The lock of the instance is held: no other run on this machine writes.
      await writeText(ledgerPath, `${JSON.stringify(change(await readLedger()), null, 2)}\n`);
    },
    async runs() {
      const records: RunRecord[] = [];
      try {
        for await (const entry of Deno.readDir(runsPath)) {
          const text = entry.isDirectory ? await readText(join(runsPath, entry.name, "run.json")) : undefined;
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
      for (const { path, text } of snapshot) await writeText(join(run, "snapshot", path), text);
      // The record comes last: a run without one wrote nothing.
      await writeText(join(run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    async update(record) {
      await writeText(join(runsPath, record.run, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    },
    snapshot: (run) => readSnapshot(join(runsPath, run, "snapshot")),
    readRun: readRunFolder,
    async lock() {
      const path = join(folder, "lock");
      await prepare(path);
      const file = await Deno.open(path, { create: true, write: true, mode: SECRET_MODE });
      if (!await file.tryLock(true)) {
        file.close();
        throw new AppError(
          "assets_locked",
          `Changing ${instance}: another run on this machine is changing it`,
          {
            exitCode: EXIT.busy,
            hint: "Wait until it ends",
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
    if (!(error instanceof Deno.errors.NotFound)) throw unwritable("Reading", root, error);
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
  const text = await readText(join(place, "run.json")) ?? "";
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
    if (!(error instanceof Deno.errors.NotFound)) throw unwritable("Reading", folder, error);
  }
  return found.sort();
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

/** Parses a ledger. Throws AppError `ledger_invalid` (exit code 2). */
export function parseLedger(text: string, source: string): Ledger {
  try {
    const ledger = JSON.parse(text) as Partial<Ledger>;
    if (ledger.version === 1 && typeof ledger.assets === "object" && ledger.assets !== null) {
      return ledger as Ledger;
    }
  } catch {
    // The error below says it.
  }
  throw usageError(
    "ledger_invalid",
    `Reading ${source}: it is no ledger of version 1`,
    "Restore it, or move it away: a push then needs --adopt",
  );
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unwritable("Reading", path, error);
  }
}

/** Writes a file at once, readable for this account only. */
async function writeText(path: string, text: string): Promise<void> {
  await prepare(path);
  const half = `${path}.tmp`;
  try {
    await Deno.writeTextFile(half, text, { mode: SECRET_MODE });
    await Deno.rename(half, path);
  } catch (error) {
    throw unwritable("Writing", path, error);
  }
}

/** Makes the folder of a file, and lets `.showtime` ignore itself in Git. */
async function prepare(path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const top = /^(.*?\.showtime)(?:\/|\\|$)/.exec(path)?.[1];
    if (top === undefined) return;
    await Deno.writeTextFile(join(top, ".gitignore"), "*\n", { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw unwritable("Writing", path, error);
  }
}

function unwritable(action: string, path: string, cause: unknown): AppError {
  const words = cause instanceof Deno.errors.NotCapable
    ? "it is outside the folders that showtime may use"
    : toError(cause).message.replace(/ \(os error \d+\)/g, "");
  return new AppError("file_unwritable", `${action} ${path}: ${words}`, {
    cause,
    hint: "Run it in a folder that you may write to",
  });
}
