import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { applicationOf, type Launch, TaskStartError } from "./tasks/task_runner.ts";

/** Brings what a container writes into CloudWatch Logs, as the log driver awslogs does. */
export class Awslogs {
  readonly #client: CloudWatchLogsClient;
  readonly #stream: { readonly logGroupName: string; readonly logStreamName: string } | undefined;
  #waiting: InputLogEvent[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(client: CloudWatchLogsClient, launch: Omit<Launch, "log">) {
    this.#client = client;
    const own = applicationOf(launch.definition);
    const { logDriver, options = {} } = own.logConfiguration ?? {};
    const [group, prefix] = [options["awslogs-group"], options["awslogs-stream-prefix"]];
    this.#stream = logDriver !== "awslogs" || group === undefined || prefix === undefined
      ? undefined
      : { logGroupName: group, logStreamName: `${prefix}/${own.name}/${launch.taskId}` };
  }

  /** Makes the stream. Throws {@link TaskStartError} where there is no such group. */
  async open(): Promise<void> {
    if (this.#stream === undefined) return;
    try {
      await this.#client.send(new CreateLogStreamCommand(this.#stream));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
      throw new TaskStartError(
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: " +
          "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
      );
    }
  }

  write(line: string): void {
    if (this.#stream === undefined || line === "") return;
    // By this machine's own clock: what lies hours ahead is refused.
    this.#waiting.push({ timestamp: Date.now(), message: line });
    this.#sending = this.#sending.then(() => this.#send());
  }

  /** Waits until all that was written has arrived. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    const logEvents = this.#waiting.splice(0);
    if (logEvents.length === 0 || this.#stream === undefined) return;
    await this.#client.send(new PutLogEventsCommand({ ...this.#stream, logEvents }));
  }
}
