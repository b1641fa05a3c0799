import type { Instance } from "../../../assets/app/assets_ports.ts";
import { countMap } from "./shared.ts";

/** An asset as `--json` shows it. A key that does not apply may be left out. */
export interface DocumentAsset {
  readonly uuid: string;
  readonly kind: string;
  readonly name: string;
  /** The path of its file below the folder. */
  readonly path?: string | undefined;
  readonly action?: string | undefined;
  readonly result?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly fields?: readonly string[] | undefined;
}

/** The parts of a document that differ between commands. */
export interface DocumentParts {
  readonly run?: string | undefined;
  readonly assets: readonly DocumentAsset[];
  readonly incomplete: readonly string[];
  /** Keys that only one command has. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Makes the JSON of a command about assets of an instance. All commands have these keys; null where one does not apply. */
export function assetsDocument(
  { settings, server }: Instance,
  { run, assets, incomplete, more = {} }: DocumentParts,
): Readonly<Record<string, unknown>> {
  const words = (key: "action" | "result") => countMap(assets.flatMap((asset) => asset[key] ?? []));
  return {
    run: run ?? null,
    instance: settings.name,
    assets: assets.map(documentAsset),
    summary: { ...words("action"), ...words("result") },
    requests: server.requests,
    incomplete,
    ...more,
  };
}

/** Gives an asset every key that it has in JSON. */
export function documentAsset<Asset extends DocumentAsset>(asset: Asset): Readonly<Record<string, unknown>> {
  const { uuid, kind, name, path, action, result, reason, message, fields, ...more } = asset;
  return {
    uuid,
    kind,
    name,
    path: path ?? null,
    action: action ?? null,
    result: result ?? null,
    reason: reason ?? null,
    message: message ?? null,
    fields: fields ?? [],
    ...more,
  };
}
