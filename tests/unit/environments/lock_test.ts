import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatLockOwner,
  judgeLock,
  LOCK_LEASE_MS,
  type LockOwner,
  parseLockOwner,
} from "../../../src/environments/core/lock.ts";

const NOW = Date.UTC(2024, 0, 15, 14, 30);
const owner: LockOwner = {
  nonce: "0123456789abcdef",
  run: { id: 101, attempt: 1 },
  expiresAt: NOW + 600_000,
  login: "maxime",
};
const record = (change: Partial<LockOwner> = {}) => ({
  nodeId: "LA_1",
  name: "🎪 lock pr-1234",
  description: formatLockOwner({ ...owner, ...change }),
});

Deno.test("parseLockOwner() and formatLockOwner() are inverses, within GitHub's 100 characters", () => {
  fc.assert(fc.property(
    fc.record({
      nonce: fc.stringMatching(/^[0-9a-f]{16}$/),
      run: fc.option(
        fc.record({
          id: fc.integer({ min: 1, max: 999_999_999_999_999 }),
          attempt: fc.integer({ min: 1, max: 999 }),
        }, { noNullPrototype: true }),
        { nil: undefined },
      ),
      expiresAt: fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      doing: fc.constantFrom<LockOwner["doing"]>(undefined, "cleanup", "extend"),
      login: fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,38}$/), { nil: undefined }),
    }, { noNullPrototype: true }),
    (any) => {
      const text = formatLockOwner(any);
      assert.ok(text.length <= 100, text);
      const { login, doing, ...rest } = parseLockOwner(text) ?? assert.fail(text);
      const { login: wanted, doing: task, ...others } = any;
      assert.equal(doing, task);
      assert.deepEqual(rest, others);
      assert.ok(wanted === undefined ? login === undefined : wanted.startsWith(login ?? "-"), text);
    },
  ));
});

Deno.test("parseLockOwner() accepts no other text as an owner", () => {
  for (
    const text of [
      "",
      "v1",
      "v2 n=0123456789abcdef x=1",
      "v1 n=short x=1",
      "v1 n=0123456789abcdef x=soon",
      "held by maxime",
      "v1 n=0123456789abcdef x=9999999999999 u=ana",
      "v1 n=0123456789abcdef x=-1",
      "v1 n=0123456789abcdef x=1e9",
      "v1 n=0123456789abcdef x=",
      "v1 n=0123456789abcdef",
    ]
  ) {
    assert.equal(parseLockOwner(text), undefined, text);
  }
});

Deno.test("judgeLock() declares a holder dead when its run is over, re-run, or its lease has passed", () => {
  const live = { completed: false, attempt: 1 };
  assert.equal(judgeLock(record(), { now: NOW, run: live }), "alive");
  assert.equal(judgeLock(record(), { now: NOW, run: { ...live, completed: true } }), "dead");
  assert.equal(judgeLock(record(), { now: NOW, run: { ...live, attempt: 2 } }), "dead");
  assert.equal(judgeLock(record(), { now: NOW + 600_000, run: live }), "dead");
});

Deno.test("judgeLock() treats a run that cannot be read as alive until the lease has passed", () => {
  assert.equal(judgeLock(record(), { now: NOW, run: undefined }), "alive");
  assert.equal(judgeLock(record({ run: undefined }), { now: NOW, run: undefined }), "alive");
  assert.equal(judgeLock(record(), { now: NOW + 600_001, run: undefined }), "dead");
});

Deno.test("judgeLock() leaves a lease that is too long to a person, even if its run is over", () => {
  const [live, over] = [false, true].map((completed) => ({ completed, attempt: 1 }));
  for (const run of [live, over, undefined]) {
    const far = record({ expiresAt: NOW + 2 * LOCK_LEASE_MS + 1000 });
    assert.equal(judgeLock(far, { now: NOW, run }), "unreadable");
  }
  // Clocks may differ by one lease at most.
  assert.equal(
    judgeLock(record({ expiresAt: NOW + 2 * LOCK_LEASE_MS }), { now: NOW, run: undefined }),
    "alive",
  );
});

Deno.test("judgeLock() leaves an entry that cannot be read to a person", () => {
  const foreign = { ...record(), description: "do not touch" };
  assert.equal(judgeLock(foreign, { now: NOW + 1e9, run: undefined }), "unreadable");
});
