/** The promises of every store of contexts, as one suite. */

import assert from "node:assert/strict";
import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import type { EventKeys } from "../../../src/contexts/core/events/event_keys.ts";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { LARGEST_TREE } from "../../../src/contexts/core/tree/limits.ts";
import type { Operation } from "../../../src/contexts/core/tree/operations.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { AppError } from "../../../src/lib/errors.ts";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";

/** A store under test: two openings of it see the same contexts. */
export interface StoreHarness extends AsyncDisposable {
  open(options?: { readonly keep?: number }): Promise<ContextStore>;
}

/** The store, and the abilities that not every store has. */
export interface StoreContractOptions {
  readonly name: string;
  readonly make: () => Promise<StoreHarness>;
  /** Whether it holds more than one context. */
  readonly holdsMany: boolean;
  readonly test: (title: string, run: () => Promise<void>) => void;
}

const OTHER = "ctx-2" as ContextId;

/** Registers the suite. */
export function contextStoreContract({ name, make, holdsMany, test }: StoreContractOptions): void {
  function check(
    title: string,
    run: (store: ContextStore, harness: StoreHarness) => Promise<void>,
  ): void {
    test(`${name}: ${title}`, async () => {
      await using harness = await make();
      await run(await harness.open(), harness);
    });
  }

  check("a store that was never used holds nothing", async (store) => {
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.equal(await store.newestVersion(ID, NEVER), undefined);
    assert.deepEqual(await store.list(NEVER), []);
    assert.deepEqual(await store.history(ID, { after: 0 }, NEVER), []);
    assert.equal(await store.treeOf(ID, 1, NEVER), undefined);
    assert.equal(await store.claim(ID, "k", NEVER), undefined);
    assert.equal(await store.remove(ID, NEVER), false);
  });

  check("a context that was made is read by another process' store", async (store, harness) => {
    const keys: EventKeys = {
      k1: {
        pipeline: "build",
        event: "success",
        handlers: { "notify.team": { idempotencyKey: "u", state: "done", time: "2026-01-15T00:00:00.000Z" } },
      },
    };
    const operations: readonly Operation[] = [
      { op: "set", path: ["state", "a.b", 0, 'q"\\'], value: new Map([["x", new WholeFloat(1)]]) },
      { op: "append", path: ["state", "l"], value: 9007199254740993n },
      { op: "append_unique", path: ["state", "l"], value: null },
      { op: "unset", path: ["state", "gone"] },
    ];
    const event = {
      pipeline: "build",
      event: "success",
      handler: "notify.team",
      step: "done",
      key: "k1",
    } as const;
    const next = versionOf(1, { keys });
    const newest = { ...next.newest, operations, event };
    assert.equal(await store.commit({ ...next, newest }, NEVER), true);
    const { expected: _, ...stored } = { ...next, newest };
    assert.deepEqual(await (await harness.open()).read(ID, NEVER), stored);
  });

  check("a write is refused unless the expected version is there", async (store) => {
    assert.equal(await store.commit(versionOf(2), NEVER), false);
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    assert.equal(await store.commit(versionOf(1, { tree: treeWith('"other"') }), NEVER), false);
    assert.equal(await store.commit(versionOf(3), NEVER), false);
    assert.equal(await store.commit(versionOf(2), NEVER), true);
    assert.equal(await store.commit(versionOf(2), NEVER), false);
    const read = await store.read(ID, NEVER);
    assert.deepEqual([read?.newest.version, read?.tree], [2, treeWith("2")]);
    const { newest } = versionOf(2);
    assert.deepEqual(await store.newestVersion(ID, NEVER), { version: 2, time: newest.time });
    assert.equal(await store.newestVersion(OTHER, NEVER), undefined);
  });

  check("a write that read a context before it was made anew is refused", async (store) => {
    const [first, second] = [versionOf(1), versionOf(2)];
    await store.commit(first, NEVER);
    assert.equal(await store.remove(ID, NEVER), true);
    const anew = { ...first.newest, time: "2026-02-01T00:00:00.000Z" };
    assert.equal(await store.commit({ ...first, tree: treeWith('"anew"'), newest: anew }, NEVER), true);
    assert.equal(await store.commit({ ...second, expectedTime: first.newest.time }, NEVER), false);
    assert.deepEqual((await store.read(ID, NEVER))?.tree, treeWith('"anew"'));
    assert.equal(await store.commit({ ...second, expectedTime: anew.time }, NEVER), true);
  });

  check("keys keep their order and numbers their digits", async (store, harness) => {
    const json = '{"10": 1, "9": 2, "a": 1.0, "big": 123456789012345678901234567890, "exp": 1e+21, ' +
      '"zero": -0.0, "small": 1e-07, "empty": {}, "none": [], "text": "1.0", "yes": "yes", "é": "\\u0000\\ud83d\\ude00"}';
    await store.commit(versionOf(1, { tree: treeWith(json) }), NEVER);
    const read = await (await harness.open()).read(ID, NEVER);
    assert.ok(read !== undefined);
    assert.equal(formatJson(read.tree), formatJson(treeWith(json)));
    assert.equal(
      formatJson(await store.treeOf(ID, 1, NEVER) ?? null, { compact: true }),
      formatJson(treeWith(json), { compact: true }),
    );
  });

  check("a tree at the limit of 8 MiB is kept, and a larger one is refused", async (store, harness) => {
    const frame = formatJson(treeWith('""'), { compact: true }).length;
    const tree = treeWith(`"${"x".repeat(LARGEST_TREE - frame)}"`);
    assert.equal(await store.commit(versionOf(1, { tree }), NEVER), true);
    assert.deepEqual((await (await harness.open()).read(ID, NEVER))?.tree, tree);
    const larger = treeWith(`"${"x".repeat(LARGEST_TREE - frame + 1)}"`);
    await assert.rejects(store.commit(versionOf(2, { tree: larger }), NEVER), hasCode("tree_too_large"));
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
  });

  check("a tree of many small maps is kept", async (store, harness) => {
    const maps = Array.from(
      { length: 20_000 },
      (_, index) => `"k${index}": {"a": ${index}, "b": ["x", true]}`,
    );
    const tree = treeWith(`{${maps.join(", ")}}`);
    assert.equal(await store.commit(versionOf(1, { tree }), NEVER), true);
    assert.deepEqual((await (await harness.open()).read(ID, NEVER))?.tree, tree);
  });

  check("the newest versions are kept, with their trees", async (_, harness) => {
    const store = await harness.open({ keep: 5 });
    for (let version = 1; version <= 12; version++) await store.commit(versionOf(version), NEVER);
    const numbers = async (after: number) =>
      (await store.history(ID, { after }, NEVER)).map(({ version }) => version);
    assert.deepEqual(await numbers(0), store.keepsHistory ? [8, 9, 10, 11, 12] : [12]);
    assert.deepEqual(await numbers(10), store.keepsHistory ? [11, 12] : [12]);
    assert.deepEqual(await numbers(12), []);
    assert.deepEqual(await store.treeOf(ID, 12, NEVER), treeWith("12"));
    assert.deepEqual(await store.treeOf(ID, 8, NEVER), store.keepsHistory ? treeWith("8") : undefined);
    assert.equal(await store.treeOf(ID, 7, NEVER), undefined);
    assert.deepEqual(await store.history(OTHER, { after: 0 }, NEVER), []);
  });

  check("a removed context is gone with its history and claims, and can be made again", async (store) => {
    for (const version of [1, 2]) await store.commit(versionOf(version), NEVER);
    await store.swapClaim(ID, { key: "k", from: undefined, to: { holder: "a", beat: 1 } }, NEVER);
    assert.equal(await store.remove(ID, NEVER), true);
    assert.equal(await store.remove(ID, NEVER), false);
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.equal(await store.newestVersion(ID, NEVER), undefined);
    assert.deepEqual(await store.list(NEVER), []);
    assert.equal(await store.treeOf(ID, 2, NEVER), undefined);
    assert.equal(await store.commit(versionOf(3), NEVER), false);
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    assert.equal(await store.claim(ID, "k", NEVER), undefined);
    assert.deepEqual((await store.history(ID, { after: 0 }, NEVER)).map(({ version }) => version), [1]);
  });

  check("a list has each context's newest version, by ID", async (store) => {
    const ids = (holdsMany ? ["b", "a.1", "a"] : ["b"]) as ContextId[];
    for (const id of ids) await store.commit(versionOf(1, { id }), NEVER);
    await store.commit(versionOf(2, { id: ids[0] as ContextId }), NEVER);
    const { newest: { time } } = versionOf(1);
    const newer = { id: "b", version: 2, time: versionOf(2).newest.time };
    assert.deepEqual(
      await store.list(NEVER),
      holdsMany ? [{ id: "a", version: 1, time }, { id: "a.1", version: 1, time }, newer] : [newer],
    );
  });

  check("a claim has one holder, who alone can renew it and give it back", async (store, harness) => {
    const other = await harness.open();
    const [mine, renewed, theirs] = [{ holder: "a", beat: 1 }, { holder: "a", beat: 2 }, {
      holder: "b",
      beat: 1,
    }];
    type Change = Parameters<ContextStore["swapClaim"]>[1];
    const swap = (at: ContextStore, change: Change) => at.swapClaim(ID, change, NEVER);
    assert.equal(await swap(store, { key: "k", from: undefined, to: mine }), false, "there is no context");
    await store.commit(versionOf(1), NEVER);
    assert.equal(await swap(store, { key: "k", from: undefined, to: mine }), true);
    assert.equal(await swap(other, { key: "k", from: undefined, to: theirs }), false);
    assert.equal(await swap(other, { key: "k2", from: undefined, to: theirs }), true);
    assert.equal(await swap(store, { key: "k", from: mine, to: renewed }), true);
    assert.equal(await swap(other, { key: "k", from: mine, to: theirs }), false);
    await store.commit(versionOf(2), NEVER);
    assert.deepEqual(await other.claim(ID, "k", NEVER), renewed);
    assert.equal(await swap(store, { key: "k", from: renewed, to: undefined }), true);
    assert.equal(await store.claim(ID, "k", NEVER), undefined);
    assert.deepEqual(await store.claim(ID, "k2", NEVER), theirs);
  });

  check("calls that begin at the same time are all answered", async (store) => {
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    await store.close();
    const answers = await Promise.all([
      store.read(ID, NEVER).then((read) => read?.newest.version),
      store.list(NEVER).then((rows) => rows.length),
      store.commit(versionOf(2), NEVER),
      store.treeOf(OTHER, 1, NEVER),
    ]);
    assert.ok(answers[0] === 1 || answers[0] === 2);
    assert.deepEqual(answers.slice(1), [1, true, undefined]);
  });

  check("a signal that has aborted already ends every call", async (store) => {
    await store.commit(versionOf(1), NEVER);
    const gone = AbortSignal.abort(new Error("interrupted"));
    await assert.rejects(store.read(ID, gone), /interrupted/);
    await assert.rejects(store.commit(versionOf(2), gone), /interrupted/);
    await assert.rejects(store.remove(ID, gone), /interrupted/);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
  });

  check("concurrent writes of one version: one of them takes place", async (store, harness) => {
    await store.commit(versionOf(1), NEVER);
    const stores = await Promise.all(Array.from({ length: 8 }, () => harness.open()));
    const done = await Promise.all(
      stores.map((each, index) => each.commit(versionOf(2, { tree: treeWith(String(index)) }), NEVER)),
    );
    assert.equal(done.filter(Boolean).length, 1);
    const read = await store.read(ID, NEVER);
    assert.deepEqual(read?.tree, treeWith(String(done.indexOf(true))));
  });
}

/** Checks the code of an AppError. */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, `${error.message}`);
    return true;
  };
}
