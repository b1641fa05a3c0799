/**
 * The outcome of one health check:
 *
 *     ok            a 2xx status
 *     status        any other status; `status` has it
 *     redirect      a redirect to another host, which is not followed; `to` has the host
 *     https         a redirect to HTTPS, which is not followed
 *     loop          more redirects than are followed
 *     refused       nothing listens on the port
 *     reset         the connection was accepted and reset
 *     closed        the connection was accepted and closed without an answer
 *     unconnected   no connection in time: the packets are dropped on the way
 *     silent        a connection, but no answer in time
 *     tls           the port speaks TLS, and the question was plain HTTP
 *     not_http      an answer that is not HTTP
 *     dns           the name of the host is not known
 *     unreachable   no route to the host
 *     blocked_port  a port that HTTP clients refuse to use
 *     other         any other failure
 */
export type HealthKind =
  | "ok"
  | "status"
  | "redirect"
  | "https"
  | "loop"
  | "refused"
  | "reset"
  | "closed"
  | "unconnected"
  | "silent"
  | "tls"
  | "not_http"
  | "dns"
  | "unreachable"
  | "blocked_port"
  | "other";

/** One outcome of a health check, as a value that rules can read. */
export interface HealthOutcome {
  readonly kind: HealthKind;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** The host that a redirect leads to. */
  readonly to?: string;
  /** Whether the question went through a proxy, which may be the one that answered. */
  readonly proxied?: boolean;
}
