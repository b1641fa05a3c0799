import assert from "node:assert/strict";
import { withVariables } from "../../../src/drivers/docker/run/container_variables.ts";

const VARIABLES = new Map([["A", "1 2"], ["LINES", "one\ntwo"], ["EMPTY", ""]]);

Deno.test("X4: withVariables() has the values on standard input, and those with line breaks in the environment", async () => {
  const given = await withVariables({ variables: VARIABLES, by: "stdin" }, (each) => Promise.resolve(each));

  assert.deepEqual(given, { file: "/dev/stdin", stdin: "A=1 2\nEMPTY=\n", env: { LINES: "one\ntwo" } });
});

Deno.test("X4: withVariables() removes its file, and those that runs have left which were ended by force", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  try {
    const [old, young, other] = ["showtime-1a.env", "showtime-2b.env", "other.env"].map((name) =>
      `${folder}/${name}`
    );
    assert.ok(old && young && other);
    for (const path of [old, young, other]) await Deno.writeTextFile(path, "SECRET=x\n");
    const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
    for (const path of [old, other]) await Deno.utime(path, longAgo, longAgo);

    const seen = await withVariables({ variables: VARIABLES, by: "file" }, async ({ file, stdin, env }) => {
      const { mode } = await Deno.stat(file);
      return { text: await Deno.readTextFile(file), mode: (mode ?? 0) & 0o777, stdin, env };
    });

    assert.deepEqual(seen, {
      text: "A=1 2\nEMPTY=\n",
      mode: 0o600,
      stdin: undefined,
      env: { LINES: "one\ntwo" },
    });
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.deepEqual(left.sort(), ["other.env", "showtime-2b.env"]);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(folder, { recursive: true });
  }
});
