import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { call } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";
import { inChunks, readPages } from "./paging.ts";

/** The target group of an environment, and its load balancer, as CloudWatch's dimensions name them. */
export interface TrafficTarget {
  /** `targetgroup/<name>/<id>`: the last part of the target group's ARN. */
  readonly targetGroup: string;
  /** `app/<name>/<id>`: the last part of the load balancer's ARN. */
  readonly loadBalancer: string;
}

/** The most metrics that one call reads. */
const METRICS_A_CALL = 500;
/** The shortest period that keeps its data points for 15 days, in seconds. */
const PERIOD_S = 60;

/** The one CloudWatch call that Showtime makes to run environments. */
export class MetricsCalls {
  readonly #client: CloudWatchClient;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new CloudWatchClient(clientOptions(region, setup));
    this.#region = region;
  }

  /**
   * Sums the requests of target groups between two times, in the order of the targets. CloudWatch has no data point for a
   * minute without requests: no data point at all is no request. Health checks are not counted.
   */
  async requestCounts(
    targets: readonly TrafficTarget[],
    { since, until }: { readonly since: number; readonly until: number },
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const start = Math.floor(since / (PERIOD_S * 1000)) * PERIOD_S * 1000;
    const range = { StartTime: new Date(start), EndTime: new Date(until) };
    return await inChunks(targets, {
      size: METRICS_A_CALL,
      act: async (chunk) => {
        const MetricDataQueries = chunk.map(queryOf);
        const results = await readPages<MetricDataResult>(async (NextToken) => {
          const page = await this.#page({ ...range, MetricDataQueries, NextToken }, signal);
          return { items: page.MetricDataResults ?? [], nextToken: page.NextToken };
        });
        const sums = new Map<string, number>();
        for (const { Id = "", Values = [] } of results) {
          sums.set(Id, Values.reduce((sum, value) => sum + value, sums.get(Id) ?? 0));
        }
        return chunk.map((_, index) => sums.get(idOf(index)) ?? 0);
      },
    });
  }

  async #page(input: GetMetricDataCommandInput, signal: AbortSignal): Promise<GetMetricDataCommandOutput> {
    return await call(
      { action: "Counting requests", permission: "cloudwatch:GetMetricData", region: this.#region },
      () => this.#client.send(new GetMetricDataCommand(input), { abortSignal: signal }),
      signal,
    );
  }
}

function queryOf({ targetGroup, loadBalancer }: TrafficTarget, index: number): MetricDataQuery {
  return {
    Id: idOf(index),
    MetricStat: {
      Metric: {
        Namespace: "AWS/ApplicationELB",
        MetricName: "RequestCount",
        Dimensions: [
          { Name: "LoadBalancer", Value: loadBalancer },
          { Name: "TargetGroup", Value: targetGroup },
        ],
      },
      Period: PERIOD_S,
      Stat: "Sum",
    },
  };
}

/** Returns the name of a query. It must begin with a small letter. */
function idOf(index: number): string {
  return `t${index}`;
}
