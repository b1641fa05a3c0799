/** Fills an instance that is new and has nothing to lose: no snapshot, no ledger, and the folder's content wins. */

import { AppError, usageError } from "../../../lib/errors.ts";
import type { Texts } from "../../ports/folder.ts";
import type { AssetStore } from "../../ports/store.ts";
import type { Selection } from "../../core/select.ts";
import { assertReadable } from "../load_side.ts";
import type { AssetsPorts, Instance } from "../assets_ports.ts";
import { isKind, readStored, type StoredAssets } from "../read_folder.ts";
import { applyPush } from "./apply_push.ts";
import type { PushedAsset } from "./outcomes.ts";
import { preparePush } from "./prepare_push.ts";

/** The number of names that a sentence lists. */
const NAMED = 5;

/** The outcome of filling an instance. */
export interface FilledInstance {
  /** Whether an asset did not arrive that should have. */
  readonly failed: boolean;
  /** Names the things that arrived, those that were left out and those that failed. */
  readonly sentence: string;
}

/**
 * Pushes the texts of a folder to a new instance. Datasets of databases that lead nowhere are left out. Nothing is kept
 * about the push; another one finds what arrived and leaves it as it is.
 */
export async function fillInstance(
  ports: AssetsPorts,
  { instance, name, texts, selection }: {
    readonly instance: Omit<Instance, "store">;
    /** The folder's name in messages. */
    readonly name: string;
    readonly texts: Texts;
    readonly selection: Selection;
  },
  signal: AbortSignal,
): Promise<FilledInstance> {
  const stored = readStored(texts);
  assertReadable(name, stored);
  const target = { ...instance, store: emptyStore() };
  const prepared = await preparePush(target, ports, {
    source: { all: stored.assets, paths: stored.paths, exported: undefined },
    options: { force: false, adopt: true, selection },
  }, signal);
  const conflicts = prepared.plan.filter(({ action }) => action === "conflict");
  if (conflicts.length > 0) {
    return { failed: true, sentence: `nothing was pushed, because of a conflict: ${reasons(conflicts)}` };
  }
  const { assets } = await applyPush(target, ports, {
    prepared,
    options: { command: "push", continueOnError: true, inActions: false },
  }, signal);
  return describe(assets, stored);
}

/** A store that keeps nothing: a new instance has no earlier state to go back to. */
function emptyStore(): AssetStore {
  return {
    readLedger: () => Promise.resolve({ version: 1, assets: {} }),
    changeLedger: () => Promise.resolve(),
    runs: () => Promise.resolve([]),
    begin: () => Promise.resolve(),
    update: () => Promise.resolve(),
    snapshot: () => Promise.resolve([]),
    readRun: (folder) =>
      Promise.reject(usageError("run_unknown", `Reading ${folder}: nothing is kept about this instance`)),
    lock: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}

function describe(assets: readonly PushedAsset[], stored: StoredAssets): FilledInstance {
  const pushed = assets.filter(({ result }) => result === "done");
  const unchanged = assets.filter(({ result }) => result === "unchanged");
  const left = assets.filter(({ result, reason }) => result === "skipped" && reason !== "dependency_failed");
  const failed = assets.filter((asset) => ![...pushed, ...unchanged, ...left].includes(asset));
  const parts = [
    pushed.length === 0 ? [] : [`${counts(pushed)} pushed`],
    unchanged.length === 0 ? [] : [`${counts(unchanged)} were there already`],
    failed.length === 0 ? [] : [`${counts(failed)} failed: ${reasons(failed)}`],
    describeUnmapped(left.filter(({ reason }) => reason === "unmapped"), stored),
  ].flat();
  return { failed: failed.length > 0, sentence: parts.join("; ") || "there was nothing to push" };
}

/** Names the datasets whose databases lead nowhere, with these databases. */
function describeUnmapped(
  left: readonly PushedAsset[],
  { assets }: StoredAssets,
): readonly string[] {
  const datasets = left.filter(({ kind }) => kind === "dataset");
  if (datasets.length === 0) return [];
  const databases = new Set(
    datasets.flatMap(({ uuid }) => {
      const database = assets.get(uuid)?.tree["database_uuid"];
      const found = [...assets.values()].filter(isKind("database")).find((each) => each.uuid === database);
      return found?.name ?? String(database ?? "none");
    }),
  );
  const users = left.length - datasets.length;
  const more = users === 0
    ? ""
    : `, and ${users === 1 ? "1 asset that uses" : `${users} assets that use`} them`;
  return [
    `left out, because no database stands for ${list([...databases].map((each) => `"${each}"`))}: ` +
    `${list(datasets.map(({ name }) => `"${name}"`))}${more}`,
  ];
}

function reasons(assets: readonly PlannedReason[]): string {
  return list(
    assets.map(({ kind, name, message }) =>
      `the ${kind} "${name}"${message === undefined ? "" : ` (${message})`}`
    ),
  );
}

type PlannedReason = Pick<PushedAsset, "kind" | "name" | "message">;

/** Counts assets by kind: `3 datasets, 1 chart`. */
function counts(assets: readonly PushedAsset[]): string {
  const kinds = new Map<string, number>();
  for (const { kind } of assets) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [...kinds].map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}

function list(texts: readonly string[]): string {
  const more = texts.length - NAMED;
  return `${texts.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Gives errors of a push into a preview environment the remedies that help there. */
export function explainForEnvironment(error: unknown, { sha }: { readonly sha: string }): unknown {
  if (!(error instanceof AppError)) return error;
  const hint = HINTS[error.code];
  if (hint === undefined) return error;
  return new AppError(error.code, error.message, {
    hint: hint.replace("{sha}", sha.slice(0, 7)),
    exitCode: error.exitCode,
    cause: error,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  superset_login_refused:
    "environment.login has to be an account of the image with a role such as Admin; start triggers push again",
  superset_unreachable: "The machine that runs showtime has to reach the environment's address",
};
