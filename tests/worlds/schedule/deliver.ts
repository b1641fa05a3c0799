/** Does to a request what its fate is. */

import { AppError } from "../../../src/lib/errors.ts";
import type { World } from "../world.ts";
import { type Border, type Fate, GONE } from "./border.ts";

/** How old the state is that a stale read sees, in milliseconds. */
const STALE_MS = 1_500;

interface Sending {
  readonly world: World;
  readonly border: Border;
  readonly run: string;
  /** Sends the request to the simulator. */
  readonly send: () => Promise<Response>;
}

/** A request to GitHub. */
export async function deliver(fate: Fate, { world, border, run, send }: Sending): Promise<Response> {
  const unheard = async () => void await (await send()).body?.cancel();
  switch (fate) {
    case "go":
      return await send();
    case "killed":
      await unheard();
      border.kill(run);
      throw new TypeError(GONE);
    case "kill":
      border.kill(run);
      throw new TypeError(GONE);
    case "500":
      return answer(500, "Server Error");
    case "502":
      await unheard();
      return answer(502, "Bad Gateway");
    case "403":
      return answer(403, "You have exceeded a secondary rate limit", { "retry-after": "7" });
    case "429":
      return answer(429, "Too many requests", { "retry-after": "5" });
    case "late":
      await unheard();
      throw new DOMException("Signal timed out.", "TimeoutError");
    case "timeout":
      throw new DOMException("Signal timed out.", "TimeoutError");
    case "lost":
      await unheard();
      throw new TypeError("error sending request: connection reset by peer");
    case "reset":
      throw new TypeError("error sending request: connection reset by peer");
    case "stale":
      world.simulator.faults([{ match: "*", stale_ms: STALE_MS }]);
      try {
        return await send();
      } finally {
        world.simulator.faults([]);
      }
  }
}

function answer(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify({ message, documentation_url: "https://docs.github.com" }), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

/** A call of the platform or of the image store; a failure of the network comes as the port says. */
export async function deliverCall<T>(
  fate: Fate,
  { border, run, act, name }: Pick<Sending, "border" | "run"> & {
    readonly act: () => Promise<T>;
    readonly name: string;
  },
): Promise<T> {
  switch (fate) {
    case "killed":
      await act();
      border.kill(run);
      throw new TypeError(GONE);
    case "kill":
      border.kill(run);
      throw new TypeError(GONE);
    case "403":
    case "429":
      throw failed("throttled", name, "AWS asks for fewer calls");
    case "500":
    case "timeout":
    case "reset":
      throw failed("aws_unreachable", name, "AWS does not answer");
    case "502":
    case "late":
    case "lost":
      await act();
      throw failed("aws_unreachable", name, "AWS does not answer");
    case "go":
    case "stale":
      return await act();
  }
}

function failed(...[code, name, state]: readonly [code: string, name: string, state: string]): AppError {
  return new AppError(code, `Calling ${name}: ${state}`, {
    retryable: true,
    hint: "Run the same command again",
  });
}
