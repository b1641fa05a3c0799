import assert from "node:assert/strict";
import { makeConfig } from "../../../worlds/contexts/original/fixture.ts";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld(options);
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
  return world;
}

const fire = (event: string) => ["--handle-event", `build=${event}`];

for (const asProcess of [false, true]) {
  const where = asProcess ? ", as a process" : "";
  tool.test(`notify sends the original's request and captures the same${where}`, async () => {
    await using world = await start({ asProcess });

    const { requests } = await world.same(fire("told"));

    const [request] = requests;
    assert.equal(requests.length, 1);
    assert.equal(request?.path, "/slack");
    assert.deepEqual(request?.headers, {
      "accept": "*/*",
      "authorization": "Bearer SLACKTOK",
      "cache-control": "no-cache",
      "content-type": "application/json; charset=UTF-8",
    });
    assert.equal(
      request?.body,
      '{"channel": "stage1", "text": "say \\"value1\\" z general"}',
    );
    const { state } = JSON.parse(await world.ours.read("out/d.json") ?? "");
    assert.equal(state.value1.ts, "171.22");
    assert.equal(state.slackChannel, "C1");
    assert.ok(!("never" in state));
    await world.same(fire("told"));
  });
}

tool.test("trigger-pipeline sends texts, and the handler's arguments replace others", async () => {
  await using world = await start();
  const before = await world.ours.stored();

  const { requests } = await world.same(fire("triggered"));

  assert.equal(
    requests[0]?.body,
    '{"id": "id-1", "n": "5", "who": "mine", "a": "value1", "f": "1.5", "b": "True"}',
  );
  assert.equal(requests[0]?.headers["x-key"], "TRIGTOK");
  assert.equal(requests[0]?.headers["authorization"], undefined);
  assert.deepEqual(await world.ours.stored(), before);
});

tool.test("numbers in the configuration are texts: headers, captures and tokens", async () => {
  const config = makeConfig()
    .replace('{name: x-id, value: "{{state.cicdContextDataId}}"}', "{name: x-id, value: 5}")
    .replace('{from: "{{body.channel}}", to: state.slackChannel}', "{from: 1.50, to: state.captured}");
  const secrets = "cicdstatemgr: {slack: {token: 12345}, trigger: {token: 678}}";
  await using world = await start({ files: { "config.yaml": config, "secrets.yaml": secrets } });

  const told = await world.same(fire("told"));
  const triggered = await world.same(fire("triggered"));

  assert.equal(told.requests[0]?.headers["authorization"], "Bearer 12345");
  assert.deepEqual([triggered.requests[0]?.headers["x-id"], triggered.requests[0]?.headers["x-key"]], [
    "5",
    "678",
  ]);
  assert.equal((await world.same(["--get", "state.captured"])).out, "1.5\n");
});

tool.test("respond sends a trimmed message and its own keys, and nothing without a url", async () => {
  await using world = await start();

  assert.deepEqual((await world.same(fire("answered"))).requests, []);
  await world.same(["--set", "state.respondUrl={SERVER}/hook?a=1"]);
  world.answer({ headers: { "content-type": "text/plain" }, body: "thank you" });
  const { requests } = await world.same(fire("answered"));

  assert.equal(requests[0]?.path.split("?")[0], "/hook");
  assert.equal(requests[0]?.body, '{"text": "hi value1", "extra": "x hi value1"}');
});

tool.test("manual-choice renders listed and generated choices, twice where the original does", async () => {
  await using world = await start({
    files: { "items.json": '{"one": {"name": "a", "n": 1}, "two": {"name": "b", "n": 2}}' },
  });
  await world.same(["--set", "state.key1=value1|state.items=file://items.json"]);

  const { requests } = await world.same(fire("asked"));

  const body = JSON.parse(requests[0]?.body ?? "");
  assert.deepEqual(body.choices.map(({ name }: { name: string }) => name), [
    "listed",
    "choice-a",
    "choice-b",
  ]);
  assert.equal(body.choices[1].header, "value1 of a");
  assert.equal(body.choices[0].options[0].style, "{{raw}}");
  const { state } = JSON.parse(await world.ours.read("out/d.json") ?? "");
  assert.equal(state.asked, "171.22");
});

tool.test("set-values trims, skips blanks, and shows a block the values of those before it", async () => {
  await using world = await start();

  await world.same(fire("assigned"));

  const { state } = JSON.parse(await world.ours.read("out/d.json") ?? "");
  assert.equal(state.b1, "from value1");
  assert.ok(!("b2" in state));
  assert.equal(state.c1, "from value1");
  await world.same(fire("assigned"));
  const { requests } = await world.same(["--set", "state.key1=value1", ...fire("both")]);
  assert.equal(JSON.parse(requests[0]?.body ?? "").text, "after from value1");
});

tool.test("`if` skips on blank alone, a space counts, and an unknown kind is ignored", async () => {
  await using world = await start();

  assert.equal((await world.same(fire("strange"))).requests.length, 1);
  assert.equal((await world.same(fire("spaced"))).requests.length, 1);
  assert.ok(!("spaced" in JSON.parse(await world.ours.read("out/d.json") ?? "").state));
});

tool.test("a handler that is off, an unknown event and an inherited one", async () => {
  await using world = await start();

  assert.equal((await world.same(fire("switched-off"))).requests.length, 0);
  assert.equal((await world.same(fire("unknown"))).requests.length, 0);
  assert.equal((await world.same(fire("inherited"))).requests.length, 1);
  for (const event of ["nope=told", "build=a=b", "build", "=", "=told"]) {
    const [theirs, own] = [
      await world.original.run(["--handle-event", event]),
      await world.ours.run(["--handle-event", event]),
    ];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], event);
  }
  await world.same(["--handle-event", "build="]);
  await world.same(["--load", "--handle-event", "=told"]);
  await world.same(["--load", "--handle-event", "build="]);
});

tool.test("events along with --init-new and --load see what is set, and every call fires", async () => {
  await using world = await makeOriginalWorld();

  const init = ["--init-new", "id-1", "--set", "state.key1=value1", ...fire("told")];
  assert.equal((await world.same(init)).requests.length, 1);
  assert.equal((await world.same(init)).requests.length, 1);
  const { requests } = await world.same(["--load", "--set", "state.key1=loaded", ...fire("both")]);
  assert.equal(JSON.parse(requests[0]?.body ?? "").text, "after from loaded");
  await world.same(["--load", ...fire("assigned"), "--tmpl-ctx-var", "state.key1=variable"]);
  await world.same([...fire("told"), "--tmpl-ctx-var", "state.key1=state.note"]);
});

tool.test("a generator shows an item the values of those before it", async () => {
  await using world = await start();

  await world.same(["--generate", "pipelines.build.generators.files", "--tmpl-ctx-var", "v=V"]);

  const { gen } = JSON.parse(await world.ours.read("out/d.json") ?? "");
  assert.deepEqual(gen, { "value1": "V", "same": [], "next": "V!", "of value1": "" });
  await world.same(["--gen", "pipelines.build.generators.nothing"]);
  await world.same(["--generate", "pipelines.build.generators.files", "--set", "state.dropped=1"]);
  for (
    const path of ["pipelines.build.generators.nope", "pipelines.build.generators.*", "channel", "state.["]
  ) {
    const [theirs, own] = [
      await world.original.run(["--generate", path]),
      await world.ours.run(["--generate", path]),
    ];
    assert.deepEqual([theirs.code, own.code, own.out], [1, 1, ""], path);
  }
});
