import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { makeScaledClock } from "../../worlds/aws/scaled_clock.ts";
import { Death, type DeathPoint, makeMortal } from "../../worlds/contexts/mortal_process.ts";
import { makeEventWorld, NEVER } from "../../worlds/contexts/event_world.ts";

const TWO = {
  "notify": {
    first: { message: "first", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.first[]" }] },
    second: { message: "second" },
  },
  "set-values": { set: [{ from: "v", to: "state.list[]" }] },
};

Deno.test("with a key, an event does only what is not done yet; without one, every call fires", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  world.server.answer({}, { status: 400 });

  const states = async (key: string | undefined) =>
    (await world.fire({ key })).handlers.map(({ state }) => state);

  assert.deepEqual(await states("k"), ["sent", "failed", "set"]);
  assert.deepEqual(await states("k"), ["skipped", "sent", "skipped"]);
  assert.deepEqual(await states("k"), ["skipped", "skipped", "skipped"]);
  assert.deepEqual(await states("other"), ["sent", "sent", "set"]);
  assert.deepEqual(await states(undefined), ["sent", "sent", "set"]);
  const sent = world.server.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(sent[1], sent[2], "a failure is sent again with the same Idempotency-Key");
  assert.equal(new Set(sent).size, sent.length - 1);
  assert.deepEqual(await world.get("state.list"), ["v", "v", "v"]);
});

Deno.test("two events may have the same key", async () => {
  await using world = await makeEventWorld({ handlers: { notify: { message: "x" } } });

  await world.fire({ key: "k" });
  const other = await world.fire({ key: "k", event: "other" });

  assert.deepEqual(other.handlers, []);
  assert.deepEqual((await world.fire({ key: "k" })).handlers.map(({ state }) => state), ["skipped"]);
});

/** Every point of the first handler's life, and whether its request had gone out by then. */
const DEATHS: readonly (readonly [title: string, point: DeathPoint, sent: number, intent: boolean])[] = [
  ["before its intent is committed", { at: "before", step: "intent", handler: "notify.first" }, 0, false],
  ["after its intent is committed", { at: "after", step: "intent", handler: "notify.first" }, 0, true],
  ["after its request is answered", { at: "answer", handler: 0 }, 1, true],
  ["before its result is committed", { at: "before", step: "done", handler: "notify.first" }, 1, true],
  ["after its result is committed", { at: "after", step: "done", handler: "notify.first" }, 1, false],
  ["after the intent of the second", { at: "after", step: "intent", handler: "notify.second" }, 1, true],
  ["after the request of the second", { at: "answer", handler: 1 }, 2, true],
  ["after the result of the second", { at: "after", step: "done", handler: "notify.second" }, 2, false],
  ["before set-values are committed", { at: "before", step: "done", handler: "set-values" }, 2, false],
  ["after set-values are committed", { at: "after", step: "done", handler: "set-values" }, 2, false],
];

for (const [title, point, sent, unsure] of DEATHS) {
  Deno.test(`a call that died ${title} is finished by the next one with the same key`, async () => {
    await using world = await makeEventWorld({ handlers: TWO });
    const mortal = makeMortal(world.ports, point);
    await assert.rejects(world.fire({ key: "k" }, mortal), Death);
    assert.ok(mortal.died());
    assert.equal(world.server.requests.length, sent);

    const result = await world.fire({ key: "k" });

    assert.equal(result.exitCode, 0);
    // Only a request whose result is unknown is sent twice, with a warning and the same Idempotency-Key.
    assert.equal(result.warnings.length, unsure ? 1 : 0);
    const keys = world.server.requests.map(({ headers, body }) => `${body} ${headers["idempotency-key"]}`);
    assert.equal(new Set(keys).size, 2);
    const twice = unsure && (point.at === "answer" || point.at === "before");
    assert.equal(keys.length, twice ? 3 : 2);
    assert.deepEqual(await world.get("state.first"), ["171.22"]);
    assert.deepEqual(await world.get("state.list"), ["v"]);
    assert.deepEqual(
      (await world.fire({ key: "k" })).handlers.map(({ state }) => state),
      ["skipped", "skipped", "skipped"],
    );
  });

  Deno.test(`with --unsure skip, nothing is sent twice after a call died ${title}`, async () => {
    await using world = await makeEventWorld({ handlers: TWO });
    await assert.rejects(world.fire({ key: "k" }, makeMortal(world.ports, point)), Death);

    const result = await world.fire({ key: "k", unsure: "skip" });

    assert.deepEqual([result.exitCode, result.warnings], [0, []]);
    const bodies = world.server.requests.map(({ body }) => body);
    assert.equal(new Set(bodies).size, bodies.length);
    assert.deepEqual(await world.get("state.list"), ["v"]);
  });
}

Deno.test("while one call holds a key, a second exits 4 and sends nothing", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  const held = Promise.withResolvers<void>();
  const http: typeof world.ports.http = {
    async send(request, signal) {
      await held.promise;
      return await world.ports.http.send(request, signal);
    },
  };
  const first = world.fire({ key: "k" }, { http });

  await assert.rejects(
    world.fire({ key: "k" }),
    (error) => error instanceof AppError && error.code === "key_held" && error.exitCode === 4,
  );
  assert.equal(world.server.requests.length, 0);
  assert.equal((await world.fire({ key: "another" })).exitCode, 0, "another key is free");

  held.resolve();
  assert.equal((await first).exitCode, 0);
  assert.equal(await world.ports.store.claim(world.id, "build.done.k", NEVER), undefined);
});

Deno.test("of many calls with one key at once, each request is sent once", async () => {
  await using world = await makeEventWorld({ handlers: TWO });

  const ends = await Promise.allSettled(Array.from({ length: 10 }, () => world.fire({ key: "k" })));

  const refused = ends.filter((end) => end.status === "rejected").map((end) => end.reason);
  assert.ok(refused.every((error) => error instanceof AppError && error.exitCode === 4), String(refused[0]));
  assert.ok(refused.length < ends.length);
  assert.deepEqual(world.server.requests.map(({ body }) => body), [
    '{"text": "first"}',
    '{"text": "second"}',
  ]);
  assert.deepEqual(await world.get("state.list"), ["v"]);
});

Deno.test("a call waits 15 s for the beat of a dead holder before it takes the key over", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  const point = { at: "after", step: "intent", handler: "notify.first" } as const;
  await assert.rejects(world.fire({ key: "k" }, makeMortal(world.ports, point)), Death);
  assert.notEqual(await world.ports.store.claim(world.id, "build.done.k", NEVER), undefined);

  await world.fire({ key: "k" });

  assert.deepEqual(world.pauses, Array(15).fill(1_000));
});

Deno.test("a holder whose key was taken over sends nothing more", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  const { store } = world.ports;
  const http: typeof world.ports.http = {
    async send(request, signal) {
      const answer = await world.ports.http.send(request, signal);
      const from = await store.claim(world.id, "build.done.k", signal);
      const key = "build.done.k";
      await store.swapClaim(world.id, { key, from, to: { holder: "another", beat: 0 } }, signal);
      return answer;
    },
  };

  await assert.rejects(
    world.fire({ key: "k" }, { http }),
    (error) => error instanceof AppError && error.code === "key_lost" && error.exitCode === 4,
  );

  assert.equal(world.server.requests.length, 1);
  assert.equal((await store.claim(world.id, "build.done.k", NEVER))?.holder, "another");
  const steps = (await world.history()).map(({ event }) => `${event?.handler} ${event?.step}`);
  assert.deepEqual(steps.slice(1), ["notify.first intent", "notify.first done"], "the result is recorded");
});

Deno.test("a context that is deleted while a call takes its key is an error", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  const { store } = world.ports;
  const deleting: typeof store = {
    ...store,
    async claim(id, key, signal) {
      await store.remove(id, signal);
      return await store.claim(id, key, signal);
    },
  };

  await assert.rejects(world.fire({ key: "k" }, { store: deleting }), { code: "context_unknown" });
});

Deno.test("a holder whose store takes no more beats ends before others take it for dead", async () => {
  for (
    const [code, swap] of [
      [
        "store_unreachable",
        () => Promise.reject(new AppError("store_unreachable", "Reading the store: gone")),
      ],
      ["key_lost", () => new Promise<boolean>(() => {})],
    ] as const
  ) {
    await using world = await makeEventWorld({ handlers: TWO });
    const { store } = world.ports;
    const clock = makeScaledClock({ speed: 20 });
    world.server.answer("hang");
    const sent = world.server.seen(1);
    let gone = false;
    void sent.then(() => gone = true);
    const failing: typeof store = {
      ...store,
      swapClaim: (id, change, signal) => gone ? swap() : store.swapClaim(id, change, signal),
    };
    const call = world.fire({ key: "k" }, { store: failing, clock });
    await sent;
    const began = clock.now();

    await assert.rejects(call, { code });

    const took = clock.now() - began;
    assert.ok(took > 5_000 && took < 15_000, `it took ${took} ms`);
  }
});
