/** Parts that several commands about assets share: the instance, the folder, the selection, and tables. */

import type { Instance } from "../../../assets/app/assets_ports.ts";
import { readExportRecord, readStored } from "../../../assets/app/read_folder.ts";
import { assertReadable } from "../../../assets/app/load_side.ts";
import type { PushSource } from "../../../assets/app/push/prepare_push.ts";
import type { AssetKind } from "../../../assets/core/asset.ts";
import type { AssetDifference } from "../../../assets/core/diff/differences.ts";
import { renderDiffText } from "../../../assets/core/diff/render_diff.ts";
import type { Selection } from "../../../assets/core/select.ts";
import { usageError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { CommandEnv } from "../../command.ts";
import { type Cell, renderTable } from "../../render/table.ts";
import type { AssetsTools, WiringRequest } from "../../wiring_types.ts";

/** Returns the tools for assets. In Actions the base branch of `pr`, else the default branch, has the configuration. */
export async function assetsTools(env: CommandEnv, pr?: PrNumber): Promise<AssetsTools> {
  const request: WiringRequest = { flags: env.flags, terminal: env.terminal, pr };
  return await (await env.wiring()).assets(request);
}

/** Finds the instance that an argument names; without one the default, or the only one. Throws AppError (exit code 2). */
export function chooseInstance({ config, instance }: AssetsTools, name: string | undefined): Instance {
  const names = [...config.instances.keys()];
  const wanted = name ?? config.default ?? (names.length === 1 ? names[0] : undefined);
  const found = wanted === undefined ? undefined : instance(wanted);
  if (found !== undefined) return found;
  if (names.length === 0) {
    throw usageError(
      "instance_missing",
      config.file === undefined
        ? "Choosing an instance: there is no showtime.yml, which has the instances"
        : `Choosing an instance: ${config.file} has no assets.instances`,
      config.file === undefined
        ? 'Run it in the folder of showtime.yml or below; "showtime assets instances add" writes one'
        : '"showtime assets instances add" writes one',
    );
  }
  if (wanted === undefined) {
    throw usageError(
      "instance_missing",
      `Choosing an instance: there are ${names.length}, ${names.join(", ")}`,
      "Name one, or set assets.default",
    );
  }
  throw usageError(
    "instance_unknown",
    `Choosing an instance: there is no "${wanted}" in assets.instances`,
    `The instances are ${names.join(", ")}`,
  );
}

/**
 * Reads the flags that select assets. An owner becomes the account's number on the instance, which every listing has.
 * Throws AppError (exit code 2) if an owner is not one person there.
 */
export async function readSelection(env: CommandEnv, instance: Instance | undefined): Promise<Selection> {
  const { values } = env;
  const owners: string[] = [];
  for (const owner of values.texts("owner")) {
    owners.push(instance === undefined ? owner : String(await findOwner(env, { instance, owner })));
  }
  return {
    kinds: values.texts("kind") as readonly AssetKind[],
    ids: values.texts("id").map((text) => {
      if (/^\d{1,15}$/.test(text)) return Number(text);
      throw usageError(
        "id_invalid",
        `Reading --id: "${text}" is no number`,
        "Give the number that Superset shows in the address",
      );
    }),
    uuids: values.texts("uuid"),
    names: values.texts("name"),
    owners,
    tags: values.texts("tag"),
    published: values.flag("published"),
    dependencies: !values.flag("no-deps"),
  };
}

async function findOwner(
  env: CommandEnv,
  { instance, owner }: { readonly instance: Instance; readonly owner: string },
): Promise<number> {
  const { name } = instance.settings;
  if (owner === "me") {
    const { userId } = await instance.server.facts(env.signal);
    if (userId !== undefined) return userId;
    throw usageError(
      "owner_unknown",
      `Choosing by owner: ${name} does not say which account this login is`,
      "Give the account's login or mail address in place of me",
    );
  }
  const found = await instance.server.findOwners(owner, env.signal);
  const [first] = found;
  if (first === undefined) {
    throw usageError(
      "owner_unknown",
      `Choosing by owner: ${name} knows no "${owner}"`,
      "Give the login, the mail address or the full name",
    );
  }
  const shown = found.slice(0, 5).map((each) => each.email ?? each.name).join(", ");
  if (found.length > 1) {
    throw usageError(
      "owner_ambiguous",
      `Choosing by owner: "${owner}" may be ${shown}${found.length > 5 ? " and others" : ""}`,
      "Give the whole login or mail address",
    );
  }
  env.terminal.detail(`The owner "${owner}" is ${first.name}, ${first.email ?? `account ${first.id}`}`);
  return first.id;
}

/** Reads the folder as the source of a push. Throws AppError if it is missing or a file cannot be read. */
export async function readSource(
  tools: AssetsTools,
  { dir, instance }: { readonly dir: string; readonly instance: Instance },
): Promise<PushSource> {
  const texts = await tools.ports.sources.folder(dir).read();
  if (texts === undefined) {
    throw usageError(
      "folder_missing",
      `Reading "${dir}": there is no such folder`,
      "Run `showtime assets export` first, or name the folder with --dir",
    );
  }
  const stored = readStored(texts);
  assertReadable(dir, stored);
  return {
    all: stored.assets,
    paths: stored.paths,
    exported: readExportRecord(texts, instance.settings.name),
  };
}

/** A row of a table of assets. */
export interface AssetRow {
  readonly kind: string;
  readonly name: string;
  readonly what: string;
  readonly message?: string | undefined;
}

const COLORS: Readonly<Record<string, "good" | "warm" | "bad">> = {
  create: "good",
  created: "good",
  update: "warm",
  conflict: "bad",
  failed: "bad",
  not_applied: "bad",
  delete: "bad",
};

/** Renders assets as a table; no lines for no assets. */
export function renderAssets(env: CommandEnv, rows: readonly AssetRow[]): readonly string[] {
  const { style } = env;
  if (rows.length === 0) return [];
  return renderTable(
    [{ title: "KIND" }, { title: "NAME", shrinks: true }, { title: "WHAT" }, { title: "WHY", wraps: true }],
    rows.map(({ kind, name, what, message }): readonly Cell[] => {
      const color = COLORS[what];
      return [
        { text: kind },
        { text: name },
        {
          text: what.replaceAll("_", " "),
          paint: color === undefined ? undefined : (text) => style[color](text),
        },
        { text: message ?? "" },
      ];
    }),
    { style },
  );
}

/** Renders differences as lines, coloured where the terminal can. */
export function renderDifferences(
  { style }: Pick<CommandEnv, "style">,
  differences: readonly AssetDifference[],
): readonly string[] {
  const paint = { title: style.bold, plus: style.good, minus: style.bad, plain: (text: string) => text };
  return renderDiffText(differences, (line, kind) => paint[kind](line));
}

/** Counts things in words: `3 create, 1 update`. */
export function countWords(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word.replaceAll("_", " ")}`).join(", ");
}

/** Counts for `summary` in JSON. */
export function countMap(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Whether `--yes` was given. Throws AppError `answer_missing` if it was not, and no person can be asked. */
export function mustAsk(env: CommandEnv, action: string): boolean {
  const yes = env.values.flag("yes");
  if (!yes && !env.terminal.can.ask && !env.flags.dryRun) {
    throw usageError("answer_missing", `${action}: no person can be asked here`, "Add --yes");
  }
  return yes;
}
