/** Checks a folder without asking any server: files, references, duplicates, secrets, and what an import would refuse. */

import { usageError } from "../../lib/errors.ts";
import { type Asset, NAME_FIELDS } from "../core/asset.ts";
import { findMasks, secretsOf } from "../core/secrets.ts";
import { placeOf } from "../core/plan/place.ts";
import { pathsOf } from "../core/stored_form/paths.ts";
import { referencesOf } from "../core/stored_form/normalize.ts";
import { checkFields } from "../core/stored_form/check_fields.ts";
import type { AssetsPorts } from "./assets_ports.ts";
import { readStored } from "./read_folder.ts";

/** A mistake in a folder. */
export interface ValidationProblem {
  readonly path: string;
  /** Keys from the top of the file, joined by dots; undefined if it is about the file. */
  readonly field: string | undefined;
  readonly code:
    | "yaml"
    | "uuid"
    | "duplicate"
    | "missing"
    | "wrong_type"
    | "dangling"
    | "same_table"
    | "same_slug"
    | "secret"
    | "mask"
    | "refused";
  readonly message: string;
  /** Counted from 1. */
  readonly line: number | undefined;
}

/** Checks a folder. Throws AppError `folder_missing` (exit code 2). */
export async function validateFolder(
  ports: Pick<AssetsPorts, "sources" | "allowedSecrets">,
  dir: string,
): Promise<{ readonly problems: readonly ValidationProblem[]; readonly assets: number }> {
  const texts = await ports.sources.folder(dir).read();
  if (texts === undefined) {
    throw usageError(
      "folder_missing",
      `Checking "${dir}": there is no such folder`,
      "Run `showtime assets export` first, or name the folder",
    );
  }
  const { assets, paths, problems } = readStored(texts);
  const found: ValidationProblem[] = problems.map(({ path, code, message, line }) => ({
    path,
    field: undefined,
    code,
    message,
    line,
  }));
  const expected = pathsOf(assets);
  for (const asset of assets.values()) {
    const path = paths.get(asset.uuid) ?? expected.get(asset.uuid) ?? "";
    const add = (code: ValidationProblem["code"], { message, field }: { message: string; field?: string }) =>
      found.push({ path, field, code, message, line: undefined });
    const refused = checkFields(asset);
    for (const { code, field, message } of refused) add(code, { message, field });
    const name = NAME_FIELDS[asset.kind];
    if (
      asset.kind !== "database" && asset.name === asset.uuid && refused.every(({ field }) => field !== name)
    ) {
      add("missing", { message: "the name is empty", field: name });
    }
    for (const { kind, uuid } of referencesOf(asset)) {
      if (assets.get(uuid)?.kind === kind) continue;
      add("dangling", { message: `the ${kind} ${uuid} is not in the folder` });
    }
    for (const { field, detector } of secretsOf(asset, { path, allow: ports.allowedSecrets })) {
      add("secret", { message: `the value seems to be a secret (${detector})`, field });
    }
    for (const field of findMasks(asset.tree)) {
      add("mask", { message: "a push refuses the mask of a secret", field });
    }
  }
  found.push(...doubles([...assets.values()], (asset) => paths.get(asset.uuid) ?? ""));
  return {
    problems: found.sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
    assets: assets.size,
  };
}

/** Finds datasets of one table, and dashboards of one slug: Superset's importer takes them for one. */
function doubles(assets: readonly Asset[], pathOf: (asset: Asset) => string): readonly ValidationProblem[] {
  const report = (
    groups: Iterable<readonly Asset[]>,
    { code, what }: { readonly code: "same_table" | "same_slug"; readonly what: string },
  ) =>
    [...groups].filter(({ length }) => length > 1).flatMap(([first, ...rest]) =>
      first === undefined ? [] : rest.map((asset): ValidationProblem => ({
        path: pathOf(asset),
        field: code === "same_slug" ? "slug" : "table_name",
        code,
        message: `${pathOf(first)} has the same ${what}`,
        line: undefined,
      }))
    );
  const tables = Map.groupBy(
    assets.filter(({ kind }) => kind === "dataset"),
    (asset) => JSON.stringify(placeOf(asset)),
  );
  const slugged = assets.filter(({ kind, tree }) => kind === "dashboard" && typeof tree["slug"] === "string");
  const slugs = Map.groupBy(slugged, ({ tree }) => tree["slug"]);
  return [
    ...report(tables.values(), { code: "same_table", what: "table" }),
    ...report(slugs.values(), { code: "same_slug", what: "slug" }),
  ];
}
