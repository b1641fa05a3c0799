import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { callForSome } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";

/** The CloudWatch log stream of a container. */
export interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/** A page of a log. */
export interface LogPage {
  readonly lines: readonly string[];
  /**
   * The token of the lines after this page. At the end of the log, CloudWatch returns the same token again.
   */
  readonly forward: string | undefined;
  /** The token of the lines before this page. At the beginning, CloudWatch returns the same token again. */
  readonly backward: string | undefined;
}

/** The one CloudWatch Logs call that Showtime makes to run environments. */
export class LogsCalls {
  readonly #client: CloudWatchLogsClient;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new CloudWatchLogsClient(clientOptions(region, setup));
    this.#region = region;
  }

  /**
   * Reads a page of a log: its first lines, its last lines, or those at a token. A page in the middle can be
   * empty. Returns undefined if the stream does not exist yet: it is created with the first line.
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
