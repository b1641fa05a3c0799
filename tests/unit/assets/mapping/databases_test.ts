import assert from "node:assert/strict";
import {
  type DatabaseFacts,
  doubledTargets,
  isMapped,
  mapDatabases,
} from "../../../../src/assets/core/mapping/databases.ts";
import { dialectOf } from "../../../../src/assets/core/stored_form/normalize.ts";
import { id } from "../samples.ts";

function database(index: number, name: string, dialect: string | undefined = "trino"): DatabaseFacts {
  return { uuid: id("a", index), name, dialect };
}

function reasons(
  ours: readonly DatabaseFacts[],
  theirs: readonly DatabaseFacts[],
  map: Record<string, string> = {},
) {
  return mapDatabases(ours, theirs, { map }).map(({ to, reason }) => [to?.name, reason]);
}

Deno.test("a database leads by the map, else by its UUID, else by its name", () => {
  const theirs = [database(1, "Trino"), database(2, "Trino-QA"), database(3, "Other")];
  assert.deepEqual(reasons([database(1, "Trino")], theirs, { Trino: "Trino-QA" }), [["Trino-QA", "mapped"]]);
  assert.deepEqual(reasons([database(3, "Renamed")], theirs), [["Other", "same_uuid"]]);
  assert.deepEqual(reasons([database(9, "Trino-QA")], theirs), [["Trino-QA", "same_name"]]);
  assert.deepEqual(reasons([database(9, "Elsewhere")], theirs), [[undefined, "unmapped"]]);
  assert.deepEqual(reasons([database(9, "trino")], theirs), [[undefined, "unmapped"]], "letter case counts");
});

Deno.test("a map to a database that is not there leads nowhere, also if the UUID would", () => {
  assert.deepEqual(reasons([database(1, "Trino")], [database(1, "Trino")], { Trino: "Gone" }), [[
    undefined,
    "not_there",
  ]]);
});

Deno.test("a UUID of one database with the name of another one is no answer", () => {
  const theirs = [database(1, "Old"), database(2, "Trino")];
  assert.deepEqual(reasons([database(1, "Trino")], theirs), [["Old", "database_taken"]]);
});

Deno.test("a database of another dialect is refused, one of an unknown dialect or another name for it is not", () => {
  const ours = database(1, "x", "postgresql");
  assert.deepEqual(reasons([ours], [database(1, "x", "trino")]), [["x", "other_dialect"]]);
  assert.deepEqual(reasons([ours], [database(2, "y", "trino")], { x: "y" }), [["y", "other_dialect"]]);
  assert.deepEqual(reasons([ours], [database(1, "x", "postgres")]), [["x", "same_uuid"]]);
  assert.deepEqual(reasons([ours], [{ ...database(1, "x"), dialect: undefined }]), [["x", "same_uuid"]]);
});

Deno.test("names that every object has are no entries of the map", () => {
  assert.deepEqual(reasons([database(9, "constructor")], [database(1, "x")]), [[undefined, "unmapped"]]);
});

Deno.test("two databases that lead to one are found, and rows that lead nowhere do not count", () => {
  const theirs = [database(1, "Trino"), database(2, "Old")];
  const two = mapDatabases([database(1, "Trino"), database(9, "B")], theirs, { map: { B: "Trino" } });
  assert.deepEqual(doubledTargets(two).map((rows) => rows.map(({ from }) => from.name)), [["Trino", "B"]]);
  const taken = mapDatabases([database(2, "Trino"), database(9, "Old")], theirs, { map: {} });
  assert.deepEqual(taken.map(isMapped), [false, true]);
  assert.deepEqual(doubledTargets(taken), []);
});

Deno.test("a dialect is the beginning of a URI, without its driver", () => {
  assert.equal(dialectOf("postgresql+psycopg2://u:p@h/d"), "postgresql");
  assert.equal(dialectOf("Trino://h"), "trino");
  assert.equal(dialectOf("no uri"), undefined);
});
