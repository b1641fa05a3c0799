/** Random worlds, and what a cleanup with everybody's consent must leave of each: said once more, in other words. */

import fc from "fast-check";
import { prNumber } from "../../../../src/lib/ids.ts";
import { formatLabel, labelStyle } from "../../../../src/environments/core/labels/mod.ts";
import type { PlatformEnvironment } from "../../../../src/environments/core/environment/environment.ts";
import {
  A,
  B,
  environment,
  HOUR,
  imageOf,
  makeWorld,
  MINUTE,
  NOON,
  runningLabels,
  seedPull,
  type World,
} from "../../../worlds/world.ts";

const SHAS = [A, B] as const;

/** A commit of a pull request, and what there is of it. */
const environmentPart = fc.record({
  /** Labels on the pull request speak of it, with this status. */
  status: fc.constantFrom(undefined, "running", "building", "failed", "stopping", "dancing"),
  expired: fc.boolean(),
  deployed: fc.constantFrom(undefined, "ours", "without_tag", "of_another_repository"),
  young: fc.boolean(),
});

const pullPart = fc.record({
  exists: fc.boolean(),
  open: fc.boolean(),
  blocked: fc.boolean(),
  lock: fc.constantFrom(undefined, "live", "dead"),
  environments: fc.tuple(environmentPart, environmentPart),
});

/** One pull request of a random world. */
export type PullPart = typeof pullPart extends fc.Arbitrary<infer Value> ? Value : never;
type EnvironmentPart = PullPart["environments"][number];

export const randomWorld: fc.Arbitrary<readonly PullPart[]> = fc.array(pullPart, {
  minLength: 1,
  maxLength: 4,
});

/** Litter that belongs to nobody. */
const LITTER = "🎪 c0ffee1 🚦 running";

export function buildWorld(parts: readonly PullPart[]): World {
  const pulls = parts.flatMap((part, index) =>
    part.exists ? [seedPull(index + 1, { state: part.open ? "open" : "closed", labels: labelsOf(part) })] : []
  );
  const locks = parts.flatMap((part, index) => {
    if (part.lock === undefined) return [];
    const label = { kind: "lock", pr: prNumber(index + 1) } as const;
    const expiry = NOON / 1000 + (part.lock === "live" ? 300 : -300);
    return [{
      name: formatLabel(label),
      color: labelStyle(label).color,
      description: `v1 n=other00000 x=${expiry} u=ana`,
    }];
  });
  const platform = parts.flatMap((part, index) =>
    part.environments.flatMap((each, at) => deployedOf(each, { index, at }))
  );
  const litter = { name: LITTER, color: "ffffff", description: null };
  const world = makeWorld({ seed: { pulls, labels: [...locks, litter] }, platform });
  for (const each of platform) {
    if (each.managed && each.repo === "apache/superset" && each.short !== undefined) {
      world.images.plant({ image: imageOf(each.pr, each.short), createdAt: NOON - 2 * HOUR });
    }
  }
  world.images.plant({ image: "apache/superset:pr-1-ccccccc-ci", createdAt: NOON - 2 * HOUR });
  world.images.plant({ image: "apache/superset:pr-1-ddddddd-ci", createdAt: NOON - MINUTE });
  return world;
}

function labelsOf(part: PullPart): readonly string[] {
  const labels = part.environments.flatMap(({ status, expired }, at) =>
    status === undefined
      ? []
      : runningLabels(SHAS[at] ?? A, { ttl: expired ? "30m" : "48h" }).map((name) =>
        name.replace("🚦 running", `🚦 ${status}`)
      )
  );
  return [...new Set([...labels, ...part.blocked ? ["🎪 🔒 showtime-blocked"] : [], "bug"])];
}

function deployedOf(
  { deployed, young }: EnvironmentPart,
  { index, at }: { readonly index: number; readonly at: number },
): readonly PlatformEnvironment[] {
  if (deployed === undefined) return [];
  return [environment(SHAS[at] ?? A, {
    pr: prNumber(index + 1),
    createdAt: NOON - (young ? 10 * MINUTE : HOUR),
    managed: deployed !== "without_tag",
    ...(deployed === "of_another_repository" ? { repo: "other/repo" } : {}),
  })];
}

/** What is to be there afterwards, as lines. */
export function wantedOf(parts: readonly PullPart[]): readonly string[] {
  const lines = ["image apache/superset:pr-1-ddddddd-ci"];
  for (const [index, part] of parts.entries()) {
    const held = part.lock === "live";
    if (held) lines.push(`lock of ${index + 1}`);
    for (const [at, each] of part.environments.entries()) {
      const short = SHAS[at]?.slice(0, 7);
      if (!staysDeployed(part, each)) continue;
      lines.push(`${each.deployed} ${index + 1} ${short}`);
      if (each.deployed === "ours") lines.push(`image apache/superset:pr-${index + 1}-${short}-ci`);
    }
  }
  return lines.sort();
}

function staysDeployed(part: PullPart, each: EnvironmentPart): boolean {
  if (each.deployed === undefined) return false;
  if (each.deployed !== "ours" || part.lock === "live") return true;
  const speaks = part.exists && part.environments.some(({ status }) => status !== undefined);
  // A closed pull request that is worked on at all is emptied, as by any other run.
  const worked = part.environments.some(({ deployed, young }) => deployed === "ours" && !young);
  if (part.exists && !part.open && (speaks || worked)) return false;
  if (speaks && each.status !== undefined) return !each.expired;
  return each.young;
}

/** What is there, in the same lines. */
export function leftIn(world: World): readonly string[] {
  return [
    ...world.images.stored.map((image) => `image ${image}`),
    ...world.definitions().flatMap((name) => /^🎪 lock pr-(\d+)$/.exec(name)?.[1] ?? []).map((pr) =>
      `lock of ${pr}`
    ),
    ...world.definitions().filter((name) => name === LITTER).map((name) => `litter ${name}`),
    ...world.platform.environments.map((each) =>
      `${
        each.repo === "other/repo" ? "of_another_repository" : each.managed ? "ours" : "without_tag"
      } ${each.pr} ${each.short}`
    ),
  ].sort();
}
