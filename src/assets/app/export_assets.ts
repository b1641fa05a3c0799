/** Makes the folder what an instance holds (assets.md, "The stored form"). */

import { AppError, EXIT, usageError } from "../../lib/errors.ts";
import type { Asset, AssetKind, Assets, Uuid } from "../core/asset.ts";
import { type Hash, hashAsset } from "../core/hash.ts";
import { maskSecrets, type SecretFinding, secretsOf } from "../core/secrets.ts";
import { isIgnored, isSelected, type Selection, selectsAll, withDependencies } from "../core/select.ts";
import { pathsOf } from "../core/stored_form/paths.ts";
import type { TreeMap } from "../core/tree.ts";
import { formatYaml } from "../core/pyyaml.ts";
import type { AssetFolder, Texts } from "../ports/folder.ts";
import type { InstanceFacts, ListedAsset } from "../ports/superset.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { selectable } from "./load_side.ts";
import { type Gone, goneAssets, isOnInstance, rightsText, withhold } from "./export_removals.ts";
import { assertRight, observeInstance } from "./observe_instance.ts";
import {
  databasesOf,
  EXPORT_FOLDER,
  type ExportRecord,
  readExportRecord,
  readStored,
  type StoredAssets,
} from "./read_folder.ts";

/** The flags of an export. */
export interface ExportOptions {
  readonly dir: string;
  readonly selection: Selection;
  /** Overwrites files with edits that are not committed. */
  readonly force: boolean;
  /** Removes files also if more than a fifth of the assets are gone, or if the account has other rights than before. */
  readonly allowRemovals: boolean;
  /** Masks secrets instead of keeping the old file. */
  readonly redact: boolean;
}

/** An asset of an export with the change of its file. */
export interface ExportedAsset {
  readonly uuid: Uuid;
  readonly kind: AssetKind;
  readonly name: string;
  /** Undefined for an ignored asset that has no file. */
  readonly path: string | undefined;
  readonly action: "create" | "update" | "unchanged" | "delete" | "skip";
  readonly result: "done" | "unchanged" | "skipped";
  readonly reason: "ignored" | "refused" | undefined;
  readonly message: string | undefined;
  /** The places of the secrets that an export refuses. */
  readonly fields: readonly string[];
}

/** The result of an export. */
export interface ExportResult {
  readonly assets: readonly ExportedAsset[];
  /** Secrets that were found, with the file that would have held each. */
  readonly secrets: readonly (SecretFinding & { readonly path: string })[];
  /** Files whose asset the instance does not have, and that were left alone. */
  readonly others: readonly string[];
  /** Sentences about things that could not be read, or were not removed. */
  readonly incomplete: readonly string[];
  readonly facts: InstanceFacts;
}

/** Exports an instance into a folder. Throws AppError `uncommitted_edits` (exit code 2) before anything is written. */
export async function exportAssets(
  instance: Instance,
  ports: AssetsPorts,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<ExportResult> {
  const folder = ports.sources.folder(options.dir);
  const texts = await folder.read() ?? new Map<string, string>();
  const stored = readStored(texts);
  const before = readExportRecord(texts, instance.settings.name);
  const facts = await instance.server.facts(signal);
  assertRight(facts, { name: instance.settings.name, right: "export" });
  const whole = selectsAll(options.selection);
  const observed = await observeInstance(instance, ports, {
    databases: databasesOf(stored.assets),
    wants: (row) => isWanted(row, options.selection),
  }, signal);
  const kept = (asset: Asset) => isIgnored(asset, ports.ignore);
  const { chosen, ignored } = chooseAssets(observed.assets, { options, rows: observed.rows, kept });
  const secrets: (SecretFinding & { path: string })[] = [];
  const plan = await planFiles(chosen, { stored, ports, options, secrets });
  const gone = whole ? goneAssets({ stored, before, observed, kept }) : [];
  const withheld = withhold({ gone, before, facts, incomplete: observed.incomplete }, options);
  await assertNoEdits(
    { plan, gone: withheld === undefined ? gone : [], stored, before, options },
    async () => await folder.uncommitted(signal),
  );

  await writeFiles(folder, plan, texts);
  const removed: ExportedAsset[] = [];
  if (withheld === undefined) {
    for (const { asset, path } of gone) {
      await folder.remove(path);
      const message = "it is gone from the instance";
      removed.push({ ...describe(asset, path), action: "delete", result: "done", message });
    }
  }
  await writeRecord(folder, {
    instance,
    facts,
    before,
    whole: whole && observed.incomplete.length === 0 && withheld === undefined,
    plan,
    gone: withheld === undefined ? gone : [],
  });
  const skipped = ignored.map((asset): ExportedAsset => ({
    ...describe(asset, stored.paths.get(asset.uuid)),
    action: "skip",
    result: "skipped",
    reason: "ignored",
    message: "assets.ignore names it",
  }));
  const known = new Set([...plan.report, ...removed, ...skipped].map(({ uuid }) => uuid));
  const isThere = (uuid: Uuid) => known.has(uuid) || isOnInstance(uuid, observed);
  return {
    assets: [...plan.report, ...removed, ...skipped],
    secrets,
    others: whole ? [...stored.paths].filter(([uuid]) => !isThere(uuid)).map(([, path]) => path) : [],
    incomplete: [...observed.incomplete, ...(withheld === undefined ? [] : [withheld])],
    facts,
  };
}

function isWanted(row: ListedAsset, selection: Selection): boolean {
  return isSelected(selectable(row), selection);
}

interface Choice {
  readonly options: ExportOptions;
  readonly rows: ReadonlyMap<Uuid, ListedAsset>;
  readonly kept: (asset: Asset) => boolean;
}

interface Chosen {
  readonly chosen: Assets;
  /** Assets that would be chosen if assets.ignore did not name them. */
  readonly ignored: readonly Asset[];
}

function chooseAssets(all: Assets, { options, rows, kept }: Choice): Chosen {
  const { selection } = options;
  const named = [...all.values()].filter((asset) => {
    if (asset.kind === "database" || asset.kind === "theme") return selectsAll(selection);
    const row = rows.get(asset.uuid);
    return row !== undefined && isWanted(row, selection);
  });
  const chosen = selection.dependencies
    ? withDependencies(named, all)
    : new Map(named.map((asset) => [asset.uuid, asset]));
  return {
    chosen: new Map([...chosen].filter(([, asset]) => !kept(asset))),
    ignored: [...chosen.values()].filter(kept),
  };
}

interface PlannedFile {
  readonly uuid: Uuid;
  readonly path: string;
  /** The file that holds the asset now. */
  readonly oldPath: string | undefined;
  /** The new text; undefined keeps the file as it is. */
  readonly text: string | undefined;
  readonly hash: Hash;
}

interface FilePlan {
  readonly files: readonly PlannedFile[];
  readonly report: readonly ExportedAsset[];
}

async function planFiles(
  chosen: Assets,
  { stored, ports, options, secrets }: {
    readonly stored: StoredAssets;
    readonly ports: Pick<AssetsPorts, "allowedSecrets">;
    readonly options: ExportOptions;
    readonly secrets: (SecretFinding & { path: string })[];
  },
): Promise<FilePlan> {
  // The names of all assets of the folder decide about a path, so that a selected export writes the same ones.
  const paths = pathsOf(new Map([...stored.assets, ...chosen]));
  const files: PlannedFile[] = [];
  const report: ExportedAsset[] = [];
  for (const asset of chosen.values()) {
    const path = paths.get(asset.uuid) ?? "";
    const oldPath = stored.paths.get(asset.uuid);
    const found = secretsOf(asset, { path, allow: ports.allowedSecrets });
    for (const finding of found) secrets.push({ ...finding, path });
    const hidden = found.length > 0 && !options.redact;
    const tree = found.length > 0 ? maskSecrets(asset.tree, found) as TreeMap : asset.tree;
    const text = hidden ? undefined : formatYaml(tree);
    const hash = await hashAsset({ ...asset, tree });
    if (hidden) {
      report.push({
        ...describe(asset, oldPath ?? path),
        action: "skip",
        result: "skipped",
        reason: "refused",
        message: "it holds a secret",
        fields: found.map(({ field }) => field),
      });
      continue;
    }
    files.push({ uuid: asset.uuid, path, oldPath, text, hash });
    const same = oldPath === path && stored.texts.get(path) === text;
    report.push({
      ...describe(asset, path),
      action: oldPath === undefined ? "create" : same ? "unchanged" : "update",
      result: same ? "unchanged" : "done",
    });
  }
  return { files, report };
}

function describe({ uuid, kind, name }: Asset, path: string | undefined) {
  return { uuid, kind, name, path, reason: undefined, message: undefined, fields: [] };
}

/**
 * Writes the files that changed, and removes those that an asset had before. A file system may take two paths that
 * differ by letter case for one, so such a file is removed first.
 */
async function writeFiles(folder: AssetFolder, { files }: FilePlan, texts: Texts): Promise<void> {
  const written = new Set(files.map(({ path }) => path));
  for (const { path, text, oldPath } of files) {
    const moved = oldPath !== undefined && oldPath !== path && !written.has(oldPath);
    const alike = oldPath?.toLowerCase() === path.toLowerCase();
    if (moved && alike) await folder.remove(oldPath);
    if (text !== undefined && (texts.get(path) !== text || moved && alike)) await folder.write(path, text);
    if (moved && !alike) await folder.remove(oldPath);
  }
}

/** Throws if a file that would change has edits that are neither committed nor the last export's own. */
async function assertNoEdits(
  { plan, gone, stored, options }: {
    readonly plan: FilePlan;
    readonly gone: readonly Gone[];
    readonly stored: StoredAssets;
    readonly before: ExportRecord | undefined;
    readonly options: ExportOptions;
  },
  uncommitted: () => Promise<ReadonlySet<string> | undefined>,
): Promise<void> {
  if (options.force) return;
  const touched = [
    ...plan.files.flatMap(({ uuid, path, oldPath, text }) =>
      oldPath !== undefined && (oldPath !== path || stored.texts.get(path) !== text)
        ? [{ uuid, path: oldPath }]
        : []
    ),
    ...gone.map(({ asset, path }) => ({ uuid: asset.uuid, path })),
  ];
  // A file in the place of a new one that holds something else would be lost, too.
  const taken = plan.files.filter(({ path, oldPath, text }) =>
    oldPath === undefined && stored.texts.has(path) && stored.texts.get(path) !== text
  ).map(({ uuid, path }) => ({ uuid, path }));
  if (touched.length + taken.length === 0) return;
  const dirty = await uncommitted();
  const edited: string[] = [];
  for (const { uuid, path } of [...touched, ...taken]) {
    const asset = stored.assets.get(uuid);
    if (asset !== undefined && await isExportsOwn(asset, stored, path)) continue;
    if (dirty === undefined || dirty.has(path)) edited.push(path);
  }
  if (edited.length === 0) return;
  const some = edited.slice(0, 5).join(", ") + (edited.length > 5 ? ` and ${edited.length - 5} more` : "");
  throw usageError(
    "uncommitted_edits",
    `Exporting into ${options.dir}: ${some} ${edited.length === 1 ? "has" : "have"} edits that would be lost`,
    dirty === undefined
      ? "The folder is not in a Git clone, so the edits cannot be told from older content: --force overwrites them"
      : "Commit or stash them, or use --force to overwrite them",
  );
}

/** Whether a file's bytes are those that an export of this content writes, by the record of any instance. */
async function isExportsOwn(asset: Asset, stored: StoredAssets, path: string): Promise<boolean> {
  if (stored.texts.get(path) !== formatYaml(asset.tree)) return false;
  const hash = await hashAsset(asset);
  return [...stored.texts].some(([name, text]) =>
    name.startsWith(`${EXPORT_FOLDER}/`) && name.endsWith(".json") && text.includes(hash)
  );
}

async function writeRecord(
  folder: { write(path: string, text: string): Promise<void> },
  { instance, facts, before, whole, plan, gone }: {
    readonly instance: Instance;
    readonly facts: InstanceFacts;
    readonly before: ExportRecord | undefined;
    /** Whether the folder now has everything that the instance has, and nothing that is gone from it. */
    readonly whole: boolean;
    readonly plan: FilePlan;
    readonly gone: readonly Gone[];
  },
): Promise<void> {
  const { name, url } = instance.settings;
  const lost = new Set(gone.map(({ asset }) => asset.uuid));
  const old = Object.entries(before?.assets ?? {}).filter(([uuid]) => !lost.has(uuid as Uuid));
  const entries = [...old, ...plan.files.map(({ uuid, hash }) => [uuid, hash] as const)];
  const assets = Object.fromEntries(
    [...new Map(entries)].sort(([a], [b]) => a < b ? -1 : 1),
  ) as ExportRecord["assets"];
  // An account with other rights must not become the measure while files of the former account wait for a person.
  const rights = whole || before === undefined ? rightsText(facts) : before.rights;
  const record: ExportRecord = { url, version: facts.version, rights, assets };
  await folder.write(`${EXPORT_FOLDER}/${name}.json`, `${JSON.stringify(record, null, 2)}\n`);
  const isLast = whole && plan.report.every(({ action }) => action !== "skip");
  if (isLast) await folder.write(`${EXPORT_FOLDER}/last`, `${name}\n`);
}

/** The exit code of an export: 3 for a secret, 5 if something is missing or was not removed. */
export function exportExitCode(
  { secrets, incomplete }: ExportResult,
  options: Pick<ExportOptions, "redact">,
) {
  if (secrets.length > 0 && !options.redact) return EXIT.refused;
  return incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
}

/** The error about secrets that an export found. */
export function secretsError(secrets: ExportResult["secrets"]): AppError {
  const [first] = secrets;
  const places = secrets.slice(0, 5).map(({ path, field, detector }) => `${path}#${field} (${detector})`)
    .join(", ");
  return new AppError(
    "secrets_found",
    `Exporting: ${secrets.length} secret${secrets.length === 1 ? "" : "s"} found: ${places}`,
    {
      exitCode: EXIT.refused,
      hint:
        `Take the secret out of the asset, use --redact, or accept it with assets.secrets.allow: ["${first?.path}#${first?.field}"]`,
    },
  );
}
