import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Balancing } from "./balancing_records.ts";
import { serveListener } from "./load_balancer.ts";

/** A load balancer of a world, with one listener. */
export interface AddedLoadBalancer {
  readonly arn: string;
  /** The ARN of its listener. */
  readonly listener: string;
  /** Where it serves on this machine. */
  readonly port: number;
  /** From now on, the tasks' security groups keep the load balancer out. */
  block(): void;
  /** Requests that targets are answering. */
  open(): number;
  close(): Promise<void>;
}

/** Makes a load balancer with a listener that answers 404 by default, and serves it. */
export async function addLoadBalancer(
  { elb, balancing }: { readonly elb: ElasticLoadBalancingV2Client; readonly balancing: Balancing },
  place: {
    readonly name: string;
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
  },
): Promise<AddedLoadBalancer> {
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: `${place.name}-${crypto.randomUUID().slice(0, 4)}`.slice(0, 32),
      Subnets: [...place.subnets],
      SecurityGroups: [...place.securityGroups],
    }),
  );
  const arn = LoadBalancers[0]?.LoadBalancerArn ?? "";
  const { Listeners = [] } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: arn,
      Port: 80,
      Protocol: "HTTP",
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  const listener = Listeners[0]?.ListenerArn ?? "";
  const { port, close } = serveListener(balancing, listener);
  return {
    arn,
    listener,
    port,
    block: () => void (balancing.blocked = true),
    open: () => countOpen(balancing),
    close,
  };
}

function countOpen({ groups }: Balancing): number {
  const targets = [...groups.values()].flatMap(({ targets }) => [...targets.values()]);
  return targets.reduce((sum, { open }) => sum + open, 0);
}
