import type { ClientSetup } from "./sdk/client.ts";
import type { Ec2Calls } from "./sdk/ec2.ts";
import type { EcsCalls } from "./sdk/ecs.ts";
import type { LoadBalancingCalls } from "./sdk/load_balancing.ts";
import type { LogsCalls } from "./sdk/logs.ts";
import type { MetricsCalls } from "./sdk/metrics.ts";

/** The AWS clients of one platform. Each SDK package is loaded when its first call is made. */
export class Aws {
  readonly region: string;
  readonly cluster: string;
  readonly fetch: ClientSetup["fetch"];
  #ecs: Promise<EcsCalls> | undefined;
  #ec2: Promise<Ec2Calls> | undefined;
  #balancing: Promise<LoadBalancingCalls> | undefined;
  #logs: Promise<LogsCalls> | undefined;
  #metrics: Promise<MetricsCalls> | undefined;

  constructor(options: ClientSetup & { readonly region: string; readonly cluster: string }) {
    this.region = options.region;
    this.cluster = options.cluster;
    this.fetch = options.fetch;
  }

  get ecs(): Promise<EcsCalls> {
    return this.#ecs ??= import("./sdk/ecs.ts").then(({ EcsCalls }) => new EcsCalls(this));
  }

  get ec2(): Promise<Ec2Calls> {
    return this.#ec2 ??= import("./sdk/ec2.ts").then(({ Ec2Calls }) => new Ec2Calls(this.region, this));
  }

  get balancing(): Promise<LoadBalancingCalls> {
    return this.#balancing ??= import("./sdk/load_balancing.ts").then(({ LoadBalancingCalls }) =>
      new LoadBalancingCalls(this.region, this)
    );
  }

  get logs(): Promise<LogsCalls> {
    return this.#logs ??= import("./sdk/logs.ts").then(({ LogsCalls }) => new LogsCalls(this.region, this));
  }

  get metrics(): Promise<MetricsCalls> {
    return this.#metrics ??= import("./sdk/metrics.ts").then(({ MetricsCalls }) =>
      new MetricsCalls(this.region, this)
    );
  }
}
