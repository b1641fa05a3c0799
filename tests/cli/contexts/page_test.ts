/** The application file and the configuration of docs/contexts.md, with the commands of that page. */
import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";
import { serveEvents } from "../../worlds/contexts/event_server.ts";
import { findBlocks } from "../../worlds/readme.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/contexts.md", import.meta.url));
const BLOCKS = findBlocks(PAGE);

/** Returns the block in which a text stands. */
function blockWith(text: string): string {
  const found = BLOCKS.find((block) => block.text.includes(text));
  assert.ok(found !== undefined, `docs/contexts.md has no block with ${text}`);
  return found.text;
}

Deno.test("the application file of docs/contexts.md is sound, and its commands do what the page says", async () => {
  const server = serveEvents({ usual: '{"ok": true}' });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  await using world = await ContextWorld.make({
    slack: { url: `${server.url}/slack` },
    templates: {
      "notify": '{"channel": "{{ channel }}", "text": {{ notify.message | tojson }}}',
      "manual-choice":
        '{"title": {{ manualChoice.title | tojson }}, "choices": {{ manualChoice.choices | tojson }}}',
    },
  });
  await Deno.mkdir(world.at("bases"));
  await world.write("bases/company.yaml", "cicd-contexts: { stage: {} }\n");
  await world.write("app.yaml", blockWith("# app.yaml"));
  const lines = blockWith("showtime context validate").split("\n").map((line) =>
    line.replace(/ +#.*$/, "").replace("showtime context ", "")
      .replace("--app app.yaml --bases bases", `--app ${world.at("app.yaml")} --bases ${world.at("bases")}`)
  );
  assert.equal(lines.length, 4);

  for (const line of lines) await world.expect(0, line);
  await world.expect(0, "event deploy start --id release-7");

  const sent = server.requests.map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>);
  assert.deepEqual(sent[0], { channel: "#builds", text: "shop 1.4.0 was built from main" });
  assert.equal(sent[1]?.["title"], "Deploy shop 1.4.0?");
  assert.match(JSON.stringify(sent[1]?.["choices"]), /"text":"Yes","value":"go"/);
  assert.equal(sent.length, 2);
});

Deno.test("the configuration of docs/contexts.md is sound", async () => {
  await using world = await ContextWorld.make();
  await world.write("showtime.yml", blockWith("datasources:"));

  await world.expect(0, "validate", {
    env: { SHOWTIME_REDIS_URL: "redis://127.0.0.1:6379/0", SHOWTIME_SLACK_TOKEN: "xoxb-a-token-of-slack" },
  });
});
