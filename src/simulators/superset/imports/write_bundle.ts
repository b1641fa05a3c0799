/** The write phase of an import: one transaction, with Superset's ways of finding the row that a file stands for. */

import { listOf, mapOf, textOf, type TreeMap, without } from "../../../assets/core/tree.ts";
import type { User } from "../state/users.ts";
import { chartNodes } from "../api/layout.ts";
import { backendError, commandError, Refusal } from "../api/answers.ts";
import { FACTS, type Kind } from "../state/kinds.ts";
import type { Row, State } from "../state/state.ts";
import { chartFields, dashboardFields, KeyMissing } from "./remap.ts";
import { type Endpoint, type ImportFile, isMasked, readUuid } from "./read_bundle.ts";

/** The values that a new row has where its file says nothing. */
const DEFAULTS: Readonly<Record<Kind, TreeMap>> = {
  database: {
    extra: {},
    expose_in_sqllab: true,
    allow_file_upload: true,
    configuration_method: "sqlalchemy_form",
  },
  theme: {},
  dataset: {
    offset: 0,
    filter_select_enabled: true,
    normalize_columns: false,
    always_filter_main_dttm: false,
  },
  chart: {},
  dashboard: { published: false },
};

/** The write phase of one import. */
export interface WriteCall {
  readonly endpoint: Endpoint;
  readonly overwrite: boolean;
  readonly files: readonly ImportFile[];
  readonly user: User | undefined;
}

/** Writes files into a copy of the state and returns it. Throws {@link Refusal}; then nothing counts as written. */
export function writeBundle(call: WriteCall, state: State): State {
  const writer = new Writer(call, state.copy());
  try {
    writer.write();
  } catch (error) {
    if (writer.addedDatabase) state.replace("database", writer.state);
    if (error instanceof Refusal) throw error;
    if (!(error instanceof KeyMissing)) throw error;
    const text = call.endpoint === "assets"
      ? "Import failed for an unknown reason"
      : `Import ${call.endpoint} failed for an unknown reason`;
    throw new Refusal(commandError(500, text));
  }
  return writer.state;
}

class Writer {
  readonly #call: WriteCall;
  readonly state: State;
  /** Adding the permissions of a new database commits, so it stays if the import fails later. */
  addedDatabase = false;
  readonly #rows = new Map<string, Row>();

  constructor(call: WriteCall, state: State) {
    this.#call = call;
    this.state = state;
  }

  write(): void {
    const { endpoint } = this.#call;
    const needed = endpoint === "assets" ? undefined : this.#referenced(endpoint);
    for (const kind of ["database", "theme", "dataset", "chart", "dashboard"] as const) {
      for (const file of this.#call.files.filter((each) => each.kind === kind)) {
        if (needed === undefined || needed.has(file.uuid)) this.#writeFile(file);
      }
    }
  }

  /** The UUIDs of the endpoint's own files and of everything that these refer to. */
  #referenced(endpoint: Exclude<Endpoint, "assets">): ReadonlySet<string> {
    const byUuid = new Map(this.#call.files.map((file) => [file.uuid, file]));
    const found = new Set<string>();
    const add = (uuid: string | undefined) => {
      const file = uuid === undefined ? undefined : byUuid.get(uuid);
      if (file === undefined || found.has(file.uuid)) return;
      found.add(file.uuid);
      for (const key of ["database_uuid", "dataset_uuid", "theme_uuid"]) add(readUuid(file.tree[key]));
      if (file.kind !== "dashboard") return;
      chartNodes(mapOf(file.tree, "position")).forEach((chart) => add(readUuid(chart.uuid)));
      for (const filter of listOf(mapOf(file.tree, "metadata"), "native_filter_configuration")) {
        for (const target of listOf(filter as TreeMap, "targets")) {
          add(readUuid((target as TreeMap)["datasetUuid"]));
        }
      }
    };
    this.#call.files.filter(({ kind }) => kind === endpoint).forEach(({ uuid }) => add(uuid));
    return found;
  }

  #writeFile(file: ImportFile): void {
    const { endpoint } = this.#call;
    const parent = this.#parentOf(file);
    // A dataset without its database in the bundle, and a chart without its dataset, are left out without a word.
    if (parent === "missing") {
      if (endpoint === "assets") throw new KeyMissing(file.path);
      return;
    }
    const overwrite = endpoint === "assets" || (file.kind === endpoint && this.#call.overwrite);
    const known = this.state.byUuid(file.kind, file.uuid);
    if (known !== undefined && !overwrite) {
      this.#rows.set(file.uuid, known);
      return;
    }
    if (known !== undefined) this.#assertOwner(known);
    const row = this.#match(file, { parent: parent?.id, known });
    if (row === "ambiguous") {
      if (known !== undefined) this.#rows.set(file.uuid, known);
      return;
    }
    const written = row === undefined
      ? this.#insert(file, parent?.id)
      : this.#update(row, file, { parent: parent?.id, overwrite });
    this.#rows.set(file.uuid, written);
    if (file.kind === "dashboard") {
      this.#setMembers(written, {
        file,
        replace: endpoint === "assets" || this.state.server.profile !== "6.0",
      });
    }
  }

  #parentOf({ kind, tree }: ImportFile): Row | "missing" | undefined {
    if (kind === "dataset") return this.#rows.get(readUuid(tree["database_uuid"]) ?? "") ?? "missing";
    if (kind === "chart") return this.#rows.get(readUuid(tree["dataset_uuid"]) ?? "") ?? "missing";
    return kind === "dashboard" ? this.#rows.get(readUuid(tree["theme_uuid"]) ?? "") : undefined;
  }

  #assertOwner({ kind, owners }: Row): void {
    const { user } = this.#call;
    if (user !== undefined && (user.role === "Admin" || owners.includes(user.id))) return;
    if (kind === "database" || kind === "theme") return;
    const text = `A ${kind} already exists and user doesn't have permissions to overwrite it`;
    throw new Refusal(commandError(500, text));
  }

  /** Finds the row that an upsert changes: by the UUID or by any unique key, within the same parent. */
  #match(
    { kind, uuid, tree }: ImportFile,
    { parent, known }: { readonly parent: number | undefined; readonly known: Row | undefined },
  ): Row | "ambiguous" | undefined {
    const keyOf = (row: Row): boolean => {
      const { fields } = row;
      if (kind === "database") return fields["database_name"] === tree["database_name"];
      if (kind === "dashboard") return typeof tree["slug"] === "string" && fields["slug"] === tree["slug"];
      if (kind !== "dataset") return false;
      return fields["table_name"] === tree["table_name"] &&
        (fields["catalog"] ?? null) === (tree["catalog"] ?? null) &&
        ((tree["schema"] ?? null) === null || fields["schema"] === tree["schema"]);
    };
    const found = this.state.rows(kind)
      .filter((row) => kind !== "dataset" || row.parent === parent)
      .filter((row) => row.uuid === uuid || keyOf(row));
    if (found.length > 1) {
      // Two rows match: the dataset with the UUID is returned as it is, and the answer is OK.
      if (kind === "dataset" && known !== undefined) return "ambiguous";
      throw new Refusal(backendError("Multiple rows were found when one or none was required"));
    }
    if (found.length === 0 && known !== undefined) {
      throw new Refusal(backendError("UNIQUE constraint failed"));
    }
    return found[0];
  }

  #insert(file: ImportFile, parent: number | undefined): Row {
    this.addedDatabase ||= file.kind === "database";
    return this.state.add({
      kind: file.kind,
      uuid: file.uuid,
      owners: this.#withImporter([]),
      fields: { ...DEFAULTS[file.kind], ...this.#fields(file, parent) },
      parent,
      members: [],
      password: passwordOf(file),
    });
  }

  #update(
    row: Row,
    file: ImportFile,
    { parent, overwrite }: { readonly parent: number | undefined; readonly overwrite: boolean },
  ): Row {
    const fields: Record<string, TreeMap[string]> = { ...row.fields, ...this.#fields(file, parent) };
    if (file.kind === "dataset") {
      for (const key of ["columns", "metrics"]) {
        const sent = listOf(file.tree, key);
        const name = key === "columns" ? "column_name" : "metric_name";
        const kept = overwrite
          ? []
          : listOf(row.fields, key).filter((old) =>
            !sent.some((each) => (each as TreeMap)[name] === (old as TreeMap)[name])
          );
        fields[key] = [...sent, ...kept];
      }
    }
    const hasTheme = file.kind === "dashboard" && !Object.hasOwn(file.tree, "theme_uuid");
    return this.state.put({
      ...row,
      uuid: file.uuid,
      fields,
      parent: hasTheme || this.#call.endpoint === "assets" && file.kind === "dashboard"
        ? row.parent
        : parent ?? undefined,
      owners: this.#withImporter(row.owners),
      password: file.kind === "database" ? passwordOf(file) : undefined,
    });
  }

  #withImporter(owners: readonly number[]): readonly number[] {
    const id = this.#call.user?.id;
    return id === undefined || owners.includes(id) ? owners : [...owners, id];
  }

  #fields({ kind, tree }: ImportFile, parent: number | undefined): TreeMap {
    const own = without(tree, [
      ...["uuid", "version", "database_uuid", "dataset_uuid", "theme_uuid", "tags", "password", "ssh_tunnel"],
      ...FACTS[kind].fields.filter(({ importOnly }) => importOnly).map(({ name }) => name),
    ]);
    if (kind === "chart") return chartFields(own, parent ?? 0);
    if (kind === "database") {
      const upload = tree["allow_csv_upload"] ?? tree["allow_file_upload"] ?? true;
      return {
        ...own,
        allow_file_upload: upload,
        sqlalchemy_uri: maskUri(textOf(tree, "sqlalchemy_uri") ?? ""),
      };
    }
    if (kind !== "dashboard") return own;
    return dashboardFields(own, {
      idOf: (uuid, of) => {
        const row = this.#rows.get(readUuid(uuid) ?? "");
        return row?.kind === of ? row.id : undefined;
      },
    });
  }

  /** Membership: charts of the layout that are in the bundle. Superset 6.0 only adds them. */
  #setMembers(row: Row, { file, replace }: { readonly file: ImportFile; readonly replace: boolean }): void {
    const placed = chartNodes(mapOf(file.tree, "position")).flatMap(({ uuid }) => {
      const chart = this.#rows.get(readUuid(uuid) ?? "");
      return chart?.kind === "chart" ? [chart.id] : [];
    });
    const members = [...new Set([...(replace ? [] : row.members), ...placed])];
    this.#rows.set(row.uuid, this.state.put({ ...row, members }));
  }
}

/** The password that a database has after an import. A URI without one deletes what was stored. */
function passwordOf(file: ImportFile): string | undefined {
  if (file.kind !== "database") return undefined;
  const inUri = /:\/\/[^:/@]*:([^@]*)@/.exec(textOf(file.tree, "sqlalchemy_uri") ?? "")?.[1];
  return isMasked(file.tree) ? file.password : inUri;
}

function maskUri(uri: string): string {
  return uri.replace(/(:\/\/[^:/@]*:)[^@]*@/, "$1XXXXXXXXXX@");
}
