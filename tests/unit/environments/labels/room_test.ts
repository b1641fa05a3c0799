import assert from "node:assert/strict";
import fc from "fast-check";
import { makeRoom } from "../../../../src/environments/core/labels/mod.ts";

const OLD = ["🤡 ana", "🚦 running", "🌐 10.0.0.1:8080", "📅 2024-01-15T10-00"].map((text) =>
  `🎪 bbbbbbb ${text}`
);
const OWN = ["🎪 aaaaaaa 🚦 building", "🎪 🏗️ aaaaaaa"];

Deno.test("makeRoom() removes nothing early while there is room for both", () => {
  assert.deepEqual(makeRoom({ present: 98, coming: 2, going: OWN, spare: OLD }), { first: [], later: OWN });
});

Deno.test("makeRoom() removes labels of retired commits first, and each status last", () => {
  const first = (needed: number) =>
    makeRoom({ present: 98 + needed, coming: 2, going: OWN, spare: OLD })?.first;
  const order = [
    "🎪 bbbbbbb 🤡 ana",
    "🎪 bbbbbbb 📅 2024-01-15T10-00",
    "🎪 bbbbbbb 🌐 10.0.0.1:8080",
    "🎪 🏗️ aaaaaaa",
    "🎪 bbbbbbb 🚦 running",
    "🎪 aaaaaaa 🚦 building",
  ];
  for (let needed = 0; needed <= order.length; needed++) {
    assert.deepEqual(first(needed), order.slice(0, needed));
  }
  assert.equal(first(order.length + 1), undefined);
});

Deno.test("makeRoom() never removes more than is in the way, and forgets no label that goes", () => {
  const names = fc.uniqueArray(fc.constantFrom(...OLD, ...OWN, "🎪 ⚡ showtime-trigger-start"));
  const numbers = fc.record({ present: fc.nat(100), coming: fc.nat(10), going: names, spare: names });
  fc.assert(fc.property(numbers, (change) => {
    const room = makeRoom(change);
    if (room === undefined) return;
    assert.equal(room.first.length, Math.max(0, change.present + change.coming - 100));
    for (const name of change.going) assert.ok(room.first.includes(name) !== room.later.includes(name));
  }));
});
