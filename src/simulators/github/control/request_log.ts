/** A request that came in, as `GET /_simulator/requests` tells it. */
export interface LoggedRequest {
  /** By the simulator's clock, RFC 3339. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** 0: no answer yet, or the connection was dropped. */
  readonly status: number;
  /** It changed something or tried to. */
  readonly write: boolean;
  /** The User-Agent. */
  readonly client: string;
  /** Root fields of a GraphQL document; empty for REST. */
  readonly operations: readonly string[];
}

/** Every request since the start, in the order in which they came. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];

  /** Notes a request; the function that is returned notes its answer. */
  open(request: Omit<LoggedRequest, "status">): (status: number) => void {
    const index = this.#entries.push({ ...request, status: 0 }) - 1;
    return (status) => {
      this.#entries[index] = { ...request, status };
    };
  }

  list(): readonly LoggedRequest[] {
    return [...this.#entries];
  }
}
