import assert from "node:assert/strict";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { listEnvironments } from "../../../src/environments/app/show/list_environments.ts";
import { prNumber } from "../../../src/lib/ids.ts";
import { tally, withQuickTimers } from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  HOUR,
  imageOf,
  makeWorld,
  never,
  NOON,
  PR,
  runningLabels,
  seedPull,
  type World,
} from "../../worlds/world.ts";
import { DEEP } from "./scenarios/deep.ts";
import { clean, CLEANUP_LAW, SYNC_LAW, tryLaw } from "./scenarios/laws.ts";
import { START } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

/** Everything that a cleanup takes, on two pages each of what GitHub pages. */
function littered(): World {
  const label = (name: string) => ({ name, color: "ffffff", description: null });
  const litter = Array.from(
    { length: 101 },
    (_, index) => `🎪 c${String(index).padStart(6, "0")} 🚦 running`,
  );
  const pulls = Array.from(
    { length: 101 },
    (_, index) => seedPull(index + 1, { labels: runningLabels(A, { ttl: "30m" }) }),
  );
  const platform = [
    ...pulls.map((_, index) => environment(A, { pr: prNumber(index + 1) })),
    environment(B, { pr: prNumber(900) }),
  ];
  const lock = {
    name: "🎪 lock pr-7",
    color: "6a737d",
    description: `v1 n=other00000 x=${NOON / 1000 - 60} u=ana`,
  };
  const world = makeWorld({ seed: { pulls, labels: [...litter.map(label), lock] }, platform });
  world.images.plant({
    image: imageOf(prNumber(901), environment(B).short ?? assert.fail()),
    createdAt: NOON - HOUR,
  });
  return world;
}

quick(
  "R2: a listing that fails, on any page: nothing of that kind is deleted, it is said, exit 5",
  async () => {
    const whole = littered();
    const bodies: string[] = [];
    await planCleanup(
      whole.context({
        wire: async (request, send) => (bodies.push(await request.clone().text()), await send(request)),
      }),
      WHOLE_CLEANUP,
      never(),
    );
    assert.equal(
      bodies.length,
      5,
      "two pages of pull requests, two of definitions, and those that are named alone",
    );
    for (const [page, body] of bodies.entries()) {
      const world = littered();
      const before = { platform: world.platform.environments.length, definitions: world.definitions() };
      const { code, out, err } = await runIn(world, ["cleanup", "--force"], {
        run: {
          wire: async (request, send) =>
            await request.clone().text() === body ? new Response("no", { status: 500 }) : await send(request),
        },
      });
      const told = `page ${page}: ${out}${err}`;
      assert.equal(code, 5, told);
      assert.match(out + err, /could not be listed/, told);
      const ofPulls = !body.includes("labels(query");
      if (ofPulls) assert.equal(world.platform.environments.length, before.platform, told);
      const kept = world.definitions().filter((name) => /🎪 c0/u.test(name));
      assert.equal(kept.length, 101, told);
    }
  },
);

quick(
  "R3: a cleanup keeps what is younger than the grace period, and reports what lacks our tag",
  async () => {
    const world = makeWorld({
      platform: [
        environment(A, { pr: prNumber(70), createdAt: NOON - HOUR / 4 }),
        environment(A, { pr: prNumber(71), managed: false }),
        environment(A, { pr: prNumber(72) }),
      ],
    });
    const { kept, removed } = await clean(world);
    assert.deepEqual(world.platform.environments.map(({ pr }) => Number(pr)), [70, 71]);
    assert.equal(removed.length, 1);
    assert.match(kept.map(({ why }) => why).join("\n"), /younger than 30 minutes[\s\S]*never deleted/);
  },
);

quick(
  "R4: 31 labels on an issue, 101 definitions, 1,001 pull requests, 101 services: nothing is missed",
  async () => {
    const crowd = Array.from({ length: 31 }, (_, index) => `other ${index}`);
    const pulls = Array.from({ length: 1001 }, (_, index) =>
      seedPull(index + 1, {
        labels: index < 101 ? [...crowd, ...runningLabels(A, { ttl: "30m" })] : ["🎪 showtime"],
      }));
    const platform = pulls.slice(0, 101).map((_, index) => environment(A, { pr: prNumber(index + 1) }));
    const world = makeWorld({ seed: { pulls }, platform });
    assert.equal((await listEnvironments(world.context(), never())).environments.length, 101);
    await clean(world);
    assert.deepEqual(world.platform.environments, []);
    const left = world.simulator.state().pulls.flatMap(({ labels }) =>
      labels.filter((name) => name.startsWith("🎪"))
    );
    assert.deepEqual(left, []);
    assert.equal((await world.count(() => clean(world))).writes, 0);
  },
);

quick("R4: 11 services of one pull request: all of them go when it closes", async () => {
  const shas = Array.from(
    { length: 11 },
    (_, index) => `${(0xb000000 + index).toString(16)}`.padEnd(40, "0"),
  );
  const world = makeWorld({
    pull: { state: "closed", labels: runningLabels(A) },
    platform: shas.map((sha) => environment(sha as typeof A)),
  });
  await world.sync();
  assert.deepEqual([world.platform.environments, world.labels()], [[], []]);
});

quick(
  "R5: each label of ours deleted, renamed or added by hand is put right in one run, and the service is not touched",
  async () => {
    const running = async () => {
      const world = makeWorld({ pull: { labels: [START, "bug"] } });
      await world.sync();
      return world;
    };
    const names = (await running()).labels().filter((name) => name.startsWith("🎪"));
    assert.equal(names.length, 7);
    const changes = names.flatMap((name) => [
      { told: `${name} taken off`, act: (world: World) => label(world, { remove: [name] }) },
      { told: `${name} deleted`, act: (world: World) => define(world, "DELETE", name) },
      { told: `${name} renamed`, act: (world: World) => define(world, "PATCH", name) },
    ]);
    const strange = [
      "🎪 aaaaaaa 🚦 building",
      "🎪 aaaaaaa 🚦 failed",
      "🎪 aaaaaaa 🚦 stopping",
      "🎪 🎯 bbbbbbb",
      "🎪 bbbbbbb 🌐 1.2.3.4:80",
      "🎪 bbbbbbb ⌛ 1h",
      "🎪 bbbbbbb 🤡 eve",
      "🎪 bbbbbbb 📅 2024-01-15T13-30",
      "🎪 aaaaaaa 🌐 9.9.9.9:80",
      "🎪 🏗️ aaaaaaa",
      "🎪 🏗️ bbbbbbb",
    ];
    const added = strange.map((name) => ({
      told: `${name} added`,
      act: (world: World) => label(world, { add: [name] }, "tri"),
    }));
    for (const { told, act } of [...changes, ...added]) {
      const world = await running();
      const before = world.labels().filter((name) => !/[⌛📅🤡]/u.test(name));
      const service = world.platform.environments[0];
      const touched = world.platform.changes.length;
      await act(world);
      await world.sync();
      assert.equal(world.platform.changes.length, touched, `${told}: the service was touched`);
      assert.deepEqual(world.platform.environments, [service], told);
      const after = world.labels().filter((name) => name.startsWith("🎪") || name === "bug");
      const missing = before.filter((name) => !after.includes(name));
      assert.deepEqual(missing, [], `${told}: ${after.join(", ")}`);
      assert.deepEqual(after.filter((name) => /🚦|🎯|🏗|bbbbbbb/u.test(name)), [
        "🎪 aaaaaaa 🚦 running",
        "🎪 🎯 aaaaaaa",
      ], told);
      for (const sign of ["⌛", "📅", "🌐"]) {
        assert.equal(
          after.filter((name) => name.includes(`aaaaaaa ${sign}`)).length,
          1,
          `${told}: ${after.join(", ")}`,
        );
      }
      assert.equal((await world.count(() => world.sync())).writes, 0, told);
    }
  },
);

function label(
  world: World,
  change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  actor = "ana",
): void {
  world.simulator.label({ pr: PR, add: [], remove: [], actor, ...change });
}

/** Deletes a definition, or gives it a name that is not of our language. */
async function define(world: World, method: "DELETE" | "PATCH", name: string): Promise<void> {
  const url = `https://github.example/repos/apache/superset/labels/${encodeURIComponent(name)}`;
  const answer = await world.simulator.handle(
    new Request(url, {
      method,
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      ...(method === "PATCH" ? { body: JSON.stringify({ new_name: "renamed by hand" }) } : {}),
    }),
  );
  assert.ok(answer.ok, `${method} ${name}: ${answer.status}`);
  await answer.body?.cancel();
}

for (
  const [law, title, count] of [
    [
      CLEANUP_LAW,
      "R6: of a random world a cleanup leaves what was wanted and nothing else, and the next one writes nothing",
      DEEP ? 5_000 : 120,
    ],
    [
      SYNC_LAW,
      "R6: syncs of a random world leave each pull request where one more sync writes nothing",
      DEEP ? 2_000 : 60,
    ],
  ] as const
) {
  quick(title, async () => {
    await tryLaw(law, { seed: 6, count });
    await tally({ worlds: count });
  });
}
