/** A docker command that lies below the temporary folder: Deno then refuses to write everywhere in that folder. */

import assert from "node:assert/strict";
import { part } from "../worlds/require.ts";
import { containersOf, onStage, START } from "../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

needs.test("sync builds and deploys with a docker command below the temporary folder", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-docker-" });
  try {
    for (const name of ["docker", "git"]) {
      const found = (Deno.env.get("PATH") ?? "").split(":").map((each) => `${each}/${name}`)
        .find((each) => isFile(each));
      await Deno.mkdir(`${folder}/bin`, { recursive: true });
      await Deno.copyFile(await Deno.realPath(found ?? name), `${folder}/bin/${name}`);
    }
    await onStage({ labels: [START] }, async (stage) => {
      const done = await stage.sync({
        PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
        TMPDIR: folder,
      });

      assert.equal(done.code, 0, done.err);
      assert.equal((await containersOf(stage.pr)).length, 1);
      const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assert.deepEqual(left, ["bin"]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
