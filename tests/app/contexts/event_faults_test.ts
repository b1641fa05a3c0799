import assert from "node:assert/strict";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";

const NOTIFY = { notify: { message: "x" } };
const CAPTURES = {
  notify: { message: "x", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }] },
};

Deno.test("a server that hangs is asked again, with the same Idempotency-Key", async () => {
  await using world = await makeEventWorld({
    handlers: NOTIFY,
    settings: { http: { timeoutMs: 150, attempts: 3, hosts: [] } },
  });
  world.server.answer("hang", "hang");

  const result = await world.fire();

  assert.equal(result.exitCode, 0);
  assert.equal(world.server.requests.length, 3);
  assert.equal(new Set(world.server.requests.map(({ headers }) => headers["idempotency-key"])).size, 1);
});

Deno.test("a server that drops every connection fails the handler and leaves doubt", async () => {
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer("drop", "drop", "drop");

  const result = await world.fire({ key: "k" });

  assert.equal(result.exitCode, 1);
  assert.match(result.handlers[0]?.why ?? "", /^Sending to http:\/\/127\.0\.0\.1:\d+: the connection ended/);
  assert.equal(world.server.requests.length, 3);
  const left = await world.fire({ key: "k", unsure: "skip" });
  assert.match(left.handlers[0]?.why ?? "", /^it may have been sent/);
  assert.equal(world.server.requests.length, 3);
});

Deno.test("an attempt without an answer leaves doubt, also if later ones are refused", async () => {
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer("drop", { status: 503 }, { status: 503 });

  const result = await world.fire({ key: "k" });

  assert.match(result.handlers[0]?.why ?? "", /it answered 503 to 3 attempts$/);
  assert.equal((await world.fire({ key: "k", unsure: "skip" })).handlers[0]?.state, "skipped");

  await using refused = await makeEventWorld({ handlers: NOTIFY });
  refused.server.answer({ status: 503 }, { status: 503 }, { status: 503 });
  await refused.fire({ key: "k" });
  assert.equal((await refused.fire({ key: "k", unsure: "skip" })).handlers[0]?.state, "sent");
});

Deno.test("a server that is not there fails the handler, and the request was surely not sent", async () => {
  await using world = await makeEventWorld({ handlers: NOTIFY });
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  const slack = { url: `http://127.0.0.1:${port}/secret-path`, token: undefined };

  const result = await world.fire({ key: "k" }, { settings: { ...world.ports.settings, slack } });

  assert.equal(result.handlers[0]?.why, `Sending to http://127.0.0.1:${port}: connection refused`);
  assert.equal((await world.fire({ key: "k", unsure: "skip" })).handlers[0]?.state, "sent");
});

Deno.test("the pause is the one that the server asks for, up to 60 s, or grows", async () => {
  for (const status of [408, 429, 500, 503]) {
    await using world = await makeEventWorld({ handlers: NOTIFY });
    world.server.answer({ status, headers: { "retry-after": "7" } }, {
      status,
      headers: { "retry-after": "3600" },
    });
    assert.equal((await world.fire()).exitCode, 0);
    assert.deepEqual(world.pauses, [7_000, 60_000]);
  }
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer({ status: 503 }, { status: 503 });
  assert.equal((await world.fire()).exitCode, 0);
  assert.deepEqual(world.pauses, [750, 1_500]);
});

Deno.test("Retry-After may be a date", async () => {
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer({
    status: 429,
    headers: { "retry-after": new Date(Date.now() + 30_000).toUTCString() },
  });

  assert.equal((await world.fire()).exitCode, 0);

  const [pause = 0] = world.pauses;
  assert.ok(pause > 20_000 && pause <= 30_000, `it pauses ${pause} ms`);
});

Deno.test("attempts that are used up fail the handler", async () => {
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer({ status: 503 }, { status: 503 }, { status: 503 });

  const result = await world.fire();

  assert.equal(result.exitCode, 1);
  assert.match(result.handlers[0]?.why ?? "", /it answered 503 to 3 attempts$/);
  assert.equal(world.server.requests.length, 3);
});

Deno.test("any other status than 2xx fails the handler at once, and redirects are not followed", async () => {
  for (const status of [302, 307, 400, 401, 404]) {
    await using world = await makeEventWorld({ handlers: CAPTURES });
    world.server.answer({ status, headers: { location: `${world.server.url}/elsewhere` } });

    const result = await world.fire();

    assert.equal(result.exitCode, 1);
    assert.match(result.handlers[0]?.why ?? "", new RegExp(`it answered ${status}$`));
    assert.deepEqual(world.server.requests.map(({ path }) => path), ["/slack"]);
    assert.equal(await world.get("state.ts"), undefined);
  }
});

Deno.test("a 2xx answer without JSON counts as sent, and captures are skipped with a warning", async () => {
  for (const body of ["", "ok", "{", "x".repeat(1024 * 1024 + 1)]) {
    await using world = await makeEventWorld({ handlers: CAPTURES });
    world.server.answer({ status: 200, body });

    const result = await world.fire();

    assert.deepEqual([result.exitCode, result.handlers[0]?.state], [0, "sent"]);
    assert.deepEqual(result.warnings, ["notify: the answer is not JSON, so nothing of it was captured"]);
  }
  await using world = await makeEventWorld({ handlers: NOTIFY });
  world.server.answer({ status: 204, body: "" });
  assert.deepEqual((await world.fire()).warnings, []);
});

Deno.test('"ok": false is a failure from https://slack.com, and nowhere else', async () => {
  const body = JSON.stringify({ ok: false, error: "channel_not_found", ts: "1" });
  await using slack = await makeEventWorld({ handlers: CAPTURES, slackOrigin: "https://slack.com" });
  slack.server.answer({ body });
  const refused = await slack.fire({ key: "k" });
  assert.equal(refused.exitCode, 1);
  assert.equal(refused.handlers[0]?.why, "Sending to https://slack.com: it answered channel_not_found");
  assert.equal(await slack.get("state.ts"), undefined);
  assert.equal((await slack.fire({ key: "k" })).handlers[0]?.state, "sent", "a failure is sent again");

  await using other = await makeEventWorld({ handlers: CAPTURES });
  other.server.answer({ body });
  assert.equal((await other.fire()).exitCode, 0);
  assert.equal(await other.get("state.ts"), "1");
});

Deno.test("an error of Slack that is no word is not printed", async () => {
  await using slack = await makeEventWorld({ handlers: NOTIFY, slackOrigin: "https://slack.com" });
  slack.server.answer({ body: JSON.stringify({ ok: false, error: "token xoxb-1 is wrong\n::error::" }) });

  assert.equal(
    (await slack.fire()).handlers[0]?.why,
    "Sending to https://slack.com: it answered an error without a name",
  );
});
