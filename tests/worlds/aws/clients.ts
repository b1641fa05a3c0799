import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";

/** A key and its secret. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Whom clients talk to, and as whom. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys;
  readonly maxAttempts?: number;
}

/** The clients that a world, or a test, talks to AWS with. */
export interface Clients {
  readonly ecs: ECSClient;
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly iam: IAMClient;
  destroy(): void;
}

/** Makes clients that go by `fetch`: with node:http, the oldest runtime waits for ever on a dropped connection. */
export function makeClients(options: ClientOptions): Clients {
  const config = { ...options, requestHandler: new FetchHttpHandler({ requestTimeout: 60_000 }) };
  const clients = {
    ecs: new ECSClient(config),
    ec2: new EC2Client(config),
    ecr: new ECRClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    logs: new CloudWatchLogsClient(config),
    iam: new IAMClient(config),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
