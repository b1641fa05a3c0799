import type { WireObject } from "../wire.ts";

/**
 * Where a target is in its life. A target of a group that no rule uses is shown as `unused`, whatever it is
 * here.
 */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining";

/** A target of a group: a task's address and port. */
export interface TargetRecord {
  /** The private address, as AWS shows it. */
  readonly id: string;
  readonly port: number;
  /** Where it can be reached on this machine. */
  readonly host: string;
  state: TargetState;
  /** `Target.FailedHealthChecks`; undefined for a healthy one. */
  reason: string | undefined;
  /** Failed checks in a row. */
  misses: number;
  /** It is checked again from then on; as `Records.elapsed` has it. */
  nextCheck: number;
  /** It is shown as draining until then. */
  drainsUntil: number;
  /** Requests that it is answering. */
  open: number;
}

/** A target group. */
export interface GroupRecord {
  readonly arn: string;
  readonly name: string;
  /** Everything that it was made with but its tags. */
  readonly settings: WireObject;
  readonly path: string;
  readonly tags: Map<string, string>;
  deregistrationSeconds: number;
  readonly targets: Map<string, TargetRecord>;
}

/** A group of an action, with its weight. */
export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

/** An action of a rule: people are sent to groups, or get a fixed answer. */
export type RuleAction =
  | { readonly kind: "forward"; readonly groups: readonly WeightedGroup[] }
  | { readonly kind: "fixed"; readonly status: number; readonly type: string; readonly body: string };

/** A rule of a listener; the default one has no hosts and comes last. */
export interface RuleRecord {
  readonly arn: string;
  readonly listener: string;
  priority: number;
  hosts: readonly string[];
  action: RuleAction;
  readonly isDefault: boolean;
  readonly tags: Map<string, string>;
}

/** What the relay knows of load balancing, beyond what moto does. One world's. */
export class Balancing {
  readonly groups = new Map<string, GroupRecord>();
  readonly rules = new Map<string, RuleRecord>();
  /** Whether the tasks' security groups keep the load balancer out. */
  blocked = false;

  /** The rules of a listener in the order in which they are tried. */
  rulesOf(listener: string): readonly RuleRecord[] {
    return [...this.rules.values()].filter((rule) => rule.listener === listener)
      .sort((a, b) => a.priority - b.priority);
  }

  /** The rules that use a group, with whatever weight. */
  usersOf(group: string): readonly RuleRecord[] {
    return [...this.rules.values()].filter(({ action }) =>
      action.kind === "forward" && action.groups.some(({ arn }) => arn === group)
    );
  }

  isUsed(group: string): boolean {
    return this.usersOf(group).length > 0;
  }

  /** The load balancers that a group belongs to, by its rules. */
  loadBalancersOf(group: string): readonly string[] {
    return [...new Set(this.usersOf(group).map(({ listener }) => loadBalancerOf(listener)))];
  }

  /** The groups that the rules of a load balancer use. */
  groupsOf(loadBalancer: string): ReadonlySet<string> {
    const groups = [...this.rules.values()].filter(({ listener }) =>
      loadBalancerOf(listener) === loadBalancer
    )
      .flatMap(({ action }) => action.kind === "forward" ? action.groups.map(({ arn }) => arn) : []);
    return new Set(groups);
  }

  register(group: string, target: Pick<TargetRecord, "id" | "port" | "host">): void {
    this.groups.get(group)?.targets.set(keyOf(target), {
      ...target,
      state: "initial",
      reason: "Elb.RegistrationInProgress",
      misses: 0,
      nextCheck: 0,
      drainsUntil: 0,
      open: 0,
    });
  }

  target(group: string, of: { readonly id: string; readonly port: number }): TargetRecord | undefined {
    return this.groups.get(group)?.targets.get(keyOf(of));
  }
}

/** The load balancer of a listener, by its ARN. */
export function loadBalancerOf(listener: string): string {
  return listener.replace(":listener/", ":loadbalancer/").replace(/\/[^/]+$/, "");
}

function keyOf({ id, port }: { readonly id: string; readonly port: number }): string {
  return `${id}:${port}`;
}
