/** A received request, as `GET /_simulator/requests` lists it. */
export interface LoggedRequest {
  /** The time of arrival by the simulator's clock, in RFC 3339. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /**
   * The HTTP status of the answer. It is 0 until the request is answered, and stays 0 if the connection is
   * dropped.
   */
  readonly status: number;
  /** Whether the request changed something or tried to. */
  readonly write: boolean;
  /** The User-Agent. */
  readonly client: string;
  /** The root fields of a GraphQL document. The list is empty for REST. */
  readonly operations: readonly string[];
}

/** The requests since the start, in order of arrival. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];

  /** Adds a request. The function that it returns adds the status of the answer. */
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
