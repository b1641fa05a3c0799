import assert from "node:assert/strict";
import { CommandWorld } from "../../worlds/superset/command_world.ts";

const SECRET = "hunter2-hunter2";

/** Wrong flags of `instances add`, with what is said about them. */
const MISTAKES: readonly (readonly [flags: string, said: RegExp])[] = [
  ["new --url ftp://x --username a", /--url: expected an http or https address .* found "ftp:\/\/x"/],
  [
    "new --url http://bi.example.org --username a",
    /--url: plain http would show the login to everybody on the way; use https, or add --insecure/,
  ],
  ["New_One --url https://x.example --username a", /the name: expected a name of lower-case letters/],
  [
    `new --url https://x.example --username a --secret ${SECRET}`,
    /--secret: expected a reference, .* write \$\{env:SHOWTIME_NEW_PASSWORD\}/,
  ],
  [
    "new --url https://x.example --username ${env:FOO}",
    /--username: expected text, or a reference .* write \$\{env:SHOWTIME_FOO\}/,
  ],
  [
    "new --url https://x.example --method client_credentials --token-url http://id.example --client-id c",
    /--token-url: plain http would show the tokens to everybody on the way; use https/,
  ],
];

for (const [flags, said] of MISTAKES) {
  Deno.test(`instances add names the flag, and no line of a file: ${flags.replace(SECRET, "…")}`, async () => {
    await using world = await CommandWorld.make({ qa: {} });
    const before = await Deno.readTextFile(`${world.folder}/showtime.yml`);

    const { message } = await world.failure(2, `instances add ${flags}`);
    const { both } = await world.expect(2, `instances add ${flags}`);

    assert.match(message, /^Adding \w+: 1 problem\n/i);
    assert.match(message, said);
    assert.doesNotMatch(both, /showtime\.yml|assets\.instances/);
    assert.doesNotMatch(both, new RegExp(SECRET));
    assert.equal(await Deno.readTextFile(`${world.folder}/showtime.yml`), before);
  });
}

Deno.test("instances add cites the lines of a file that was wrong before", async () => {
  await using world = await CommandWorld.make({ qa: {} });
  await world.write("showtime.yml", "version: 1\nttl: soon\n");

  const { message } = await world.failure(2, "instances add new --url https://x.example --username a");

  assert.match(message, /showtime\.yml:2:6: ttl/);
});

Deno.test("an import cites the file that it reads, and writes none if there is nothing to add", async () => {
  await using world = await CommandWorld.make({ qa: {} });
  const sup = `${world.folder}/sup.yml`;
  const text = "superset_instances:\n  old:\n    url: http://bi.example.org\n    auth_method: jwt\n" +
    "    jwt_token: ${ENV:T}\n";
  await Deno.writeTextFile(sup, text);
  const { message } = await world.failure(2, `instances import ${sup}`);
  assert.match(message, /sup\.yml, as assets\.instances\.old\.url: plain http/);
  assert.match(message, /add it by "instances add --insecure"/);

  await Deno.remove(`${world.folder}/showtime.yml`);
  await Deno.writeTextFile(sup, text.replace("http://bi.example.org", "ftp://bi.example.org"));
  await world.expect(5, `instances import ${sup}`);
  await assert.rejects(Deno.stat(`${world.folder}/showtime.yml`), Deno.errors.NotFound);
});
