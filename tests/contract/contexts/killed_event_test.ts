/** Events whose process is killed while a request is under way, on every store that processes share. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { startCaller } from "../../worlds/contexts/event_caller.ts";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";
import { ID, makeStoreWorld, SHARED_KINDS } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

const HANDLERS = {
  notify: {
    first: { message: "first", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.first[]" }] },
    second: { message: "second" },
  },
};

for (const kind of SHARED_KINDS) {
  const test = kind === "redis" ? redis.test : Deno.test;
  test(`${kind}: the call after a killed one waits, and finishes what it began`, async () => {
    await using place = await makeStoreWorld(kind);
    await using world = await makeEventWorld({
      id: ID,
      tree: toValue({ state: { cicdContextDataId: ID, cicdContextName: "stage" } }) as ValueMap,
      handlers: HANDLERS,
      store: await place.open(),
    });
    world.server.answer({}, "hang");
    const child = startCaller({ settings: place.settings, url: world.server.url, key: "k" });
    const early = child.status.then(({ code }) => assert.fail(`the process ended with ${code}`));
    await Promise.race([world.server.seen(2), early]);
    early.catch(() => {});

    // The clock of the test runs 100 times as fast, but this call looks in the time of the child.
    await assert.rejects(
      world.fire({ key: "k" }, { clock: makeClock() }),
      (error) => error instanceof AppError && error.code === "key_held",
    );
    child.kill("SIGKILL");
    assert.equal((await child.status).signal, "SIGKILL");
    const result = await world.fire({ key: "k" });

    assert.deepEqual(result.handlers.map(({ state }) => state), ["skipped", "sent"]);
    assert.match(result.warnings.join(), /^notify\.second may have been sent at .* it was sent again/);
    const [first, killed, again, ...more] = world.server.requests;
    assert.deepEqual(more, []);
    assert.deepEqual([first?.body, killed?.body, again?.body].map((body) => JSON.parse(body ?? "").text), [
      "first",
      "second",
      "second",
    ]);
    assert.equal(again?.headers["idempotency-key"], killed?.headers["idempotency-key"]);
    assert.deepEqual(await world.get("state.first"), ["171.22"]);
  });
}
