/** A Docker engine that does not answer, at an address with a password in it. */

import assert from "node:assert/strict";
import { onStage, START } from "../../worlds/stage.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");

const PASSWORD = "pa55-w0rd";

docker.test("no command prints the password in the address of an engine", async () => {
  await onStage({ labels: [START] }, async (stage) => {
    const pr = String(stage.pr);
    const commands = [
      ["status", pr],
      ["explain", pr],
      ["list"],
      ["doctor"],
      ["config"],
      ["logs", pr],
      ["sync", pr],
      ["cleanup"],
    ];
    const hosts = [
      `ssh://ana:${PASSWORD}@127.0.0.1:1`,
      `tcp://ana:${PASSWORD}@127.0.0.1:1`,
      `tcp://ana:x/${PASSWORD}@127.0.0.1:1`,
    ];
    for (const DOCKER_HOST of hosts) {
      for (const command of commands) {
        for (const more of DOCKER_HOST === hosts[0] ? [["--json"], ["--verbose"]] : [["--verbose"]]) {
          const { out, err } = await stage.run([...command, ...more], { DOCKER_HOST });
          const said = `${command.join(" ")} ${more.join(" ")}\n${out}${err}`;
          assert.ok(!said.includes(PASSWORD), said);
        }
      }
    }
    const record = /showtime:data ([\w+/=]+)/.exec(await stage.comment())?.[1] ?? "";
    for (const text of [await stage.comment(), atob(record), JSON.stringify(await stage.state())]) {
      assert.ok(!text.includes(PASSWORD), text);
    }
  });
});

docker.test("explain and status say what the labels say where the engine does not answer", async () => {
  await onStage({ labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa"] }, async (stage) => {
    const env = { DOCKER_HOST: "tcp://127.0.0.1:1" };
    for (const command of ["status", "explain"]) {
      const text = await stage.run([command, String(stage.pr)], env);
      const json = await stage.run([command, String(stage.pr), "--json"], env);

      assert.deepEqual([text.code, json.code], [5, 5], text.err);
      assert.match(text.err, /could not be asked, so this is what the labels say.*127\.0\.0\.1:1/);
      const { incomplete } = JSON.parse(json.out);
      assert.equal(incomplete.length, 1);
      assert.match(incomplete[0], /127\.0\.0\.1:1/);
    }
  });
});
