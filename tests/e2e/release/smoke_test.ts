/** The script that runs the executable of each system on a machine of that system. */
import assert from "node:assert/strict";
import { programCommand } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";

const SCRIPT = decodeURIComponent(new URL("../../../tools/release/smoke.sh", import.meta.url).pathname);

/** Runs the script with an executable that is this shell script. */
async function smoke(program: string): Promise<{ readonly code: number; readonly output: string }> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/showtime`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [SCRIPT, path],
    env: { GITHUB_TOKEN: "any", HOME: Deno.env.get("HOME") ?? "", PATH: Deno.env.get("PATH") ?? "" },
    clearEnv: true,
    stdin: "null",
  }).output();
  await Deno.remove(folder, { recursive: true });
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const words = programCommand().map((word) => `'${word}'`).join(" ");
// From source the version says so: the script is about executables.
const asBinary = `case "$1" in version) echo '{"build":"binary"}' ;; *) exec ${words} "$@" ;; esac`;

Deno.test("smoke.sh runs texts and a whole life, and says that it works", async () => {
  const { code, output } = await smoke(asBinary);

  assert.equal(code, 0, output);
  assert.match(output, /^\+ showtime stop 1234 /m);
  assert.match(output, /^it works: /m);
});

Deno.test("smoke.sh fails with a program that is from source, prints nothing, or serves no simulator", async () => {
  const source = await smoke(`echo '{"build":"source"}'`);
  assert.deepEqual([source.code, /does not print "binary"/.test(source.output)], [1, true]);
  const silent = await smoke("exit 0");
  assert.deepEqual([silent.code, /version --json: it does not print/.test(silent.output)], [1, true]);
  const broken = await smoke(asBinary.replace("*)", "simulate) exit 0 ;; *)"));
  assert.deepEqual(
    [broken.code, /simulate: it prints no address/.test(broken.output)],
    [1, true],
    broken.output,
  );
});

(await part("shellcheck")).test("shellcheck finds nothing in smoke.sh", async () => {
  const { code, stdout } = await new Deno.Command("shellcheck", { args: [SCRIPT] }).output();
  assert.equal(code, 0, new TextDecoder().decode(stdout));
});
