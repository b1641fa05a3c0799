/** A run on Docker that is killed in the gap between the old and the new container on a fixed port. */

import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { freePort } from "../../worlds/docker/registry.ts";
import { tryDocker } from "../../worlds/docker/images.ts";
import { spawnShowtime } from "../../worlds/program/process.ts";
import { containersOf, onStage, REPO, type Stage, START, statusOf } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

for (const broken of [false, true]) {
  const end = broken ? "starts the old environment again, since the new one fails" : "brings the new one up";
  needs.test(`M3: after a run that was killed in the gap, the next one ${end}`, async () => {
    const port = freePort();
    const inRun = (id: number) => ({
      SHOWTIME_DOCKER__PUBLISH: `127.0.0.1:${port}`,
      SHOWTIME_ENVIRONMENT__HEALTH__TIMEOUT: "4s",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "maxime",
      GITHUB_RUN_ID: String(id),
      GITHUB_RUN_ATTEMPT: "1",
    });
    await onStage({}, async (stage) => {
      const first = await stage.pushFolder();
      await stage.label({ add: [START] });
      const up = await stage.sync(inRun(100));
      assert.equal(up.code, 0, up.err);
      if (broken) await breakApp(stage);
      const second = await stage.pushFolder();
      await stage.label({ add: [START] });

      await stage.simulator.control("run", { id: 101, status: "in_progress" });
      await killInGap(stage, { old: `pr-${stage.pr}-${first}`, env: inRun(101) });
      await stage.simulator.control("run", { id: 101, status: "completed" });
      const next = await stage.sync(inRun(102));

      assert.equal(next.code, broken ? 1 : 0, next.err);
      const serving = broken ? first : second;
      const labels = await stage.labels();
      assert.ok(labels.includes(`🎪 🎯 ${serving}`), labels.join(", "));
      assert.ok(labels.includes(`🎪 ${second} 🚦 ${broken ? "failed" : "running"}`), labels.join(", "));
      assert.equal(await stage.address(), `127.0.0.1:${port}`);
      assert.equal(await statusOf(`127.0.0.1:${port}`), 200);
      assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-${serving}`]);
    });
  });
}

async function breakApp(stage: Stage): Promise<void> {
  const path = `${stage.folder}/Dockerfile`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/^CMD .*$/m, 'CMD ["sleep", "60"]'));
}

/** Runs `sync` with a docker command that never starts a container, and kills it once the old one is stopped. */
async function killInGap(
  stage: Stage,
  { old, env }: { readonly old: string; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-slow-" });
  const real = (await new Deno.Command("sh", { args: ["-c", "command -v docker"] }).output()).stdout;
  const script = `#!/bin/sh\nif [ "$1" = start ]; then exec sleep 20; fi\nexec ${
    new TextDecoder().decode(real).trim()
  } "$@"\n`;
  await Deno.writeTextFile(`${folder}/docker`, script, { mode: 0o755 });
  try {
    const child = spawnShowtime(["sync", String(stage.pr)], {
      cwd: stage.folder,
      env: {
        ...stage.simulator.env,
        GITHUB_REPOSITORY: REPO,
        ...env,
        PATH: `${folder}:${Deno.env.get("PATH")}`,
      },
    });
    const ended = child.output();
    for (let left = 300; left > 0 && await stateOf(old) === "running"; left--) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await stateOf(old), "exited");
    child.kill("SIGKILL");
    await ended;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function stateOf(name: string): Promise<string> {
  return (await tryDocker(["inspect", "--format", "{{.State.Status}}", name])).stdout;
}
