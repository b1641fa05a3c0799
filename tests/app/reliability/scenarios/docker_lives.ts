/** Lives on a real Docker engine, with the real driver and the real builder. */

import assert from "node:assert/strict";
import { type PrNumber, prNumber } from "../../../../src/lib/ids.ts";
import { type DockerBackdrop, makeDockerBackdrop } from "../../../worlds/docker/docker_backdrop.ts";
import { writeTestContext } from "../../../worlds/docker/images.ts";
import type { Scenario } from "../../../worlds/schedule/mod.ts";
import type { Hooks } from "../../../../src/environments/core/environment/hooks.ts";
import { HOOK_LIVES, HOOKS, type Life, PLAIN_LIVES } from "./lives.ts";
import { assertLabelsRest } from "./rests.ts";
import { type Ground, servedLife, type ServedStage, serving } from "./served_lives.ts";

/** Where {@link imageOf} puts images. */
const REPOSITORY = "apache/superset";

/** The scenarios, and what ends what they share. */
export interface DockerLives {
  readonly scenarios: readonly Scenario[];
  close(): Promise<void>;
}

/** All lives, on this machine's engine. */
export async function openDockerLives(): Promise<DockerLives> {
  const context = await writeTestContext();
  let next = 100_000_000 + Math.floor(Math.random() * 800_000_000);
  const nextPr = (): PrNumber => prNumber(next += 1);
  const groundFor = (hooks?: Hooks): Ground<DockerBackdrop> => ({
    prefix: hooks === undefined ? "docker_" : "docker_hooks_",
    nextPr,
    make: ({ pr }) => Promise.resolve(makeDockerBackdrop({ pr, context, repository: REPOSITORY, hooks })),
    isRepeated: () => false,
    assertRests,
    assertDoneOnce: ({ backdrop }, { name }) => {
      const created = backdrop.written().filter((each) => each === "create").length;
      const twice = ["rebuilding", "changing_a_flag", "updating"].includes(name);
      assert.equal(created, twice ? 2 : 1, "containers that were ever created");
    },
  });
  return {
    scenarios: [
      ...PLAIN_LIVES.map((life) => servedLife(groundFor(), life)),
      ...HOOK_LIVES.map((life) => servedLife(groundFor(HOOKS), life)),
    ],
    close: () => Deno.remove(context, { recursive: true }),
  };
}

/** Whether a request is one to the engine. */
export function isDockerCommand(name: string): boolean {
  return name.startsWith("docker ");
}

async function assertRests(
  { world, backdrop }: ServedStage<DockerBackdrop>,
  life: Pick<Life, "rest" | "asleep">,
): Promise<void> {
  const { rest: short, asleep = false } = life;
  const { containers, images, untagged } = await backdrop.inventory();
  assert.deepEqual(containers, short === undefined ? [] : [`pr-${world.pr}-${short}`], "containers");
  assert.deepEqual(untagged, [], "images without a tag");
  assertLabelsRest(world, { short, address: await serving(world, life), images, asleep });
}
