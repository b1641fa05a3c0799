import assert from "node:assert/strict";
import { makeConfig, PROJECT, VARIABLES } from "../../../worlds/contexts/original/fixture.ts";
import { makeOriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { programCommand, runShowtime } from "../../../worlds/program/process.ts";
import { part } from "../../../worlds/require.ts";

const binary = await part("binary");

const INIT = ["cicdstatemgr", "--init-new", "id-1", "--set", "state.key1=value1"];

/** A folder with the project in it. */
async function makeProject(
  config: string = makeConfig(),
): Promise<{ readonly cwd: string } & AsyncDisposable> {
  const cwd = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-original-" }));
  for (const [path, text] of Object.entries({ ...PROJECT, "config.yaml": config })) {
    await Deno.mkdir(`${cwd}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${cwd}/${path}`, text.replaceAll("{SERVER}", "http://127.0.0.1:9"));
  }
  return { cwd, [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }) };
}

Deno.test("a store outside of the working folder is exit code 2 before anything is sent", async () => {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-outside-" });
  try {
    for (
      const store of [
        "yamlfile: {path: FOLDER/d.yaml, isPrimary: true}",
        "yamlfile: {path: d.yaml, isPrimary: true}\n    shellfile: {path: FOLDER/d.sh}",
      ]
    ) {
      await using world = await makeOriginalWorld({
        asProcess: true,
        files: { "config.yaml": makeConfig(`\n    ${store.replace("FOLDER", folder)}`) },
      });
      for (
        const args of [["--init-new", "id-1", "--set", "a=b", "--handle-event", "build=told"], ["--load"], [
          "--get",
          "a",
        ], []]
      ) {
        const { code, out, err, requests } = await world.ours.run(args);
        assert.deepEqual([code, out, requests], [2, "", []], err);
        assert.match(err, /is outside of the working folder/);
        assert.match(err, /hint: Start showtime in \//);
      }
      assert.deepEqual([...Deno.readDirSync(folder)], []);
      assert.equal(await world.ours.read("d.yaml"), undefined);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("12 processes that set values at the same time in one folder lose none", async () => {
  await using project = await makeProject();
  const run = (args: readonly string[]) => runShowtime(args, { cwd: project.cwd, env: VARIABLES });
  assert.equal((await run(INIT)).code, 0);

  const runs = Array.from(
    { length: 12 },
    (_, index) => run(["cicdstatemgr", "--set", `state.k${index}=${index}|state.all[]=${index}`]),
  );
  for (const { code, err } of await Promise.all(runs)) assert.equal(code, 0, err);

  const { state } = JSON.parse(await Deno.readTextFile(`${project.cwd}/out/d.json`));
  for (let index = 0; index < 12; index++) assert.equal(state[`k${index}`], String(index));
  assert.equal(new Set(state.all).size, 12);
});

binary.test("the executable named cicdstatemgr takes the original's words, linked or copied", async () => {
  const [program] = programCommand();
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-named-" });
  try {
    await Deno.copyFile(program, `${folder}/showtime`);
    for (const name of ["symbolic", "hard", "copy"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.symlink("../showtime", `${folder}/symbolic/cicdstatemgr`);
    await Deno.link(`${folder}/showtime`, `${folder}/hard/cicdstatemgr`);
    await Deno.copyFile(program, `${folder}/copy/cicdstatemgr`);
    for (const way of ["symbolic", "hard", "copy"]) {
      await using project = await makeProject();
      const run = async (program: string, args: readonly string[]) => {
        const { code, stdout } = await new Deno.Command(program, {
          args: [...args],
          cwd: project.cwd,
          clearEnv: true,
          env: { ...VARIABLES, PATH: `${folder}/${way}`, HOME: project.cwd },
        }).output();
        return [code, new TextDecoder().decode(stdout)];
      };
      assert.deepEqual(await run(`${folder}/${way}/cicdstatemgr`, INIT.slice(1)), [0, "id-1\n"], way);
      // The shell finds it in PATH.
      assert.deepEqual(
        await run("/bin/sh", ["-c", "exec cicdstatemgr --get state.key1"]),
        [0, "value1\n"],
        way,
      );
      assert.deepEqual(await run(`${folder}/showtime`, ["cicdstatemgr", "--get", "state.key1"]), [
        0,
        "value1\n",
      ]);
      assert.deepEqual(
        (await run(`${folder}/showtime`, ["--get", "state.key1"]))[0],
        2,
        "its own name keeps its own words",
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
