/** A refusal of Elastic Load Balancing, in words for people. */
export interface BalancingRefusal {
  readonly code: string;
  /** The refusal, as the second half of a sentence. */
  readonly state: string;
  readonly hint: string;
  readonly retryable?: boolean;
  /** Whether a setting is wrong: exit code 2. */
  readonly usage?: boolean;
}

const REMOVE = 'Remove environments ("showtime cleanup")';

/** The refusals by AWS's name, without the ending `Exception`, which the SDK adds to most names. */
const REFUSALS: Readonly<Record<string, BalancingRefusal>> = {
  TooManyUniqueTargetGroupsPerLoadBalancer: {
    code: "quota",
    state: "the load balancer has the most target groups that AWS allows, and AWS does not raise that",
    hint: `${REMOVE}, or put some onto another load balancer`,
  },
  TooManyTargetGroups: {
    code: "quota",
    state: "the region has the most target groups that AWS allows this account, or the rule has",
    hint: `${REMOVE}, or raise the quota in Service Quotas`,
  },
  TooManyRules: {
    code: "quota",
    state: "the load balancer has the most rules that AWS allows",
    hint: `${REMOVE}, or raise "Rules per Application Load Balancer" in Service Quotas`,
  },
  TargetGroupAssociationLimit: {
    code: "network_settings",
    state: "the target group belongs to another load balancer",
    hint: "Stop the environment and start it again",
  },
  PriorityInUse: {
    code: "priority_in_use",
    state: "other rules have taken each priority that was tried",
    hint: "Run the command again",
    retryable: true,
  },
  DuplicateTargetGroupName: {
    code: "already_there",
    state: "a target group of that name exists with other settings",
    hint: "Run the command again: it continues from there",
    retryable: true,
  },
  ResourceInUse: {
    code: "in_use",
    state: "a rule of the load balancer still uses it",
    hint: "Run the command again",
    retryable: true,
  },
  RuleNotFound: {
    code: "route_changed",
    state: "the rule was removed in the meantime",
    hint: "Run the command again",
  },
  TargetGroupNotFound: {
    code: "route_changed",
    state: "the target group was removed in the meantime",
    hint: "Run the command again",
  },
  ListenerNotFound: {
    code: "listener_not_found",
    state: "there is no such listener",
    hint: "Check ecs.load_balancer.listener, which is the ARN of a listener, and the region (AWS_REGION)",
    usage: true,
  },
  LoadBalancerNotFound: {
    code: "listener_not_found",
    state: "there is no such load balancer",
    hint: "Check ecs.load_balancer.listener, which is the ARN of a listener, and the region (AWS_REGION)",
    usage: true,
  },
};

/** Explains a failure by the name that AWS gives it; undefined for every other name. */
export function explainBalancing(name: string): BalancingRefusal | undefined {
  const key = name.replace(/Exception$/, "");
  return Object.hasOwn(REFUSALS, key) ? REFUSALS[key] : undefined;
}
