/** The rows of a simulated Superset. A row is replaced and never changed, so a copy of the tables is a transaction. */

import { textOf, type TreeMap } from "../../../assets/core/tree.ts";
import { FACTS, type Kind, KINDS, type Profile } from "./kinds.ts";
import type { User } from "./users.ts";

/** An asset of the server. */
export interface Row {
  readonly kind: Kind;
  readonly id: number;
  readonly uuid: string;
  readonly owners: readonly number[];
  /** The fields of its file, with the server's own numbers and without the UUIDs of other assets. */
  readonly fields: TreeMap;
  /** The database of a dataset, the dataset of a chart, the theme of a dashboard. */
  readonly parent: number | undefined;
  /** The charts of a dashboard. Superset keeps them apart from the layout. */
  readonly members: readonly number[];
  /** The password of a database's connection. */
  readonly password: string | undefined;
}

/** The facts about a server that no request changes. */
export interface ServerFacts {
  readonly profile: Profile;
  readonly users: readonly User[];
}

/** The tables. */
export class State {
  readonly server: ServerFacts;
  readonly #tables: Record<Kind, Map<number, Row>>;
  readonly #lastIds: Record<Kind, number>;

  /** The ids begin above the given one. */
  constructor(server: ServerFacts, { lastId }: { readonly lastId: number }) {
    const all = <Value>(make: () => Value): Record<Kind, Value> => ({
      database: make(),
      theme: make(),
      dataset: make(),
      chart: make(),
      dashboard: make(),
    });
    this.server = server;
    this.#lastIds = all(() => lastId);
    this.#tables = all(() => new Map());
  }

  /** Copies the tables, for a transaction. */
  copy(): State {
    const copy = new State(this.server, { lastId: 0 });
    for (const kind of KINDS) copy.replace(kind, this);
    return copy;
  }

  /** Takes over the table of a kind from another state. */
  replace(kind: Kind, from: State): void {
    this.#tables[kind] = new Map(from.#tables[kind]);
    this.#lastIds[kind] = from.#lastIds[kind];
  }

  rows(kind: Kind): readonly Row[] {
    return [...this.#tables[kind].values()];
  }

  row(kind: Kind, id: number | undefined): Row | undefined {
    return id === undefined ? undefined : this.#tables[kind].get(id);
  }

  byUuid(kind: Kind, uuid: string): Row | undefined {
    return this.rows(kind).find((row) => row.uuid === uuid);
  }

  add(row: Omit<Row, "id">): Row {
    const id = ++this.#lastIds[row.kind];
    return this.put({ ...row, id });
  }

  put(row: Row): Row {
    this.#tables[row.kind].set(row.id, row);
    return row;
  }

  /** Deletes a row, and a chart's membership of dashboards. Charts of a deleted dataset stay. */
  remove({ kind, id }: Row): void {
    this.#tables[kind].delete(id);
    if (kind !== "chart") return;
    for (const dashboard of this.rows("dashboard")) {
      if (!dashboard.members.includes(id)) continue;
      this.put({ ...dashboard, members: dashboard.members.filter((member) => member !== id) });
    }
  }
}

/** Returns the name of a row. */
export function nameOf(row: Row): string {
  return textOf(row.fields, FACTS[row.kind].name) ?? "";
}
