import { type Operation, Refusal } from "./wire.ts";

/**
 * What goes wrong with a call:
 *
 *     throttled   AWS says that it is too much at once; nothing was done
 *     error       an answer of `status` (500) and `code`; nothing was done
 *     after       the same, but what was asked for was done
 *     dropped     the connection ends without an answer; nothing was done
 *     dropped_after  the same, but what was asked for was done
 *     stale       the answer is `body`, as from before the last change; nothing was done
 *     held        nothing goes wrong, but it takes until `until`
 *     denied      the credentials lack the permission
 *     expired     the credentials have expired
 *     unknown_key  AWS does not know the access key
 */
export type FaultKind =
  | "throttled"
  | "error"
  | "after"
  | "dropped"
  | "dropped_after"
  | "stale"
  | "held"
  | "denied"
  | "expired"
  | "unknown_key";

/** A fault to come. */
export interface Fault {
  readonly kind: FaultKind;
  /** `CreateService`; `*` for any. */
  readonly operation: string;
  /** The how manieth such call from now on is the first to fail; the next one unless given. */
  readonly nth?: number;
  /** How many in a row fail; one unless given. */
  readonly times?: number;
  /** Of an `error` or `after`. */
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  /** The action and the resource that a denial names; the call's own and `*` unless given. */
  readonly action?: string;
  readonly resource?: string;
  /** The answer of one that is `stale`. */
  readonly body?: unknown;
  /** What a call that is held waits for. */
  readonly until?: Promise<unknown>;
}

/** The faults that are still to come. */
export class Faults {
  #waiting: { readonly fault: Fault; calls: number }[] = [];

  add(...faults: readonly Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ fault, calls: 0 })));
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault that hits this call, if one does. */
  take({ name }: Operation): Fault | undefined {
    let hit: Fault | undefined;
    for (const each of this.#waiting) {
      const { operation, nth = 1, times = 1 } = each.fault;
      if (operation !== "*" && operation !== name) continue;
      each.calls++;
      if (hit === undefined && each.calls >= nth && each.calls < nth + times) hit = each.fault;
    }
    this.#waiting = this.#waiting.filter(({ fault, calls }) =>
      calls < (fault.nth ?? 1) + (fault.times ?? 1) - 1
    );
    return hit;
  }
}

/** Whether the call is done in spite of its fault. */
export function isDone({ kind }: Fault): boolean {
  return kind === "after" || kind === "dropped_after";
}

/** What the service says about a fault that is no delay; undefined where the connection is dropped. */
export function faultRefusal(fault: Fault, operation: Operation): Refusal | undefined {
  const ec2 = operation.service === "ec2";
  switch (fault.kind) {
    case "throttled":
      return ec2
        ? new Refusal("RequestLimitExceeded", "Request limit exceeded.", { status: 503 })
        : new Refusal("ThrottlingException", "Rate exceeded");
    case "error":
    case "after":
      return new Refusal(fault.code ?? (ec2 ? "InternalError" : "ServerException"), fault.message ?? "", {
        status: fault.status ?? 500,
      });
    case "dropped":
    case "dropped_after":
    case "held":
    case "stale":
      return undefined;
    case "denied":
      return denial(fault, operation);
    case "expired":
      return ec2
        ? new Refusal("RequestExpired", "Request has expired.")
        : new Refusal("ExpiredTokenException", "The security token included in the request is expired");
    case "unknown_key":
      return ec2
        ? new Refusal("AuthFailure", "AWS was not able to validate the provided access credentials", {
          status: 401,
        })
        : new Refusal(
          "UnrecognizedClientException",
          "The security token included in the request is invalid.",
        );
  }
}

/** A denial in the words of the service. */
export function denial(
  what: { readonly action?: string; readonly resource?: string; readonly user?: string },
  operation: Operation,
): Refusal {
  const {
    action = `${operation.service}:${operation.name}`,
    resource = "*",
    user = "arn:aws:sts::123456789012:assumed-role/showtime/run",
  } = what;
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`;
  return operation.service === "ec2"
    ? new Refusal("UnauthorizedOperation", `You are not authorized to perform this operation. ${message}`, {
      status: 403,
    })
    : new Refusal("AccessDeniedException", message);
}
