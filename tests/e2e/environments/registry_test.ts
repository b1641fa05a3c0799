import assert from "node:assert/strict";
import { startRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";
import { B, imagesOf, onStage, START, STOP } from "../../worlds/stage.ts";

const docker = await part("docker");
const registry = docker.missing === undefined ? await part("registry") : docker;
const busybox = registry.missing === undefined ? await part("busybox") : registry;
const needs = [docker, registry, busybox].find(({ missing }) => missing !== undefined) ?? docker;

needs.test("images go to a registry and come from it, and go with their environments", async () => {
  await using store = await startRegistry();
  const image = `${store.host}/team/app`;
  const config =
    `version: 1\nplatform: docker\nbuild: { image: "${image}", push: always }\nenvironment:\n  health: { timeout: 20s, interval: 200ms }\n`;
  const tags = async (): Promise<readonly string[]> => {
    const answer = await fetch(`http://${store.host}/v2/team/app/tags/list`);
    return (await answer.json()).tags ?? [];
  };
  await onStage({ labels: [START], config }, async (stage) => {
    const created = await stage.sync();
    assert.equal(created.code, 0, created.err);
    assert.deepEqual(await tags(), [`pr-${stage.pr}-aaaaaaa-ci`]);

    // A build of its own content: one digest under two tags would be kept for the other's sake.
    await Deno.writeTextFile(`${stage.folder}/www/version`, "b");
    await stage.push(B);
    const updated = await stage.sync();
    assert.equal(updated.code, 0, updated.err);
    assert.deepEqual(await tags(), [`pr-${stage.pr}-bbbbbbb-ci`]);

    await stage.label({ add: [STOP] });
    const stopped = await stage.sync();
    assert.equal(stopped.code, 0, stopped.err);
    assert.deepEqual(await tags(), []);
    assert.deepEqual(await imagesOf(stage.pr), []);
  });
});
