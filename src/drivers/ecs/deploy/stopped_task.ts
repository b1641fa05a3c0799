import type { Task } from "@aws-sdk/client-ecs";
import type { FailureReason } from "../../../environments/core/environment/failure.ts";
import { stripControls } from "../../../lib/sanitize.ts";

/** The reason why a task or service did not start, in words for people. */
export interface StartFailure {
  readonly code: FailureReason;
  /** The failure, as the second half of a sentence. */
  readonly state: string;
  readonly hint: string;
  /** Whether another attempt cannot help, so that waiting until ECS gives up is pointless. */
  readonly decisive: boolean;
}

interface FailureRule {
  readonly when: RegExp;
  readonly describe: (text: string) => StartFailure;
}

const PULLING: readonly FailureRule[] = [
  {
    when: /toomanyrequests|rate limit/i,
    describe: (text) => ({
      code: "image_not_found",
      state: `the image could not be pulled, because its registry limits pulls (${text})`,
      hint: "Wait for the limit to pass, or keep the image in ECR",
      decisive: false,
    }),
  },
  {
    when: /manifest unknown|not found|does not exist|name unknown|no match for platform|invalid reference/i,
    describe: (text) => ({
      code: "image_not_found",
      state: `the image does not exist (${text})`,
      hint: "Set the start trigger to build it again, or check build.image and build.platform",
      decisive: true,
    }),
  },
  {
    when: /denied|unauthori[sz]ed|forbidden|403|no basic auth|not authorized/i,
    describe: (text) => ({
      code: "permission",
      state: `the execution role may not pull the image (${text})`,
      hint:
        "Allow ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer for the role in ecs.execution_role, or make the image public",
      decisive: true,
    }),
  },
  {
    when: /./,
    describe: (text) => ({
      code: "image_not_found",
      state: `the image could not be pulled (${text})`,
      hint:
        "The subnets need a route to the registry: public addresses (ecs.assign_public_ip), a NAT gateway or VPC endpoints",
      decisive: false,
    }),
  },
];

/** Matches temporary failures of the network or of a service: the next task may succeed. */
const PASSING =
  /time[d -]?out|i\/o|deadline exceeded|request canceled|send request failed|connection (refused|reset)|no such host|unexpected EOF|throttl|rate exceeded|temporarily|service ?unavailable|internal ?(server ?error|failure)/i;
/** Matches permanent failures. They count even if the same text also mentions a temporary one. */
const LASTING = /denied|not authorized|unauthori[sz]ed|forbidden|not ?found|not exist|can't find|invalid/i;

/** Whether the failure to set up a task is permanent, so that another attempt fails too. */
function lasts(text: string): boolean {
  return LASTING.test(text) || !PASSING.test(text);
}

const INITIALISING: readonly FailureRule[] = [
  {
    when: /log ?(group|stream)|cloudwatch/i,
    describe: (text) => ({
      code: "resource_initialization",
      state: `the log could not be set up (${text})`,
      hint:
        "Create the log group that ecs.log_group names, and allow logs:CreateLogStream and logs:PutLogEvents for the role in ecs.execution_role",
      decisive: lasts(text),
    }),
  },
  {
    when: /./,
    describe: (text) => ({
      code: "resource_initialization",
      state: `the task could not be set up (${text})`,
      hint:
        "Check what the role in ecs.execution_role may read, and that the subnets reach the registry and Secrets Manager",
      decisive: lasts(text),
    }),
  },
];

const REASONS: readonly FailureRule[] = [
  {
    when: /reached the limit on the number of|service quota|vcpu limit|limit exceeded/i,
    describe: (text) => ({
      code: "quota",
      state: `the AWS account has reached a quota (${text})`,
      hint: 'Remove environments ("showtime cleanup"), or raise the quota in Service Quotas',
      decisive: false,
    }),
  },
  {
    when: /capacity is unavailable|insufficient capacity|no capacity|RESOURCE:/i,
    describe: (text) => ({
      code: "no_capacity",
      state: `Fargate has no capacity at the moment (${text})`,
      hint:
        "Try again later, choose a smaller size, or name subnets in more availability zones in ecs.subnets",
      decisive: false,
    }),
  },
  {
    when: /InsufficientFreeAddresses|not enough free (ip )?addresses/i,
    describe: (text) => ({
      code: "no_capacity",
      state: `a subnet has no free address (${text})`,
      hint: 'Remove environments ("showtime cleanup"), or name more or larger subnets in ecs.subnets',
      decisive: false,
    }),
  },
  {
    when: /unable to assume the role|not authorized to perform|is not authorized|accessdenied/i,
    describe: (text) => ({
      code: "permission",
      state: `a role lacks a permission (${text})`,
      hint: "Check that ecs.execution_role and ecs.task_role exist and trust ecs-tasks.amazonaws.com",
      decisive: true,
    }),
  },
  {
    when:
      /subnet.*(not exist|not found|invalid)|security ?group.*(not exist|not found|invalid)|InvalidSubnet|InvalidGroup/i,
    describe: (text) => ({
      code: "network_settings",
      state: `AWS rejects the network settings (${text})`,
      hint: "Check ecs.subnets and ecs.security_groups: all of them must exist, in one VPC",
      decisive: true,
    }),
  },
  {
    when: /failed elb health checks/i,
    describe: (text) => ({
      code: "unhealthy",
      state: `the load balancer's health check failed (${text})`,
      hint:
        "The last lines of the log say why; the load balancer asks environment.health.path on environment.port",
      decisive: true,
    }),
  },
  {
    when: /failed container health checks|health checks? fail/i,
    describe: () => ({
      code: "unhealthy",
      state: "the health check in the container failed",
      hint:
        "The last lines of the log say why; check environment.health.command, which runs inside the container",
      decisive: true,
    }),
  },
];

/** Classifies the failure of a stopped task; returns undefined if it was stopped on purpose. */
export function classifyStoppedTask(task: Task, container: string): StartFailure | undefined {
  const own = task.containers?.find((each) => each.name === container);
  const others = task.containers?.filter((each) => each !== own) ?? [];
  const stopped = oneLine(task.stoppedReason ?? "");
  const reasons = [own, ...others].map((each) => oneLine(each?.reason ?? "")).filter((text) => text !== "");
  const texts = [stopped, ...reasons];
  const said = (pattern: RegExp) => texts.find((text) => pattern.test(text));
  if (said(/OutOfMemory/i) !== undefined) return outOfMemory();
  const pulling = said(/CannotPull/i);
  if (pulling !== undefined) return classify(PULLING, pulling);
  const initialising = said(/ResourceInitializationError/i);
  if (initialising !== undefined) return classify(INITIALISING, initialising);
  for (const text of texts) {
    const failure = classify(REASONS, text);
    if (failure !== undefined) return failure;
  }
  if (
    /scaling activity initiated by|stopped by the user/i.test(stopped) || task.stopCode === "UserInitiated"
  ) {
    return undefined;
  }
  const starting = said(/CannotStart|CannotCreate|exec format error/i);
  if (starting !== undefined) return cannotStart(starting);
  const ended = [own, ...others].find((each) => each?.exitCode !== undefined && each.exitCode !== 0) ?? own;
  if (ended?.exitCode === 137) return outOfMemory();
  if (task.stopCode === "EssentialContainerExited" && ended?.exitCode !== undefined) {
    const which = ended === own ? "the container" : `the container "${ended.name}"`;
    return {
      code: "unhealthy",
      state: `${which} ended with exit code ${ended.exitCode}`,
      hint: "The last lines of its log say why",
      decisive: true,
    };
  }
  return stopped === "" ? undefined : {
    code: "failed",
    state: `ECS stopped the task (${stopped})`,
    hint: "Fix what ECS names, then start the environment again",
    decisive: false,
  };
}

/** Classifies the failure that an event of a service reports; returns undefined for any other event. */
export function classifyEvent(message: string): StartFailure | undefined {
  const text = oneLine(message);
  return /unable|failed|error|unhealthy/i.test(text) ? classify(REASONS, text) : undefined;
}

function classify(rules: readonly FailureRule[], text: string): StartFailure | undefined {
  return rules.find(({ when }) => when.test(text))?.describe(text);
}

function outOfMemory(): StartFailure {
  return {
    code: "out_of_memory",
    state: "the container ran out of memory (exit code 137)",
    hint: "Use a larger size, or a larger `memory` in environment.sizes",
    decisive: true,
  };
}

function cannotStart(text: string): StartFailure {
  return {
    code: "unhealthy",
    state: `the container could not be started (${text})`,
    hint: /exec format error/i.test(text)
      ? "The image is for another processor: check build.platform"
      : "Check the image's command",
    decisive: true,
  };
}

/** Returns AWS's text on one line, without control characters, cut at 300 characters. */
function oneLine(text: string): string {
  const line = stripControls(text.replace(/\s+/g, " ")).trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
