/** Observes an instance and plans a push (assets.md, "Push", 1 and 2). Changes nothing. */

import { AppError, EXIT, usageError } from "../../../lib/errors.ts";
import { type Asset, type Assets, isPushed, type Uuid } from "../../core/asset.ts";
import { sha256 } from "../../../lib/sha256.ts";
import type { Hash } from "../../core/hash.ts";
import type { RewriteRule } from "../../core/instance.ts";
import { doubledTargets } from "../../core/mapping/databases.ts";
import { ambiguousNames } from "../../core/mapping/rewrite.ts";
import { placeOf } from "../../core/plan/place.ts";
import { type PlannedAsset, type PlanOptions, planPush } from "../../core/plan/plan.ts";
import { findMasks, secretsOf } from "../../core/secrets.ts";
import {
  isIgnored,
  isSelected,
  NONE_SELECTED,
  type Selection,
  selectsAll,
  withDependencies,
} from "../../core/select.ts";
import { referencesOf } from "../../core/stored_form/normalize.ts";
import { unknownFields } from "../../core/superset_file.ts";
import type { Ledger } from "../../core/ledger.ts";
import { checkFields } from "../../core/stored_form/check_fields.ts";
import type { ListedAsset } from "../../ports/superset.ts";
import { selectableFile } from "../load_side.ts";
import type { RunRecord } from "../../ports/store.ts";
import type { AssetsPorts, Instance } from "../assets_ports.ts";
import {
  assertRight,
  listInstance,
  type ObservedInstance,
  observeInstance,
  occupantsOf,
  toInstance,
} from "../observe_instance.ts";
import { databasesOf, type ExportRecord } from "../read_folder.ts";
import { baseOf, baseOfRun, halfDoneDashboards, hashAll } from "./base.ts";

/** The content to push. */
export interface PushSource {
  /** All assets of the folder. */
  readonly all: Assets;
  readonly paths: ReadonlyMap<Uuid, string>;
  /** The folder's record of the instance's last export; undefined if the folder has no such record. */
  readonly exported: ExportRecord | undefined;
  /** The run whose content the instance is expected to have, if the source is the snapshot of a run and not a folder. */
  readonly undoes?: RunRecord | undefined;
}

/** The flags of a plan. */
export interface PrepareOptions extends Omit<PlanOptions, "missing"> {
  readonly selection: Selection;
}

/** A push that is planned. */
export interface PreparedPush {
  readonly observed: ObservedInstance;
  readonly plan: readonly PlannedAsset[];
  /** The folder's content of what is pushed, with what it refers to. */
  readonly ours: Assets;
  /** The files of the folder. */
  readonly paths: ReadonlyMap<Uuid, string>;
  readonly hashes: { readonly ours: ReadonlyMap<Uuid, Hash>; readonly theirs: ReadonlyMap<Uuid, Hash> };
  /** Changes when an action, or the content on either side of an asset that is not unchanged, changes. */
  readonly digest: string;
  readonly warnings: readonly string[];
  readonly ledger: Ledger;
}

/** Plans a push of a folder's assets to an instance. */
export async function preparePush(
  instance: Instance,
  ports: AssetsPorts,
  { source, options }: { readonly source: PushSource; readonly options: PrepareOptions },
  signal: AbortSignal,
): Promise<PreparedPush> {
  const { settings } = instance;
  const { undoes } = source;
  const facts = await instance.server.facts(signal);
  if (facts.supported === undefined) {
    throw new AppError(
      "version_unsupported",
      `Pushing to ${settings.name}: it is Superset ${facts.version}, ${facts.believed}`,
      {
        exitCode: EXIT.refused,
        hint: "A push supports Superset 6.0 and newer; export works with older ones",
      },
    );
  }
  assertRight(facts, { name: settings.name, right: "write" });
  const listed = await listInstance(instance, signal);
  const chosen = chooseOurs(source.all, { selection: options.selection, rows: listed.rows });
  const ours = withDependencies(chosen.values(), source.all);
  // The instance had what a snapshot holds, whatever a push of the folder would refuse.
  if (undoes === undefined) assertSendable(ours, { source, ports, rules: settings.rewrite });
  const databases = databasesOf(source.all).filter(({ uuid }) => usesDatabase(ours, uuid));
  // What ours use and the folder does not have travels along as the instance has it.
  const used = new Set([...ours.values()].flatMap((asset) => referencesOf(asset).map(({ uuid }) => uuid)));
  const observed = await observeInstance(instance, ports, {
    listed,
    databases,
    wants: ({ uuid }) => uuid !== undefined && (ours.has(uuid) || used.has(uuid)),
  }, signal);
  assertMapping(observed, settings.name);
  if (observed.incomplete.length > 0) {
    throw new AppError(
      "superset_incomplete",
      `Planning a push to ${settings.name}: ${observed.incomplete.join("; ")}`,
      {
        exitCode: EXIT.incomplete,
        hint: "Run it again; look at the named assets in Superset if it stays so",
      },
    );
  }
  const [ledger, runs] = await Promise.all([instance.store.readLedger(signal), instance.store.runs()]);
  const theirs = new Map([...observed.assets].filter(([uuid]) => ours.has(uuid)));
  const hashes = { ours: await hashAll(ours), theirs: await hashAll(theirs) };
  const pushed = new Map([...ours].filter(([uuid]) => chosen.has(uuid)));
  const half = await halfDoneDashboards({ runs, ours, theirs, hashes });
  const plan = planPush({
    ours: options.selection.dependencies ? ours : pushed,
    theirs,
    hashes,
    base: undoes === undefined
      ? baseOf({ ledger, exported: source.exported, runs, half })
      : baseOfRun(undoes, { half, ledger, runs }),
    occupants: occupantsOf(observed),
    databases: observed.databases,
    placeOf: (dataset) => placeOf(toInstance(dataset, { mapping: observed.databases, settings })),
    isIgnored: (asset) => undoes === undefined && isIgnored(asset, ports.ignore),
    isForeign: (uuid) => isForeign(observed, uuid),
  }, { force: options.force, adopt: options.adopt, missing: settings.databases.missing });
  return {
    observed,
    plan,
    ours,
    paths: source.paths,
    hashes,
    ledger,
    digest: await digestOf(plan, hashes),
    warnings: [
      ...(ours.size === 0 ? [] : idleRules(ours, { observed, rules: settings.rewrite, settings })),
      ...(chosen.size === 0 && undoes === undefined && !selectsAll(options.selection) ? [NONE_SELECTED] : []),
      ...leftOut(ours, facts.supported),
    ],
  };
}

/** Whether an asset of the instance has other owners only. Servers before 6.1 do not say who is an administrator. */
function isForeign({ facts, rows }: ObservedInstance, uuid: Uuid): boolean {
  const { userId, isAdmin } = facts;
  const owners = rows.get(uuid)?.owners ?? [];
  return isAdmin === false && userId !== undefined && !owners.some(({ id }) => id === userId);
}

/** Chooses from the folder. Numbers, owners and tags are the instance's; what is published is the folder's. */
function chooseOurs(all: Assets, { selection, rows }: {
  readonly selection: Selection;
  readonly rows: ReadonlyMap<Uuid, ListedAsset>;
}): Assets {
  return new Map(
    [...all].filter(([uuid, asset]) =>
      isPushed(asset.kind) && isSelected(selectableFile(asset, rows.get(uuid)), selection)
    ),
  );
}

function usesDatabase(assets: Assets, uuid: Uuid): boolean {
  return [...assets.values()].some((asset) =>
    asset.kind === "dataset" && asset.tree["database_uuid"] === uuid
  );
}

/** Throws for content that no push may send: a secret, a mask, a URL to load data from, a name with two meanings. */
function assertSendable(
  content: Assets,
  { source, ports, rules }: {
    readonly source: PushSource;
    readonly ports: Pick<AssetsPorts, "allowedSecrets">;
    readonly rules: readonly RewriteRule[];
  },
): void {
  for (const [, asset] of content) {
    const path = source.paths.get(asset.uuid) ?? asset.uuid;
    const [secret] = secretsOf(asset, { path, allow: ports.allowedSecrets });
    if (secret !== undefined) {
      throw new AppError(
        "secrets_found",
        `Reading ${path}: ${secret.field} seems to hold a secret (${secret.detector})`,
        {
          exitCode: EXIT.refused,
          hint: `Take it out, or accept it with assets.secrets.allow: ["${path}#${secret.field}"]`,
        },
      );
    }
    const [mask] = findMasks(asset.tree);
    if (mask !== undefined) {
      throw usageError(
        "masked_secret",
        `Reading ${path}: ${mask} holds a mask in the place of a secret`,
        "Take the field out",
      );
    }
    // A server of another version may know a field that we do not: it decides about those.
    const wrong = checkFields(asset).find(({ code }) => code !== "refused");
    if (wrong !== undefined) {
      throw usageError(
        "asset_invalid",
        `Reading ${path}: ${wrong.field}: ${wrong.message}`,
        'Mend it; "showtime assets validate" lists all mistakes of the folder',
      );
    }
    if (asset.kind === "dataset" && asset.tree["data"] !== undefined) {
      throw usageError(
        "data_refused",
        `Reading ${path}: "data" is a URL that Superset would load`,
        "Take the field out",
      );
    }
    const [name] = ambiguousNames(asset, rules);
    if (name !== undefined) {
      throw usageError(
        "rewrite_ambiguous",
        `Rewriting ${path}: "${name.name}" begins with "${name.rule.to}" already, so the way back would change it`,
        `Rename it, or narrow the rule "${name.rule.from}" to "${name.rule.to}"`,
      );
    }
  }
}

function assertMapping({ databases }: ObservedInstance, name: string): void {
  const [rows] = doubledTargets(databases);
  if (rows === undefined) return;
  const [first] = rows;
  throw usageError(
    "mapping_doubled",
    `Mapping the databases of ${name}: ${
      rows.map(({ from }) => `"${from.name}"`).join(" and ")
    } lead to "${first?.to?.name}"`,
    "Give each database of the folder one of its own in databases.map",
  );
}

async function digestOf(plan: readonly PlannedAsset[], hashes: PreparedPush["hashes"]): Promise<string> {
  // An asset that is unchanged on both sides is no part of what the push does: others may push it in the meantime.
  const lines = plan.filter(({ action }) => action !== "unchanged").map(({ uuid, action }) =>
    [uuid, action, hashes.ours.get(uuid), hashes.theirs.get(uuid)].join(" ")
  );
  return await sha256(lines.sort().join("\n"));
}

function idleRules(
  content: Assets,
  { observed, rules, settings }: {
    readonly observed: ObservedInstance;
    readonly rules: readonly RewriteRule[];
    readonly settings: Instance["settings"];
  },
): readonly string[] {
  const used = new Set<RewriteRule>();
  for (const [, asset] of content) {
    toInstance(asset, { mapping: observed.databases, settings, matched: (rule) => used.add(rule) });
  }
  return rules.filter((rule) => !used.has(rule)).map(({ field, from, to }) =>
    `the rewrite rule of ${field} "${from}" to "${to}" matches nothing`
  );
}

function leftOut(
  ours: Assets,
  version: NonNullable<ObservedInstance["facts"]["supported"]>,
): readonly string[] {
  const fields = new Set([...ours.values()].flatMap((asset) => unknownFields(asset, version)));
  return fields.size === 0 ? [] : [`Superset ${version} does not know ${[...fields].join(", ")}: left out`];
}

/** Lists what a plan's assets refer to and the folder does not have, in sentences. */
export function danglingReferences(
  assets: Assets,
): readonly { readonly asset: Asset; readonly missing: string }[] {
  return [...assets.values()].flatMap((asset) =>
    referencesOf(asset).filter(({ uuid }) => !assets.has(uuid)).map(({ kind, uuid }) => ({
      asset,
      missing: `${kind} ${uuid}`,
    }))
  );
}
