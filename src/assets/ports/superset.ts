/** A Superset instance, as the use-cases of assets see it. Every call takes a signal that works to the last byte. */

import type { AssetKind, PushedKind, Uuid } from "../core/asset.ts";
import type { BundleFile } from "../core/bundle.ts";
import type { SupersetVersion } from "../core/stored_form/fields.ts";

/** The rights of the account on one kind of asset. */
export interface KindRights {
  readonly read: boolean;
  readonly write: boolean;
  readonly export: boolean;
}

/** The facts about an instance and the account that is used there. */
export interface InstanceFacts {
  /** The version as the server reports it, such as `6.1.0`; `unknown` if nothing shows it. */
  readonly version: string;
  /** The version whose rules a push follows; undefined if a push does not support the server. */
  readonly supported: SupersetVersion | undefined;
  /** The reason to believe the version, as a noun phrase: `reported by /version`. */
  readonly believed: string;
  /** The account's name on the instance; undefined if the instance does not say. */
  readonly user: string | undefined;
  readonly userId: number | undefined;
  /** Whether the account is an administrator, who may change what others own; undefined if the instance does not say. */
  readonly isAdmin?: boolean | undefined;
  /** The login method that is in use. A session stands in for a token where the server ignores tokens. */
  readonly method: string;
  readonly rights: Readonly<Record<AssetKind, KindRights>>;
}

/** A person who can own assets. */
export interface Owner {
  readonly id: number;
  /** Undefined where the server does not say it, as for datasets. */
  readonly email: string | undefined;
  readonly name: string;
}

/** A row of a listing. */
export interface ListedAsset {
  readonly kind: AssetKind;
  readonly id: number;
  /** Undefined on servers that list no UUIDs. */
  readonly uuid: Uuid | undefined;
  readonly name: string;
  readonly owners: readonly Owner[];
  readonly tags: readonly string[];
  /** Only for dashboards. */
  readonly published: boolean | undefined;
  readonly slug: string | undefined;
  /** Only for datasets. */
  readonly table:
    | {
      readonly catalog: string | null;
      readonly schema: string | null;
      readonly databaseUuid: Uuid | undefined;
    }
    | undefined;
  /** Only for databases: `postgresql`, `sqlite`. */
  readonly dialect: string | undefined;
}

/** The result of listing one kind. */
export interface Listing {
  readonly assets: readonly ListedAsset[];
  /** The number of assets that the server says it has. A different number of rows means that the listing is incomplete. */
  readonly count: number;
}

/** The files of an export. */
export interface Exported {
  readonly files: readonly BundleFile[];
  /** Assets that the server did not hand out, with its reason. */
  readonly missing: readonly { readonly kind: AssetKind; readonly id: number; readonly reason: string }[];
}

/** Reads an instance. Throws AppError with a code that begins with `superset_`. */
export interface SupersetReader {
  /** Logs in if necessary, and returns what the account may do. Asks once. */
  facts(signal: AbortSignal): Promise<InstanceFacts>;
  /** Lists all assets of a kind that the account can see. */
  list(kind: AssetKind, signal: AbortSignal): Promise<Listing>;
  /** Exports assets of a kind with everything that they refer to. `done` is called with counts and bytes on the way. */
  export(
    kind: Exclude<AssetKind, "theme">,
    ids: readonly number[],
    options: { readonly progress?: (assets: number, bytes: number) => void },
    signal: AbortSignal,
  ): Promise<Exported>;
  /** Lists the numeric ids of the charts that are members of a dashboard, whatever its layout shows. */
  membersOf(dashboard: number, signal: AbortSignal): Promise<readonly number[]>;
  /** Lists the numeric ids of the dashboards that a chart is a member of. */
  dashboardsOf(chart: number, signal: AbortSignal): Promise<readonly number[]>;
  /** Finds the people that a login, a mail address or a name may stand for. */
  findOwners(text: string, signal: AbortSignal): Promise<readonly Owner[]>;
  /** The number of requests that were sent so far. */
  readonly requests: number;
  /** The bytes of the bodies that were sent and received so far. */
  readonly bytes: number;
}

/** A complaint of a server about a file. */
export interface FileComplaint {
  /** Keys from the top of the file, joined by dots; undefined if it names no field. */
  readonly field: string | undefined;
  readonly message: string;
}

/** The outcome of an import. Nothing is written unless it is `done` or `unclear`. */
export type ImportOutcome =
  | { readonly kind: "done" }
  /** The server names the guilty files, by path. */
  | {
    readonly kind: "refused";
    readonly message: string;
    readonly files: Readonly<Record<string, readonly FileComplaint[]>>;
  }
  /** The server does not name the guilty file. */
  | { readonly kind: "failed"; readonly message: string }
  /** No answer, or none that says whether the import took effect. */
  | { readonly kind: "unclear"; readonly message: string };

/** A file to import: a path below the bundle's root, and its content. */
export interface MemberFile {
  readonly path: string;
  readonly text: string;
}

/** Changes an instance. Throws AppError with a code that begins with `superset_`. */
export interface SupersetWriter {
  /** Tests what a write needs, without changing anything. Throws AppError if the server does not accept it. */
  testWrite(signal: AbortSignal): Promise<void>;
  /** Imports files through the endpoint of a kind. `overwrite` replaces assets of that kind that exist. */
  import(
    kind: PushedKind,
    files: readonly MemberFile[],
    options: { readonly overwrite: boolean },
    signal: AbortSignal,
  ): Promise<ImportOutcome>;
  /** Changes fields of an asset by the API's names. */
  update(
    asset: { readonly kind: PushedKind; readonly id: number },
    fields: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Deletes an asset; undefined if it is gone, else the server's reason for refusing. */
  remove(kind: PushedKind, id: number, signal: AbortSignal): Promise<string | undefined>;
}
