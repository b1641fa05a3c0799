import assert from "node:assert/strict";
import { binaryUnderTest, programCommand } from "../worlds/program/process.ts";
import { composeScript, findCommandBlocks } from "../worlds/readme.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("README.md holds commands that work as they stand", async () => {
  await runCommandsOf(await Deno.readTextFile(new URL("README.md", ROOT)));
});

async function runCommandsOf(markdown: string): Promise<void> {
  const blocks = findCommandBlocks(markdown);
  assert.ok(blocks.length > 0, "README.md has no ```sh block marked by a line <!-- test --> before it");
  assert.ok(
    blocks.every(({ script }) => !/\btask (test|ok)\b/.test(script)),
    "README.md marks the test command itself to be tested, which would never end",
  );
  const programs = await Deno.makeTempDir({ prefix: "showtime-readme-" });
  try {
    await offerPrograms(programs);
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", composeScript(blocks)],
      cwd: ROOT,
      env: { PATH: `${programs}:${Deno.env.get("PATH") ?? ""}`, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, said.split("\n").slice(-40).join("\n"));
  } finally {
    await Deno.remove(programs, { recursive: true });
  }
}

/** A reader has installed `deno` and `showtime`: the Deno that runs the tests, and the executable or this tree. */
async function offerPrograms(folder: string): Promise<void> {
  await Deno.symlink(Deno.execPath(), `${folder}/deno`);
  const config = decodeURIComponent(new URL("deno.json", ROOT).pathname);
  const program = binaryUnderTest() === undefined
    ? `"${Deno.execPath()}" task --quiet --config "${config}" showtime`
    : `"${programCommand()[0]}"`;
  const script = `#!/bin/sh\nexec ${program} "$@"\n`;
  await Deno.writeTextFile(`${folder}/showtime`, script, { mode: 0o755 });
}
