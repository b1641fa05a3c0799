import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { callForSome } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";

/** Where a container's log is. */
export interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/** A page of a log. */
export interface LogPage {
  readonly lines: readonly string[];
  /** Where the next lines begin; the same again at the end. */
  readonly forward: string | undefined;
  /** Where the lines before these end; the same again at the beginning. */
  readonly backward: string | undefined;
}

/** The one call of CloudWatch Logs that Showtime makes. */
export class LogsCalls {
  readonly #client: CloudWatchLogsClient;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new CloudWatchLogsClient(clientOptions(region, setup));
    this.#region = region;
  }

  /**
   * A page of a log: its first lines, its last, or those at a token. It can be empty in the middle. Undefined where there is no such
   * stream yet: it comes with the first line.
   */
  async lines(
    of: LogStream & {
      readonly from: "beginning" | "end" | { readonly token: string };
      readonly limit?: number | undefined;
    },
    signal: AbortSignal,
  ): Promise<LogPage | undefined> {
    const page = await callForSome(
      {
        action: `Reading the log ${of.group}`,
        permission: "logs:GetLogEvents",
        region: this.#region,
        absent: ["ResourceNotFoundException"],
      },
      () =>
        this.#client.send(
          new GetLogEventsCommand({
            logGroupName: of.group,
            logStreamName: of.stream,
            startFromHead: of.from !== "end",
            ...(typeof of.from === "object" ? { nextToken: of.from.token } : {}),
            ...(of.limit === undefined ? {} : { limit: of.limit }),
          }),
          { abortSignal: signal },
        ),
      signal,
    );
    if (page === undefined) return undefined;
    return {
      lines: (page.events ?? []).map(({ message = "" }) => message.replace(/\r?\n$/, "")),
      forward: page.nextForwardToken,
      backward: page.nextBackwardToken,
    };
  }
}
