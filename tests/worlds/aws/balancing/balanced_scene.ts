/** A scene with a load balancer: people come by the name, and polls see every answer that they would see. */

import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { makeUrlProbe } from "../../../../src/drivers/ecs/route/ask_url.ts";
import type { EcsSettings } from "../../../../src/drivers/ecs/mod.ts";
import type { Platform } from "../../../../src/environments/ports/platform.ts";
import { type EcsScene, playEcsScene, type SceneOptions } from "../ecs_scene.ts";
import type { Moto } from "../moto.ts";
import type { AddedLoadBalancer } from "./add_load_balancer.ts";
import { byName } from "./by_name.ts";
import { type ShownRoutes, showRoutes } from "./show_routes.ts";

/** Between two questions of a poll, in machine milliseconds. */
const PAUSE_MS = 5;

/** What a test plays with. */
export interface BalancedScene extends EcsScene {
  readonly balancer: AddedLoadBalancer;
  readonly url: string;
  readonly host: string;
  /** A platform with the load balancer. */
  readonly balanced: Platform;
  balancedWith(change: Partial<EcsSettings>): Platform;
  routes(): Promise<ShownRoutes>;
  /** Asks a path by the name. */
  ask(path: string, host?: string): Promise<{ readonly status: number; readonly body: string }>;
}

/** Plays a scene with a load balancer. */
export async function playBalancedScene(
  options: SceneOptions & { readonly moto: Moto | undefined },
  play: (scene: BalancedScene) => Promise<void>,
): Promise<void> {
  await playEcsScene(options, async (scene) => {
    const client = Deno.createHttpClient({ allowHost: true });
    try {
      await play(await makeScene(scene, client));
    } finally {
      client.close();
    }
  });
}

async function makeScene(scene: EcsScene, client: Deno.HttpClient): Promise<BalancedScene> {
  const { world, harness, pr } = scene;
  const balancer = await world.addLoadBalancer();
  const host = `pr-${pr}.preview.example`;
  const url = `http://${host}`;
  const fetchByName = byName(balancer, client);
  const askUrl = makeUrlProbe({ fetch: fetchByName, timeoutMs: 5000 });
  const balancedWith = (change: Partial<EcsSettings>) =>
    harness.platformWith({
      health: { ...harness.config.health, timeoutMs: 900_000 },
      loadBalancer: { listener: balancer.listener, certificateCheck: true },
      ...change,
    }, { askUrl });
  return {
    ...scene,
    balancer,
    url,
    host,
    balanced: balancedWith({}),
    balancedWith,
    spec: (change) => scene.spec({ url, ...change }),
    deploy: (change, how) => scene.deploy({ url, ...change }, { platform: balancedWith({}), ...how }),
    routes: () => showRoutes(scene, balancer),
    async ask(path, name = host) {
      const response = await fetchByName(`http://${name}${path}`);
      return { status: response.status, body: (await response.text()).trimEnd() };
    },
  };
}

/** Puts weights into the rule of the pull request, by commit. A group that is not named is taken out. */
export async function weigh({ world, balancer }: BalancedScene, weights: Readonly<Record<string, number>>) {
  const { elb } = world.aside;
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: balancer.listener }));
  const rule = Rules.find(({ IsDefault }) => IsDefault !== true);
  const { TargetGroups: all = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const TargetGroups = all.flatMap(({ TargetGroupArn = "" }) => {
    const named = Object.entries(weights).find(([short]) => TargetGroupArn.includes(`-${short}/`));
    return named === undefined ? [] : [{ TargetGroupArn, Weight: named[1] }];
  });
  await elb.send(
    new ModifyRuleCommand({
      RuleArn: rule?.RuleArn,
      Actions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
    }),
  );
}

/** The answers to a poll that goes on until it is ended. */
export interface Poll {
  /** Ends it, and returns how often each answer came, by `status body`, in the order of the first of each. */
  end(): Promise<ReadonlyMap<string, number>>;
}

/**
 * Asks a name again and again, a second of the world's time apart, each time for the variable that tells
 * versions apart.
 */
export function pollName(scene: Pick<BalancedScene, "ask">, variable: string): Poll {
  const answers = new Map<string, number>();
  const ended = Promise.withResolvers<void>();
  let on = true;
  const polling = (async () => {
    while (on) {
      const { status, body } = await scene.ask(`/cgi-bin/env?${variable}`);
      const answer = status === 200 ? `200 ${body}` : String(status);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, PAUSE_MS)), ended.promise]);
    }
  })();
  return {
    async end() {
      on = false;
      ended.resolve();
      await polling;
      return answers;
    },
  };
}
