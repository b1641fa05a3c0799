import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { AppError, EXIT } from "../../../lib/errors.ts";
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
/** The data points of a metric that a call reads: a call gives 100,800 in all. */
const POINTS = 100;
const DAY_MS = 86_400_000;
/** How long CloudWatch keeps data points, by their period in seconds. */
const KEPT: readonly (readonly [periodS: number, keptMs: number])[] = [[60, 15 * DAY_MS], [300, 63 * DAY_MS]];
/** The period of data points that are older than that, in seconds. */
const LONGEST_KEPT_S = 3600;

/** The one CloudWatch call that Showtime makes to run environments. */
export class MetricsCalls {
  readonly #client: CloudWatchClient;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new CloudWatchClient(clientOptions(region, setup));
    this.#region = region;
  }

  /**
   * Finds the newest requests of target groups between two times, in the order of the targets: the end of the last period
   * that has a request, and no later than `until`. CloudWatch has no data point for a minute without requests: no data
   * point at all is no request. Health checks are not counted.
   */
  async newestRequests(
    targets: readonly TrafficTarget[],
    { since, until }: { readonly since: number; readonly until: number },
    signal: AbortSignal,
  ): Promise<readonly (number | "none")[]> {
    const periodS = periodOf({ since, until });
    const start = Math.floor(since / (periodS * 1000)) * periodS * 1000;
    const range = { StartTime: new Date(start), EndTime: new Date(until) };
    return await inChunks(targets, {
      size: METRICS_A_CALL,
      act: async (chunk) => {
        const MetricDataQueries = chunk.map((target, index) => queryOf(target, { index, periodS }));
        const results = await readPages<MetricDataResult>(async (NextToken) => {
          const page = await this.#page({ ...range, MetricDataQueries, NextToken }, signal);
          return { items: page.MetricDataResults ?? [], nextToken: page.NextToken };
        });
        return newestOf(results, { targets: chunk, periodMs: periodS * 1000, until });
      },
    });
  }

  /** Closes its connections. */
  end(): void {
    this.#client.destroy();
  }

  async #page(input: GetMetricDataCommandInput, signal: AbortSignal): Promise<GetMetricDataCommandOutput> {
    return await call(
      { action: "Finding the newest requests", permission: "cloudwatch:GetMetricData", region: this.#region },
      () => this.#client.send(new GetMetricDataCommand(input), { abortSignal: signal }),
      signal,
    );
  }
}

/**
 * Reads the newest requests from all pages of an answer. Throws AppError `aws_failed` (exit code 5) if CloudWatch did not
 * say everything about a target group without data points: then it is not known whether there was a request.
 */
export function newestOf(
  results: readonly MetricDataResult[],
  { targets, periodMs, until }: {
    readonly targets: readonly TrafficTarget[];
    readonly periodMs: number;
    readonly until: number;
  },
): readonly (number | "none")[] {
  const newest = new Map<string, number>();
  const complete = new Set<string>();
  for (const { Id = "", StatusCode, Timestamps = [], Values = [] } of results) {
    if (StatusCode === "Complete") complete.add(Id);
    for (const [index, at] of Timestamps.entries()) {
      if ((Values[index] ?? 0) === 0) continue;
      newest.set(Id, Math.max(newest.get(Id) ?? 0, Math.min(until, at.getTime() + periodMs)));
    }
  }
  return targets.map(({ targetGroup }, index) => {
    const found = newest.get(idOf(index));
    if (found !== undefined) return found;
    if (complete.has(idOf(index))) return "none";
    throw new AppError(
      "aws_failed",
      `Finding the newest requests: CloudWatch gave no complete answer about ${targetGroup}`,
      { exitCode: EXIT.incomplete, retryable: true, hint: "Run the command again in a few minutes" },
    );
  });
}

/** Chooses the period of data points, in seconds: a hundredth of the span, and one that CloudWatch still has. */
function periodOf({ since, until }: { readonly since: number; readonly until: number }): number {
  const unit = KEPT.find(([, keptMs]) => until - since < keptMs)?.[0] ?? LONGEST_KEPT_S;
  return Math.max(1, Math.ceil((until - since) / POINTS / (unit * 1000))) * unit;
}

function queryOf(
  { targetGroup, loadBalancer }: TrafficTarget,
  { index, periodS }: { readonly index: number; readonly periodS: number },
): MetricDataQuery {
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
      Period: periodS,
      Stat: "Sum",
    },
  };
}

/** Returns the name of a query. It must begin with a small letter. */
function idOf(index: number): string {
  return `t${index}`;
}
