import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";
import { serveEvents } from "../../worlds/contexts/event_server.ts";

const SECRET = "hunter2-hunter2";
/** A secret that is too short to be looked for in every text. */
const SHORT = "pin5";

const APP = JSON.stringify({
  "cicd-contexts": {
    stage: {
      pipelines: {
        build: {
          "event-handlers": {
            done: { notify: { message: "it is {{ state.password }} and {{ state.db.pin }}" } },
            broken: { notify: { message: "{{ (state.password ~ '!').none.more }}" } },
          },
        },
      },
    },
  },
});

/** A context with secrets at `state.password` and below `state.db`, and a configuration that names them. */
async function makeSecret(section: Readonly<Record<string, unknown>> = {}): Promise<ContextWorld> {
  const world = await ContextWorld.make({ redact: ["state.password", "state.db"], ...section });
  const app = await world.write("app.yaml", APP);
  await world.expect(0, ["init", "--id", "ctx", "--app", app]);
  await world.expect(0, ["set", `state.password=${SECRET}`, `state.db:={"pin": "${SHORT}", "port": 5432}`]);
  await world.expect(0, ["set", "state.open=yes"]);
  return world;
}

for (
  const line of [
    "show",
    "show --format json",
    "show --format shell",
    "show 2",
    "show --json",
    "diff 1 2",
    "diff 2 1",
    "diff 1 2 --json",
    "history",
    "history --json",
    "watch --until state.open=yes",
  ]
) {
  Deno.test(`context ${line} prints *** for values at redacted paths`, async () => {
    await using world = await makeSecret();

    const { both } = await world.expect(0, line);

    assert.ok(!both.includes(SECRET), both);
    assert.ok(!both.includes(SHORT), both);
    assert.ok(!/\b5432\b/.test(both), both);
    if (!line.startsWith("watch")) assert.match(both, /\*\*\*/);
  });
}

Deno.test("context watch prints *** where a later version sets a redacted value", async () => {
  await using world = await makeSecret();

  const watching = world.expect(0, "watch --until state.open=no --timeout 60s");
  await world.expect(0, ["set", "state.password=other-secret-other", "state.db.pin=pin6", "state.open=no"]);

  const { both } = await watching;
  assert.doesNotMatch(both, /other-secret-other|pin6/);
  assert.match(both, /"path":"state\.password","value":"\*\*\*"/);
});

Deno.test("context get and the copies give the value of a redacted path", async () => {
  await using world = await makeSecret();
  await world.configure({
    redact: ["state.password", "state.db"],
    datasources: {
      shellfile: { path: world.at("context.sh") },
      jsonfile: { path: world.at("context.json") },
    },
  });
  await world.expect(0, "export");

  assert.equal(await world.get("state.password"), SECRET);
  assert.equal(await world.get("state.db"), `{"pin": "${SHORT}", "port": 5432}`);
  for (const name of ["context.sh", "context.json"]) {
    const text = await Deno.readTextFile(world.at(name));
    assert.ok(text.includes(SECRET) && text.includes(SHORT), name);
  }
});

Deno.test("context event --dry-run and a template's error print *** for redacted values and tokens", async () => {
  const token = "xoxb-a-token-of-slack";
  await using world = await makeSecret({
    slack: { url: "http://127.0.0.1:9/slack", token: "${env:SHOWTIME_SLACK_TOKEN}" },
    templates: { notify: '{"text": {{ notify.message | tojson }}}' },
  });
  const env = { SHOWTIME_SLACK_TOKEN: token };

  const dry = await world.expect(0, "event build done --dry-run", { env });
  const broken = await world.expect(1, "event build broken", { env });

  for (const { both } of [dry, broken]) {
    for (const secret of [SECRET, SHORT, token]) assert.ok(!both.includes(secret), both);
  }
  assert.match(dry.out, /it is \*\*\* and /);
  assert.match(dry.out, /"authorization": "[^"]*\*\*\*"/i);
});

Deno.test("context event prints *** where a server's answer repeats a secret, and sends the secret itself", async () => {
  const server = serveEvents({ usual: "{}" });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  await using world = await makeSecret({
    slack: { url: `${server.url}/slack` },
    templates: { notify: '{"text": {{ notify.message | tojson }}}' },
    http: { attempts: 1 },
  });
  server.answer({ status: 400, body: `no: ${SECRET} ${SHORT}` });

  const { both } = await world.expect(1, "event build done");

  assert.ok(!both.includes(SECRET) && !both.includes(SHORT), both);
  assert.match(server.requests[0]?.body ?? "", new RegExp(`it is ${SECRET} and ${SHORT}`));
  const { both: history } = await world.expect(0, "history");
  assert.ok(!history.includes(SECRET) && !history.includes(SHORT), history);
});

Deno.test("an error of context set prints *** for a redacted value", async () => {
  await using world = await makeSecret();

  const { both } = await world.expect(1, "set state.password.more=1");

  assert.ok(!both.includes(SECRET), both);
});
