/** Services of older schemes and of other tools, on the emulated AWS: what they are, how old, and who may remove them. */
import assert from "node:assert/strict";
import { formatContainerName, keyOf } from "../../../src/environments/core/environment/names.ts";
import { type ServiceName, shortSha } from "../../../src/lib/ids.ts";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { failureOf, never, playEcsScene, SHA_A } from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const NOBODY = { managed: false, repo: undefined, epoch: undefined };

aws.test("list() shows a service without the suffix as legacy, with ECS's creation time, and destroy() removes it", async () => {
  await playEcsScene({ moto }, async ({ harness, platform, pr, service, deploy }) => {
    const { repo } = harness;
    const older = formatContainerName(pr, shortSha(SHA_A)) as ServiceName;
    await harness.plant(older, { ...NOBODY, pr });
    // A service of today's scheme for the same commit stands beside it.
    await deploy();

    const found = await platform.list({ repo, pr }, never());
    const legacy = found.find((each) => each.legacy);

    assert.deepEqual(
      found.map((each) => [each.service, each.legacy]).sort(),
      [[older, true], [
        service(),
        false,
      ]].sort(),
    );
    assert.ok(legacy !== undefined && legacy.managed === false && legacy.repo === undefined);
    assert.ok(Number.isFinite(legacy.createdAt), String(legacy.createdAt));
    const [address] = await platform.addresses([legacy], never());
    assert.match(address ?? "none", /:8080$/);

    await platform.destroy(keyOf(legacy), { repo, epoch: 100 }, never());
    assert.deepEqual([await harness.isThere(older), await harness.isThere(service())], [false, true]);
  });
});

aws.test("a service without the suffix needs its own number in the tag pr", async () => {
  await playEcsScene({ moto }, async ({ harness, platform, pr }) => {
    const { repo } = harness;
    const older = formatContainerName(pr, shortSha(SHA_A)) as ServiceName;
    await harness.plant(older, { ...NOBODY, pr: harness.freshPr() });

    assert.deepEqual(await platform.list({ repo, pr }, never()), []);
    const key = { pr, short: shortSha(SHA_A), bare: true } as const;
    const refused = await failureOf(platform.destroy(key, { repo, epoch: 100 }, never()));
    assert.equal(refused.code, "not_ours");
    assert.equal(await harness.isThere(older), true);
  });
});

aws.test("list() gives a service without showtime_created the time at which ECS created it", async () => {
  await playEcsScene({ moto }, async ({ harness, platform, pr, service, described }) => {
    const { repo } = harness;
    await harness.plant(service(), { managed: true, repo, epoch: 1, pr });

    const [found] = await platform.list({ repo, pr }, never());

    const { createdAt } = await described(service()) ?? {};
    assert.ok(createdAt !== undefined);
    assert.equal(found?.createdAt, createdAt.getTime());
  });
});
