import assert from "node:assert/strict";
import type { EventKeys, HandlerRecord } from "../../../../src/contexts/core/events/event_keys.ts";
import {
  findRecord,
  KEPT_RECORDS,
  putRecord,
  recordName,
} from "../../../../src/contexts/core/events/key_records.ts";

const RECORD: HandlerRecord = { idempotencyKey: "i", state: "done", time: "2026-01-01T00:00:00.000Z" };

function keyed(key: string) {
  return { pipeline: "p", event: "e", key };
}

Deno.test("the newest records are kept, and a record that changes is the newest", () => {
  let keys: EventKeys = {};
  for (let index = 0; index < KEPT_RECORDS; index++) {
    keys = putRecord(keys, keyed(String(index)), { handler: "notify", record: RECORD });
  }
  keys = putRecord(keys, keyed("0"), { handler: "respond", record: RECORD });
  keys = putRecord(keys, keyed("new"), { handler: "notify", record: RECORD });

  assert.equal(Object.keys(keys).length, KEPT_RECORDS);
  assert.deepEqual(Object.keys(keys).slice(-2), ["p.e.0", "p.e.new"]);
  assert.equal(findRecord(keys, keyed("1"), { handler: "notify" }), undefined);
  assert.deepEqual(findRecord(keys, keyed("0"), { handler: "notify" }), RECORD);
  assert.deepEqual(findRecord(keys, keyed("0"), { handler: "respond" }), RECORD);
  assert.deepEqual(findRecord(keys, keyed("2"), { handler: "notify" }), RECORD);
});

Deno.test("records of different events have different names, and names of objects mean nothing", () => {
  const names = [
    recordName({ pipeline: "a", event: "b", key: "c" }),
    recordName({ pipeline: "a.b", event: "c", key: "" }),
    recordName({ pipeline: "a", event: "b.c", key: "" }),
    recordName({ pipeline: "a", event: 'b"]["c', key: "" }),
    recordName({ pipeline: "a", event: "b", key: "c.d" }),
    recordName({ pipeline: "a", event: "b", key: "" }),
  ];
  assert.equal(new Set(names).size, names.length);
  for (const key of ["__proto__", "constructor", "1"]) {
    const keys = putRecord({}, { pipeline: "p", event: "e", key }, { handler: "notify", record: RECORD });
    assert.equal(findRecord({}, keyed(key), { handler: "notify" }), undefined);
    assert.deepEqual(findRecord(keys, keyed(key), { handler: "notify" }), RECORD);
    assert.deepEqual(JSON.parse(JSON.stringify(keys)), keys);
  }
});
