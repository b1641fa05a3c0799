import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateSecurityGroupCommand, DescribeSubnetsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand } from "@aws-sdk/client-ecs";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Call } from "./call_log.ts";
import { type Clients, type Keys, makeClients } from "./clients.ts";
import { DefinitionRules } from "./rules/definition_rules.ts";
import { Fargate, type FargateDelays, USUAL_DELAYS } from "./tasks/fargate.ts";
import type { Faults } from "./faults.ts";
import { enforceIam, type Moto } from "./moto.ts";
import { PolicyCheck } from "./rules/policy_check.ts";
import { Records, type TaskRecord } from "./records.ts";
import { Relay } from "./relay.ts";
import { makeScaledClock } from "./scaled_clock.ts";
import type { ScriptedFailures } from "./tasks/scripted_failures.ts";
import { RunTaskRules } from "./rules/run_task_rules.ts";
import { ServiceRules } from "./rules/service_rules.ts";
import { TaskRules } from "./rules/task_rules.ts";
import type { TaskRunner } from "./tasks/task_runner.ts";
import type { Env } from "./with_env.ts";

const REGION = "us-east-1";
const ACCOUNT = "123456789012";
const SPEED = 120;
const TESTER: Keys = { accessKeyId: "testing", secretAccessKey: "testing" };
const EVERYTHING = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** What a world is made with. */
export interface AwsWorldOptions {
  readonly moto: Moto;
  readonly runner: TaskRunner;
  /** How much faster than this machine's the world's clock runs: 15 s of waiting last 125 ms unless given. */
  readonly speed?: number;
  readonly delays?: Partial<Omit<FargateDelays, "speed">>;
  /** How long a removed service drains at least, in machine milliseconds. */
  readonly drainingMs?: number;
  /** How long a stopped task is listed, in milliseconds of the world's clock; an hour unless given. */
  readonly lingerMs?: number;
  readonly breakerThreshold?: number;
  /**
   * The world's time: with it nothing happens by itself, only in {@link AwsWorld.rest}, and delays longer than what a task
   * takes by itself (draining, retries, rollouts) are milliseconds of this clock.
   */
  readonly clock?: Clock;
  /** With a clock of its own: how long, in its milliseconds, a deployment takes to start its first task. */
  readonly hesitationMs?: number;
  /** Keys, signatures and policies are checked: call with keys of {@link AwsWorld.addUser}. One such world at a time. */
  readonly iam?: boolean;
}

/** An AWS of a test's own: a region of moto behind a relay, with a scheduler that plays Fargate. */
export interface AwsWorld {
  /** Where calls go that are counted, and that faults can hit. */
  readonly endpoint: string;
  /** The variables with which the SDK finds this world. */
  readonly env: Env;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly logGroup: string;
  readonly executionRole: string;
  /** The owner of its environments, `owner/name`. */
  readonly repo: string;
  readonly clock: Clock;
  /** With a clock of its own: has everything happen that is due by now. */
  rest(): Promise<void>;
  /** Answers a request as {@link AwsWorld.endpoint} does, without a socket; a dropped connection is a TypeError. */
  handle(request: Request): Promise<Response>;
  /** Clients that see the same world, uncounted and undisturbed: a test's own eyes and hands. */
  readonly aside: Clients;
  readonly faults: Faults;
  /** What goes wrong with tasks. */
  readonly failures: ScriptedFailures;
  /** Every task that there ever was, as the scheduler knows it. */
  tasks(): readonly TaskRecord[];
  calls(): readonly Call[];
  /** How often each operation was called. */
  callCounts(): Readonly<Record<string, number>>;
  clearCalls(): void;
  /** Every call takes this long at least, in machine milliseconds. */
  delayCalls(ms: number): void;
  /** Makes a user with one inline policy, and the variables for it. Only with `iam`. */
  addUser(policy: unknown): Promise<Env>;
  /** Ends it: nothing of it is left running. Throws what went wrong in the world itself. */
  dispose(): Promise<void>;
}

/** Makes a world. */
export async function makeAwsWorld(options: AwsWorldOptions): Promise<AwsWorld> {
  const { moto, speed = options.clock === undefined ? SPEED : 1 } = options;
  const clock = options.clock ?? makeScaledClock({ speed });
  const direct = (credentials: Keys) => makeClients({ endpoint: moto.url, region: REGION, credentials });
  const keys = options.iam === true ? await addUser(direct(TESTER), EVERYTHING) : TESTER;
  if (options.iam === true) await enforceIam(moto, true);
  const clients = direct(keys);
  const records = new Records(
    () => clock.now(),
    options.clock === undefined
      ? {}
      : { elapsed: () => clock.now(), hesitationMs: options.hesitationMs ?? 0 },
  );
  const relay = new Relay({
    target: moto.url,
    rules: {
      ...new ServiceRules(records, { clients, drainingMs: options.drainingMs ?? 150 }).rules,
      ...new TaskRules(records, { lingerMs: options.lingerMs ?? 3_600_000 }).rules,
      ...new DefinitionRules(records, { clients }).rules,
      ...new RunTaskRules(records, { clients, play: (task, id) => fargate.play(task, id) }).rules,
    },
    policies: options.iam === true
      ? new PolicyCheck(clients.iam, { region: REGION, account: ACCOUNT })
      : undefined,
  });
  // Names of one length: moto takes a cluster for another whose name is a part of its own.
  const cluster = `showtime-${crypto.randomUUID().slice(0, 8)}`;
  const place = await makePlace(clients, cluster);
  const fargate = new Fargate(records, {
    clients,
    runner: options.runner,
    delays: { ...USUAL_DELAYS, ...options.delays, speed },
    breakerThreshold: options.breakerThreshold ?? 3,
    stepped: options.clock !== undefined,
  });
  const aside = makeClients({ endpoint: relay.asideUrl, region: REGION, credentials: keys });
  const envFor = ({ accessKeyId, secretAccessKey }: Keys): Env => ({
    AWS_ENDPOINT_URL: relay.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_EC2_METADATA_DISABLED: "true",
  });
  return {
    endpoint: relay.url,
    env: envFor(TESTER),
    region: REGION,
    account: ACCOUNT,
    cluster,
    ...place,
    repo: `acme/app-${cluster}`,
    clock,
    aside,
    rest: () => fargate.rest(),
    handle: (request) => relay.handle(request),
    faults: relay.faults,
    failures: fargate.failures,
    tasks: () => records.tasks(),
    calls: () => relay.calls.all(),
    callCounts: () => relay.calls.counts(),
    clearCalls: () => relay.calls.clear(),
    delayCalls: (ms) => void (relay.delayMs = ms),
    addUser: async (policy) => envFor(await addUser(clients, policy)),
    async dispose() {
      try {
        await fargate.dispose();
      } finally {
        if (options.iam === true) await enforceIam(moto, false);
        await relay.close();
        aside.destroy();
        clients.destroy();
      }
    },
  };
}

/** Everything in AWS that has to be there before the first service. */
async function makePlace(clients: Clients, cluster: string) {
  const { ec2, ecs, logs } = clients;
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const vpc = Vpcs[0]?.VpcId ?? "";
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpc] }] }),
  );
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: cluster, Description: "showtime tests", VpcId: vpc }),
  );
  // Without a list of tags, moto's listing of tagged resources fails.
  await ecs.send(new CreateClusterCommand({ clusterName: cluster, tags: [] }));
  const logGroup = `/showtime/${cluster}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
  return {
    subnets: Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId),
    securityGroups: [group.GroupId ?? ""],
    logGroup,
    executionRole: `arn:aws:iam::${ACCOUNT}:role/showtime-execution`,
  };
}

async function addUser({ iam }: { readonly iam: IAMClient }, policy: unknown): Promise<Keys> {
  const UserName = `user-${crypto.randomUUID().slice(0, 8)}`;
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument: JSON.stringify(policy) }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}
