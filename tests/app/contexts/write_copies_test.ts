import assert from "node:assert/strict";
import { writeCopies } from "../../../src/contexts/app/write_context.ts";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import type { ContextCopy } from "../../../src/contexts/ports/context_store.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";

/** A copy that keeps its texts; `before` runs before each of them is written. */
function makeCopy(before: (count: number) => Promise<unknown>): ContextCopy & { readonly texts: string[] } {
  const texts: string[] = [];
  return {
    name: "copy",
    texts,
    async write({ tree }) {
      await before(texts.length);
      texts.push(formatJson(tree));
      return ["a warning"];
    },
  };
}

Deno.test("copies end at the newest version, also if another process wrote it and its copies first", async () => {
  const store = makeMemoryStore();
  const first = versionOf(1);
  await store.commit(first, NEVER);
  const copy = makeCopy((count) => count === 0 ? store.commit(versionOf(2), NEVER) : Promise.resolve());
  const warnings: string[] = [];
  await writeCopies({ copies: [copy], store, warn: (text) => warnings.push(text) }, first, NEVER);
  assert.deepEqual(copy.texts, [treeWith("1"), treeWith("2")].map((tree) => formatJson(tree)));
  assert.deepEqual(warnings, ["a warning", "a warning"]);
});

Deno.test("copies of a version that stays the newest are written once", async () => {
  const store = makeMemoryStore();
  await store.commit(versionOf(1), NEVER);
  const copy = makeCopy(() => Promise.resolve());
  await writeCopies({ copies: [copy, copy], store, warn: () => {} }, versionOf(1), NEVER);
  assert.equal(copy.texts.length, 2);
});

Deno.test("a copy that cannot be written is exit code 5 after the others were written", async () => {
  const store = makeMemoryStore();
  await store.commit(versionOf(1), NEVER);
  const good = makeCopy(() => Promise.resolve());
  const bad = makeCopy(() =>
    Promise.reject(new AppError("copy_unwritable", "Writing the copy: no", { exitCode: 5 }))
  );
  await assert.rejects(
    writeCopies({ copies: [bad, good], store, warn: () => {} }, versionOf(1), NEVER),
    (error) => error instanceof AppError && error.code === "copy_unwritable" && error.exitCode === 5,
  );
  assert.equal(good.texts.length, 1);
});
